package npusim.tools.run;

import java.util.ArrayList;
import java.util.List;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.program.Buffer;
import npusim.program.NodeInfo;
import npusim.program.Program;
import npusim.sim.energy.EnergyModel;
import npusim.sim.energy.EnergyResult;
import npusim.sim.timing.Category;
import npusim.sim.timing.NodeTime;
import npusim.sim.timing.TimingResult;
import npusim.workloads.Stage;

/** A stage's launches added up. */
public final class StageTotals {
  private final Stage stage;
  private final Program program;
  private final List<Sample> samples = new ArrayList<>();
  private final List<NodeTotals> nodes = new ArrayList<>();
  private final long[] categoryCycles = new long[Category.values().length];
  private final long[] macsByType = new long[DType.values().length];
  private long launches;
  private long cycles;
  private long macs;
  private long paddedMacs;
  private long dramReadBytes;
  private long dramWrittenBytes;
  private long sharedReadBytes;
  private long sharedWrittenBytes;
  private long instructions;
  private long simulatedInstructions;
  private double peakPowerW;
  private int chipsAlike = 1;
  private EnergyResult energy;

  /**
   * One simulated launch and the launches it stands for.
   *
   * @param param launch parameter's value; 0 when the stage has none
   * @param stands launches with (nearly) the same parameter
   * @param cycles latency of one
   */
  public record Sample(long param, long stands, long cycles) {}

  StageTotals(Stage stage, Program program) {
    this.stage = stage;
    this.program = program;
    nodes.add(new NodeTotals(new NodeInfo(-1, "(program)", "", "", 0, 0, "", 1, 0)));
    for (NodeInfo n : program.nodes()) {
      nodes.add(new NodeTotals(n));
    }
  }

  void add(long param, long times, Simulated simulated, Hardware hw) {
    TimingResult r = simulated.result();
    var model = new EnergyModel(hw);
    EnergyResult e = model.account(r);
    peakPowerW = Math.max(peakPowerW, simulated.peakPowerW(model, e));
    chipsAlike = Math.max(chipsAlike, simulated.chipsAlike());
    samples.add(new Sample(param, times, r.totalCycles()));
    launches += times;
    cycles += times * r.totalCycles();
    for (int i = 0; i < categoryCycles.length; i++) {
      categoryCycles[i] += times * r.categoryCycles()[i];
    }
    var c = r.counters();
    for (int i = 0; i < macsByType.length; i++) {
      macsByType[i] += times * c.macsByType()[i];
    }
    macs += times * c.macs();
    paddedMacs += times * c.paddedMacs();
    dramReadBytes += times * c.dramReadBytes();
    dramWrittenBytes += times * c.dramWrittenBytes();
    sharedReadBytes += times * c.sharedReadBytes();
    sharedWrittenBytes += times * c.sharedWrittenBytes();
    instructions += times * c.instructions();
    simulatedInstructions += c.instructions() - r.skippedInstructions();
    long read = c.dramReadBytes();
    long written = c.dramWrittenBytes();
    double pj = e.totalDynamicPj();
    for (NodeTime n : r.nodes()) {
      double share = model.nodeDynamicPj(r, n);
      nodes.get(n.node() + 1).add(n, times, share);
      read -= n.dramReadBytes();
      written -= n.dramWrittenBytes();
      pj -= share;
    }
    // Instructions that are fetched, and what buses carry beyond the bytes of a transfer.
    boolean rest = read != 0 || written != 0;
    nodes.getFirst().addRest(times * read, times * written, rest ? times * pj : 0);
    var none =
        new EnergyResult(0, new double[e.dynamicPj().length], new double[e.staticPj().length]);
    energy = (energy == null ? none : energy).plus(e, times);
  }

  /** What ran. */
  public Stage stage() {
    return stage;
  }

  /** The compiled program. */
  public Program program() {
    return program;
  }

  /** Simulated launches. */
  public List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** Nodes in program order; the first stands for instructions made for no node. */
  public List<NodeTotals> nodes() {
    return List.copyOf(nodes);
  }

  /** Program launches. */
  public long launches() {
    return launches;
  }

  /** Latency of all launches one after the other. */
  public long cycles() {
    return cycles;
  }

  /** Critical path by {@link Category} ordinal; sums to {@link #cycles}. */
  public long[] categoryCycles() {
    return categoryCycles.clone();
  }

  /** Multiply-accumulates executed by the arrays. */
  public long macs() {
    return macs;
  }

  /** Array slots without a useful operand. */
  public long paddedMacs() {
    return paddedMacs;
  }

  /**
   * The type whose peak rate the matrix unit is measured by: of those it has, the one most
   * multiply-accumulates were done in; when there were none, {@code wished} or else the chip's own.
   */
  public DType mainType(DType wished, Hardware hw) {
    DType best = hw.matrixTypes().contains(wished) ? wished : hw.nativeType();
    long most = 0;
    for (DType t : hw.matrixTypes()) {
      if (macsByType[t.ordinal()] > most) {
        most = macsByType[t.ordinal()];
        best = t;
      }
    }
    return best;
  }

  /** Bytes read from DRAM. */
  public long dramReadBytes() {
    return dramReadBytes;
  }

  /** Bytes written to DRAM. */
  public long dramWrittenBytes() {
    return dramWrittenBytes;
  }

  /** Bytes read from SRAM shared by cores. */
  public long sharedReadBytes() {
    return sharedReadBytes;
  }

  /** Bytes written to SRAM shared by cores. */
  public long sharedWrittenBytes() {
    return sharedWrittenBytes;
  }

  /** Instructions executed. */
  public long instructions() {
    return instructions;
  }

  /** Instructions simulated one by one; the others repeat them. */
  public long simulatedInstructions() {
    return simulatedInstructions;
  }

  /** Chips of which one was simulated for all; 1 when all were. */
  public int chipsAlike() {
    return chipsAlike;
  }

  /** Launches simulated; the others lie between them. */
  public long simulatedLaunches() {
    return samples.size();
  }

  /** Highest power over {@link Simulated#PEAK_SECONDS}, never below the mean. */
  public double peakPowerW() {
    return Math.max(peakPowerW, energy.averagePowerW());
  }

  /** Most scratchpad of a core in use at once, in bytes; 0 when the program doesn't say. */
  public long scratchpadPeakBytes() {
    return program.nodes().stream().mapToLong(NodeInfo::scratchpadBytes).max().orElse(0);
  }

  /** What the program keeps in DRAM from launch to launch, in bytes. */
  public long stateBytes() {
    return program.buffers().stream()
        .filter(b -> b.kind() == Buffer.Kind.STATE)
        .mapToLong(Buffer::bytes)
        .sum();
  }

  /** Energy of all launches. */
  public EnergyResult energy() {
    return energy;
  }

  /**
   * Cycles that the program's chips can't go below with their peak rates: the larger of compute and
   * DRAM time.
   */
  public Bound bound(Hardware hw) {
    double compute = 0;
    for (DType t : DType.values()) {
      long m = macsByType[t.ordinal()];
      if (m > 0 && hw.matrixTypes().contains(t)) {
        compute += m / (hw.chipMacsPerCycle(t) * program.chips());
      }
    }
    double dram = hw.dramCycles(dramReadBytes, dramWrittenBytes) / program.chips();
    return compute >= dram ? new Bound("compute", compute) : new Bound("DRAM", dram);
  }

  /**
   * A roof.
   *
   * @param name what it is made of
   * @param cycles time at the peak rate
   */
  public record Bound(String name, double cycles) {}
}
