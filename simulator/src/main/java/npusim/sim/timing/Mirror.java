package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import npusim.hardware.Dram;
import npusim.hardware.Hardware;
import npusim.isa.Unit;
import npusim.program.CoreCode;
import npusim.program.Program;

/**
 * Chips that all do the same at the same time, so that one stands for all: {@link Counterparts}
 * with registers that differ only where time does not depend on them, or hardly does. The first
 * chip is simulated; an exchange meets itself and lasts until that of all pairs of chips is over.
 *
 * <p>With a memory that has bank state, transfers that have addresses of each chip's own may take
 * differently long, and chips wait for each other at every exchange. Whether that may count is to
 * be seen in the result ({@link #certain}): if so, every chip has to be simulated.
 */
final class Mirror {
  /**
   * Part of the time in which such transfers may be under way. What banks and rows they meet
   * changes less than half of what they take, which is 0.5 % then.
   */
  private static final double DOUBTFUL = 0.01;

  private static final Category[] IN_MEMORY = {
    Category.DRAM_BANDWIDTH, Category.DRAM_LATENCY, Category.SHARED_SRAM, Category.NOC
  };

  private final Program program;
  private final int chips;

  // Whether transfers have addresses of each chip's own, by graph node and one more.
  private final BitSet ownReads = new BitSet();
  private final BitSet ownWrites = new BitSet();

  private Mirror(Program program) {
    this.program = program;
    chips = program.chips();
  }

  /**
   * A program's chips, when they can stand for each other on the hardware.
   *
   * @param counterparts its chips
   */
  static Optional<Mirror> of(Program program, Counterparts counterparts, Hardware hw) {
    boolean mayDiffer = hw.dram().model() == Dram.Model.DDR || hw.sharedSram().isEmpty();
    boolean counts = hw.dram().model() == Dram.Model.DDR;
    record Seen(CoreCode code, long differing) {}
    var seen = new HashSet<Seen>();
    var mirror = new Mirror(program);
    for (int core = 0; core < program.coresPerChip(); core++) {
      CoreCode code = counterparts.code(0, core);
      if (!seen.add(new Seen(code, counterparts.differing(core)))) {
        continue;
      }
      ChipTaint taint = counterparts.taint(core);
      if (taint.effect().compareTo(ChipTaint.Effect.ADDRESSES) > 0
          || taint.effect() == ChipTaint.Effect.ADDRESSES && !mayDiffer) {
        return Optional.empty();
      }
      for (int pc = 0; counts && pc < code.code().length; pc++) {
        if (taint.addresses(pc)) {
          boolean write = code.code()[pc].unit() == Unit.ST;
          (write ? mirror.ownWrites : mirror.ownReads).set(code.nodeOf()[pc] + 1);
        }
      }
    }
    return Optional.of(mirror);
  }

  int chips() {
    return chips;
  }

  /** Whether the first chip's result is that of all to the cycle. */
  boolean exact() {
    return ownReads.isEmpty() && ownWrites.isEmpty();
  }

  /**
   * Whether the first chip's result is that of all within 0.5 %: transfers with addresses of each
   * chip's own are a small part of it, on the critical path and in bytes at the memory's full rate.
   */
  boolean certain(TimingResult first, double peakBytesPerCycle) {
    double cycles = 0;
    for (NodeTime n : first.nodes()) {
      boolean reads = ownReads.get(n.node() + 1);
      boolean writes = ownWrites.get(n.node() + 1);
      long bytes = (reads ? n.dramReadBytes() : 0) + (writes ? n.dramWrittenBytes() : 0);
      cycles += bytes / peakBytesPerCycle;
      for (Category c : IN_MEMORY) {
        cycles += reads || writes ? n.categoryCycles()[c.ordinal()] : 0;
      }
    }
    return cycles <= DOUBTFUL * first.totalCycles();
  }

  /** The part of the program that the first chip runs. */
  Program first() {
    return new Program(
        program.name(),
        program.hardwareName(),
        program.hardwareFingerprint(),
        program.coresPerChip(),
        program.cores().subList(0, program.coresPerChip()),
        program.params(),
        program.buffers(),
        program.constants(),
        program.nodes(),
        program.coverage(),
        program.dramBytes());
  }

  /** The result of all chips from that of the first. */
  TimingResult all(TimingResult first) {
    List<UnitTime> units = new ArrayList<>(first.units().size() * chips);
    List<DramTime> dram = new ArrayList<>(chips);
    for (int chip = 0; chip < chips; chip++) {
      int core = chip * program.coresPerChip();
      for (UnitTime u : first.units()) {
        units.add(
            new UnitTime(
                core + u.core(),
                u.unit(),
                u.busy(),
                u.semaphore(),
                u.queueFull(),
                u.partner(),
                u.idle()));
      }
      dram.add(onChip(chip, first.dram().getFirst()));
    }
    long instructions = first.counters().instructions();
    return new TimingResult(
        first.totalCycles(),
        first.categoryCycles(),
        List.copyOf(units),
        first.nodes().stream().map(this::all).toList(),
        List.copyOf(dram),
        all(first.counters()),
        first.skippedInstructions() + (chips - 1) * instructions);
  }

  private static DramTime onChip(int chip, DramTime d) {
    return new DramTime(
        chip,
        d.bytesRead(),
        d.bytesWritten(),
        d.activates(),
        d.refreshes(),
        d.rowHits(),
        d.rowConflicts(),
        d.channelBusyCycles());
  }

  /** Bytes over links are those of all chips already. */
  private NodeTime all(NodeTime n) {
    return new NodeTime(
        n.node(),
        n.instructions() * chips,
        n.categoryCycles(),
        all(n.busyCycles()),
        n.dramReadBytes() * chips,
        n.dramWrittenBytes() * chips,
        n.macs() * chips,
        n.paddedMacs() * chips,
        n.vectorElements() * chips,
        n.scratchpadBytes() * chips,
        n.accumulatorBytes() * chips,
        n.nocByteHops() * chips,
        n.linkBytes(),
        n.sharedBytes() * chips);
  }

  private Counters all(Counters c) {
    return new Counters(
        all(c.macsByType()),
        all(c.paddedMacsByType()),
        all(c.vectorElements()),
        c.scratchpadReadBytes() * chips,
        c.scratchpadWrittenBytes() * chips,
        c.accumulatorReadBytes() * chips,
        c.accumulatorWrittenBytes() * chips,
        c.nocByteHops() * chips,
        c.linkBytes(),
        c.dramReadBytes() * chips,
        c.dramWrittenBytes() * chips,
        c.dramActivates() * chips,
        c.sharedReadBytes() * chips,
        c.sharedWrittenBytes() * chips,
        c.instructions() * chips);
  }

  private long[] all(long... counts) {
    return Arrays.stream(counts).map(n -> n * chips).toArray();
  }
}
