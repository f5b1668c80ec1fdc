package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import npusim.hardware.Link;
import npusim.hardware.SystemSpec;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.program.CoreCode;
import npusim.program.Param;
import npusim.program.Program;

/**
 * Chips that all do the same at the same time, so that one stands for all: they run the same code
 * on registers that differ only where time does not depend on them, and what they have between them
 * is exchanges of every core with the same core of another chip, two and two. The first chip is
 * simulated; an exchange meets itself and lasts until that of the last pair of chips is over
 * ({@link ChipLinks} carries those of all).
 */
final class Mirror {
  private static final int LONGEST_RING = 4;

  private final Program program;
  private final int chips;

  private Mirror(Program program) {
    this.program = program;
    chips = program.chips();
  }

  /**
   * Whether chips of a system can be alike: on a long ring the ways of some pairs share links,
   * those of others don't, and some chips go ahead.
   */
  static boolean possible(SystemSpec system) {
    return system.link().topology() != Link.Topology.RING || system.chips() <= LONGEST_RING;
  }

  /** A program's chips, when they are several and all alike. */
  static Optional<Mirror> of(Program program) {
    var mirror = new Mirror(program);
    return mirror.chips > 1 && mirror.alike() ? Optional.of(mirror) : Optional.empty();
  }

  int chips() {
    return chips;
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

  /** The chip with which a core of {@code chip} carries out an exchange. */
  int peer(int chip, int core, Instruction exchange) {
    return (int) (partner(chip, core, exchange) / program.coresPerChip());
  }

  /** Links that one byte from every chip crosses in an exchange, those of all chips together. */
  int crossed(ChipLinks links, int core, Instruction exchange) {
    int sum = 0;
    for (int chip = 0; chip < chips; chip++) {
      sum += links.hops(chip, peer(chip, core, exchange));
    }
    return sum;
  }

  private long partner(int chip, int core, Instruction exchange) {
    return exchange.resolve(Field.PEER, registers(chip, core));
  }

  private long[] registers(int chip, int core) {
    return program.cores().get(chip * program.coresPerChip() + core).initialRegisters();
  }

  // Chips that share code share the object; comparing what is in it would take long.
  @SuppressWarnings("ReferenceEquality")
  private boolean alike() {
    int perChip = program.coresPerChip();
    if (program.cores().size() != chips * perChip) {
      return false;
    }
    record Seen(CoreCode code, long differing) {}
    var fine = new HashSet<Seen>();
    for (int core = 0; core < perChip; core++) {
      CoreCode code = program.cores().get(core).code();
      long differing = 0;
      for (int chip = 1; chip < chips; chip++) {
        if (program.cores().get(chip * perChip + core).code() != code) {
          return false;
        }
        differing |= differing(registers(0, core), registers(chip, core));
      }
      for (Param p : program.params()) {
        differing &= ~(1L << p.register());
      }
      if (fine.add(new Seen(code, differing)) && !ChipTaint.absent(differing, code.code())) {
        return false;
      }
      if (!inPairs(core, code.code())) {
        return false;
      }
    }
    return true;
  }

  private static long differing(long[] a, long... b) {
    long mask = 0;
    for (int r = 0; r < a.length; r++) {
      mask |= a[r] != b[r] ? 1L << r : 0;
    }
    return mask;
  }

  /** Whether in every exchange of a core each chip's partner is the same core of another chip. */
  private boolean inPairs(int core, Instruction... code) {
    int perChip = program.coresPerChip();
    for (Instruction in : code) {
      if (in.op() != Opcode.C_EXCHANGE) {
        continue;
      }
      for (int chip = 0; chip < chips; chip++) {
        long partner = partner(chip, core, in);
        if (partner < 0 || partner >= program.cores().size() || partner % perChip != core) {
          return false;
        }
        int other = (int) (partner / perChip);
        if (other == chip || peer(other, core, in) != chip) {
          return false;
        }
      }
    }
    return true;
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
