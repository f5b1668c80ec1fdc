package npusim.tools.accelerator;

import java.util.Map;
import java.util.OptionalLong;
import npusim.hardware.CoreSpec;
import npusim.hardware.Dram;
import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;
import npusim.program.Program;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;

/** An accelerator's preset with what a run chooses: latency of the memory, dataflow. */
final class Variant {
  private Variant() {}

  /** The same machine with other latencies of its fixed-latency memory. */
  static Hardware memory(Hardware hw, OptionalLong read, OptionalLong write) {
    Dram d = hw.dram();
    var f = d.fixed();
    var fixed =
        new Dram.Fixed(
            read.orElse(f.latencyCycles()),
            write.orElse(f.writeLatencyCycles()),
            f.bytesPerCycle(),
            f.requestsInFlight(),
            f.sharedAcks());
    return with(
        hw,
        hw.core(),
        new Dram(
            d.model(),
            d.spec(),
            d.channels(),
            d.capacityBytes(),
            d.mapping(),
            d.refresh(),
            d.refreshPerBank(),
            d.controller(),
            d.controllerLatencyNs(),
            fixed,
            d.arrayTile()));
  }

  /** The same machine with another dataflow in its array. */
  static Hardware dataflow(Hardware hw, MatrixUnit.Dataflow dataflow) {
    MatrixUnit u = hw.core().matrix();
    var matrix =
        new MatrixUnit(
            u.arrays(),
            u.rows(),
            u.cols(),
            dataflow,
            u.throughput(),
            u.accumulate(),
            u.peTileRows(),
            u.peTileCols(),
            u.hopLatencyCycles(),
            u.outputDelayCycles(),
            u.preload(),
            u.preloadRowsPerCycle(),
            u.weightBuffers(),
            u.controllerCycles(),
            u.minBlockRows(),
            u.chunkRows(),
            u.foldOverlap(),
            u.tapsTogether(),
            u.wholeTiles(),
            u.rowsAlongWidth(),
            u.fetchBytesPerCycle(),
            u.narrowRows(),
            u.pipelined(),
            u.sparsity());
    var c = hw.core();
    return with(
        hw,
        new CoreSpec(c.sequencer(), c.dma(), c.scratchpad(), c.accumulator(), matrix, c.vector()),
        hw.dram());
  }

  private static Hardware with(Hardware hw, CoreSpec core, Dram dram) {
    return new Hardware(
        hw.name(),
        hw.title(),
        hw.notes(),
        hw.system(),
        hw.chip(),
        core,
        hw.noc(),
        hw.sharedSram(),
        dram,
        hw.host(),
        hw.energy(),
        hw.nativeType(),
        hw.published(),
        hw.parameters());
  }

  /** Cycles of a program. */
  static long cycles(Hardware hw, Program program) {
    return new TimingSimulator(hw, TimingOptions.defaults()).run(program, Map.of()).totalCycles();
  }
}
