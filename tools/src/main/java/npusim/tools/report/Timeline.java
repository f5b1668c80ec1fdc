package npusim.tools.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import npusim.hardware.Hardware;
import npusim.program.NodeInfo;
import npusim.program.Program;
import npusim.sim.energy.EnergyModel;
import npusim.sim.timing.InstructionWork;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingSimulator;
import npusim.sim.timing.TimingUnit;
import npusim.sim.timing.TraceSink;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.StageTotals;
import npusim.workloads.Stage;

/**
 * One launch of a stage over time: which layer the units of the first core work on, traffic of DRAM
 * and shared SRAM, and dynamic power of the chip. Of layers that repeat, only the first few may be
 * in it.
 */
final class Timeline implements TraceSink {
  private static final int WINDOWS = 400;

  /** A pause that is shorter than this does not end a slice. */
  private static final long PAUSE_CYCLES = 2000;

  private final String stage;
  private final Program program;
  private final EnergyModel energy;
  private final Windows dramBytes = new Windows(WINDOWS);
  private final Windows sharedBytes = new Windows(WINDOWS);
  private final Windows picojoules = new Windows(WINDOWS);
  private final List<Slice> slices = new ArrayList<>();
  private final Slice[] open = new Slice[TimingUnit.values().length];
  private long cycles;
  private int alike = 1;

  /** Successive instructions of one unit for one node of the model. */
  static final class Slice {
    private final TimingUnit unit;
    private final String layer;
    private final int node;
    private final long start;
    private long end;
    private long busy;

    private Slice(TimingUnit unit, String layer, int node, long start, long end) {
      this.unit = unit;
      this.layer = layer;
      this.node = node;
      this.start = start;
      this.end = end;
      this.busy = end - start;
    }

    TimingUnit unit() {
      return unit;
    }

    /** Name in the model. */
    String layer() {
      return layer;
    }

    /** Number of the operation. */
    int node() {
      return node;
    }

    long start() {
      return start;
    }

    long end() {
      return end;
    }

    /** Share of its time that the unit was busy, 0 to 1. */
    double busyShare() {
      return end == start ? 0 : Math.min(1, busy / (double) (end - start));
    }
  }

  private Timeline(String stage, Program program, Hardware hw) {
    this.stage = stage;
    this.program = program;
    this.energy = new EnergyModel(hw);
  }

  /**
   * Simulates one launch of every stage again and notes what happens when.
   *
   * @param given launch parameters of stages that don't sweep one
   */
  static List<Timeline> of(ScenarioResult r, Map<String, Long> given) {
    var all = new ArrayList<Timeline>();
    for (StageTotals s : r.stages()) {
      Map<String, Long> params =
          s.stage().runs() instanceof Stage.Sweep sweep
              ? Map.of(sweep.param(), s.samples().getFirst().param())
              : given;
      var timeline = new Timeline(s.stage().name(), s.program(), r.hw());
      new TimingSimulator(r.hw(), TimingOptions.sampled(timeline)).run(s.program(), params);
      all.add(timeline);
    }
    return all;
  }

  @Override
  public boolean withoutGaps() {
    return true;
  }

  @Override
  public void alike(int chips) {
    alike = chips;
  }

  @Override
  public void instruction(
      int core, TimingUnit unit, int pc, long start, long end, InstructionWork work) {
    picojoules.add(start, end, alike * energy.workPj(work));
    cycles = Math.max(cycles, end);
    int node = program.cores().get(core).code().nodeOf()[pc];
    if (core != 0 || node < 0 || end == start) {
      return;
    }
    Slice s = open[unit.ordinal()];
    if (s != null && s.node == node && start - s.end <= PAUSE_CYCLES) {
      s.busy += end - start;
      s.end = Math.max(s.end, end);
      return;
    }
    NodeInfo info = program.nodes().get(node);
    String layer = info.layer().isEmpty() ? info.name() : info.layer();
    s = new Slice(unit, layer, node, start, end);
    open[unit.ordinal()] = s;
    slices.add(s);
  }

  @Override
  public void dram(int chip, long start, long end, long read, long written) {
    dramBytes.add(start, end, alike * (read + (double) written));
    picojoules.add(start, end, alike * energy.dramPj(read, written));
    cycles = Math.max(cycles, end);
  }

  @Override
  public void sharedSram(int chip, long start, long end, long read, long written) {
    sharedBytes.add(start, end, alike * (read + (double) written));
    picojoules.add(start, end, alike * energy.sharedPj(read, written));
    cycles = Math.max(cycles, end);
  }

  String stage() {
    return stage;
  }

  /** Length. */
  long cycles() {
    return cycles;
  }

  /** What the units of the first core did, in the order it ended a pause. */
  List<Slice> slices() {
    return List.copyOf(slices);
  }

  /** DRAM bytes of all chips. */
  Windows dramBytes() {
    return dramBytes;
  }

  /** Bytes at the shared SRAM of all chips. */
  Windows sharedBytes() {
    return sharedBytes;
  }

  /** Dynamic energy of cores and memories, network and activations left out, pJ. */
  Windows picojoules() {
    return picojoules;
  }
}
