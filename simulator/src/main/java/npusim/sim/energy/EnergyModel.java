package npusim.sim.energy;

import npusim.hardware.Energy;
import npusim.hardware.Hardware;
import npusim.hardware.VectorClass;
import npusim.isa.DType;
import npusim.sim.timing.Counters;
import npusim.sim.timing.InstructionWork;
import npusim.sim.timing.NodeTime;
import npusim.sim.timing.TimingResult;

/**
 * Energy from counts: every event a run counted times the hardware description's coefficient for
 * it, and static power times time. Coefficients and their sources are in the hardware description.
 */
public final class EnergyModel {
  private static final DType[] TYPES = DType.values();
  private static final VectorClass[] CLASSES = VectorClass.values();

  private final Hardware hw;
  private final Energy energy;
  private final double[] macPj = new double[TYPES.length];

  public EnergyModel(Hardware hw) {
    this.hw = hw;
    energy = hw.energy();
    for (var type : TYPES) {
      macPj[type.ordinal()] = macCoefficient(type);
    }
  }

  /** Energy of a run. */
  public EnergyResult account(TimingResult run) {
    double seconds = run.totalCycles() / hw.chip().cyclesPerSecond();
    int chips = run.dram().size();
    var statics = energy.statics();
    var staticPj = new double[EnergyComponent.values().length];
    double scale = seconds * chips * 1e12;
    staticPj[EnergyComponent.CORE.ordinal()] = statics.corePowerW() * hw.chip().cores() * scale;
    staticPj[EnergyComponent.SCRATCHPAD.ordinal()] = statics.sramPowerW() * scale;
    staticPj[EnergyComponent.DRAM.ordinal()] = statics.dramPowerW() * scale;
    staticPj[EnergyComponent.OTHER.ordinal()] = statics.otherPowerW() * scale;
    return new EnergyResult(seconds, dynamic(run.counters()), staticPj);
  }

  private double[] dynamic(Counters c) {
    var pj = new double[EnergyComponent.values().length];
    for (var type : TYPES) {
      int t = type.ordinal();
      pj[EnergyComponent.MATRIX.ordinal()] +=
          macPj[t] * (c.macsByType()[t] + (double) c.paddedMacsByType()[t]);
      for (var vectorClass : CLASSES) {
        long elements = c.elements(vectorClass, type);
        if (elements != 0) {
          pj[EnergyComponent.VECTOR.ordinal()] += elements * energy.vectorPj(vectorClass, type);
        }
      }
    }
    pj[EnergyComponent.SCRATCHPAD.ordinal()] =
        c.scratchpadReadBytes() * energy.scratchpadReadPjPerByte()
            + c.scratchpadWrittenBytes() * energy.scratchpadWritePjPerByte();
    pj[EnergyComponent.ACCUMULATOR.ordinal()] =
        c.accumulatorReadBytes() * energy.accumulatorReadPjPerByte()
            + c.accumulatorWrittenBytes() * energy.accumulatorWritePjPerByte();
    pj[EnergyComponent.SHARED_SRAM.ordinal()] =
        sharedPj(c.sharedReadBytes(), c.sharedWrittenBytes());
    pj[EnergyComponent.NOC.ordinal()] = c.nocByteHops() * energy.nocPjPerByteHop();
    pj[EnergyComponent.DRAM.ordinal()] =
        c.dramReadBytes() * energy.dramReadPjPerByte()
            + c.dramWrittenBytes() * energy.dramWritePjPerByte()
            + c.dramActivates() * energy.dramActivatePj();
    pj[EnergyComponent.LINK.ordinal()] = c.linkBytes() * energy.linkPjPerByte();
    pj[EnergyComponent.CORE.ordinal()] = c.instructions() * energy.instructionPj();
    return pj;
  }

  /**
   * Dynamic energy of one graph node, pJ: the run's parts divided by what each node did of them.
   * Nodes sum to the run's dynamic energy.
   */
  public double nodeDynamicPj(TimingResult run, NodeTime node) {
    var c = run.counters();
    var pj = dynamic(c);
    double sum = 0;
    sum +=
        share(
            pj[EnergyComponent.MATRIX.ordinal()],
            node.macs() + node.paddedMacs(),
            c.macs() + c.paddedMacs());
    long elements = 0;
    for (long e : c.vectorElements()) {
      elements += e;
    }
    sum += share(pj[EnergyComponent.VECTOR.ordinal()], node.vectorElements(), elements);
    sum +=
        share(
            pj[EnergyComponent.SCRATCHPAD.ordinal()],
            node.scratchpadBytes(),
            c.scratchpadReadBytes() + c.scratchpadWrittenBytes());
    sum +=
        share(
            pj[EnergyComponent.ACCUMULATOR.ordinal()],
            node.accumulatorBytes(),
            c.accumulatorReadBytes() + c.accumulatorWrittenBytes());
    sum += share(pj[EnergyComponent.NOC.ordinal()], node.nocByteHops(), c.nocByteHops());
    sum +=
        share(
            pj[EnergyComponent.DRAM.ordinal()],
            node.dramReadBytes() + node.dramWrittenBytes(),
            c.dramReadBytes() + c.dramWrittenBytes());
    sum +=
        share(
            pj[EnergyComponent.SHARED_SRAM.ordinal()],
            node.sharedBytes(),
            c.sharedReadBytes() + c.sharedWrittenBytes());
    sum += share(pj[EnergyComponent.LINK.ordinal()], node.linkBytes(), c.linkBytes());
    // Those that no unit executes, such as loops, are for the others' sake.
    double issue = pj[EnergyComponent.CORE.ordinal()];
    long units = run.unitInstructions();
    boolean alone = units == 0 && node.node() < 0;
    return sum + (alone ? issue : share(issue, node.instructions(), units));
  }

  /** Dynamic energy of one instruction's work on the core, pJ; DRAM not included. */
  public double workPj(InstructionWork w) {
    double pj =
        (w.macs() + (double) w.paddedMacs()) * macPj[w.type().ordinal()]
            + w.scratchpadReadBytes() * energy.scratchpadReadPjPerByte()
            + w.scratchpadWrittenBytes() * energy.scratchpadWritePjPerByte()
            + w.accumulatorReadBytes() * energy.accumulatorReadPjPerByte()
            + w.accumulatorWrittenBytes() * energy.accumulatorWritePjPerByte();
    if (w.vectorClass().isPresent()) {
      pj += w.vectorElements() * energy.vectorPj(w.vectorClass().get(), w.type());
    }
    return pj;
  }

  /** Dynamic energy of bytes at the DRAM without the activations, pJ. */
  public double dramPj(long readBytes, long writtenBytes) {
    return readBytes * energy.dramReadPjPerByte() + writtenBytes * energy.dramWritePjPerByte();
  }

  /** Dynamic energy of bytes at the shared SRAM, pJ. */
  public double sharedPj(long readBytes, long writtenBytes) {
    return readBytes * energy.sharedSramReadPjPerByte()
        + writtenBytes * energy.sharedSramWritePjPerByte();
  }

  /** Static power of the system, W. */
  public double staticPowerW(int chips) {
    return energy.statics().totalW(hw.chip().cores()) * chips;
  }

  private static double share(double pj, long part, long whole) {
    return whole == 0 ? 0 : pj * part / whole;
  }

  /**
   * The type's own coefficient, or that of the narrowest type that holds it, or the widest's by its
   * bits.
   */
  private double macCoefficient(DType type) {
    Double own = energy.macPj().get(type);
    if (own != null) {
      return own;
    }
    double best = 0;
    int bits = Integer.MAX_VALUE;
    double widest = 0;
    int widestBits = 1;
    for (var e : energy.macPj().entrySet()) {
      int b = e.getKey().bits();
      if (b >= type.bits() && b < bits) {
        bits = b;
        best = e.getValue();
      }
      if (b > widestBits) {
        widestBits = b;
        widest = e.getValue();
      }
    }
    double ratio = (double) type.bits() / widestBits;
    return bits != Integer.MAX_VALUE ? best : widest * ratio * ratio;
  }
}
