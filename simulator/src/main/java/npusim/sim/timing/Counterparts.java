package npusim.sim.timing;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.program.CoreCode;
import npusim.program.Param;
import npusim.program.Program;

/**
 * Chips that run the same code equally often and of which every core has a counterpart on each
 * other chip: what they have between them is exchanges that all of them carry out, two and two, a
 * core with the same core of another chip.
 */
final class Counterparts {
  private final Program program;
  private final int chips;

  private Counterparts(Program program) {
    this.program = program;
    chips = program.chips();
  }

  /** The counterparts of a program's chips, when these are several and run the same code. */
  static Optional<Counterparts> of(Program program) {
    var all = new Counterparts(program);
    return all.chips > 1 && all.runAlike() ? Optional.of(all) : Optional.empty();
  }

  int chips() {
    return chips;
  }

  int coresPerChip() {
    return program.coresPerChip();
  }

  /** By chip, with which other a core carries out an exchange. */
  int[] peers(int core, Instruction exchange) {
    int[] peers = new int[chips];
    Arrays.setAll(peers, chip -> (int) (partner(chip, core, exchange) / coresPerChip()));
    return peers;
  }

  /** Registers of a core that differ between chips at launch, bit r for register r. */
  long differing(int core) {
    long differing = 0;
    for (int chip = 1; chip < chips; chip++) {
      differing |= differing(registers(0, core), registers(chip, core));
    }
    for (Param p : program.params()) {
      differing &= ~(1L << p.register());
    }
    return differing;
  }

  /** What of a core's code depends on the chip. */
  ChipTaint taint(int core) {
    return new ChipTaint(differing(core), code(0, core).code());
  }

  CoreCode code(int chip, int core) {
    return program.cores().get(chip * coresPerChip() + core).code();
  }

  private long[] registers(int chip, int core) {
    return program.cores().get(chip * coresPerChip() + core).initialRegisters();
  }

  private long partner(int chip, int core, Instruction exchange) {
    return exchange.resolve(Field.PEER, registers(chip, core));
  }

  private static long differing(long[] a, long... b) {
    long mask = 0;
    for (int r = 0; r < a.length; r++) {
      mask |= a[r] != b[r] ? 1L << r : 0;
    }
    return mask;
  }

  // Chips that share code share the object; comparing what is in it would take long.
  @SuppressWarnings("ReferenceEquality")
  private boolean runAlike() {
    if (program.cores().size() != chips * coresPerChip()) {
      return false;
    }
    record Seen(CoreCode code, long differing) {}
    var fine = new HashSet<Seen>();
    for (int core = 0; core < coresPerChip(); core++) {
      for (int chip = 1; chip < chips; chip++) {
        if (code(chip, core) != code(0, core)) {
          return false;
        }
      }
      if (!inPairs(core, code(0, core).code())
          || fine.add(new Seen(code(0, core), differing(core)))
              && taint(core).effect() == ChipTaint.Effect.COURSE) {
        return false;
      }
    }
    return true;
  }

  /** Whether in every exchange of a core each chip's partner is the same core of another chip. */
  private boolean inPairs(int core, Instruction... code) {
    long peers = 0;
    long written = 0;
    for (Instruction in : code) {
      switch (in.op()) {
        case S_LI, S_ALU, S_LD -> written |= 1L << in.get(Field.RD);
        case C_EXCHANGE -> {
          peers |= 1L << in.reg(Field.PEER);
          if (!inPairs(core, in)) {
            return false;
          }
        }
        default -> {}
      }
    }
    return (written & peers & ~1L) == 0;
  }

  private boolean inPairs(int core, Instruction exchange) {
    for (int chip = 0; chip < chips; chip++) {
      long partner = partner(chip, core, exchange);
      if (partner < 0
          || partner >= program.cores().size()
          || partner % coresPerChip() != core
          || partner / coresPerChip() == chip
          || partner((int) (partner / coresPerChip()), core, exchange) / coresPerChip() != chip) {
        return false;
      }
    }
    return true;
  }
}
