package npusim.verify;

import npusim.isa.Instruction;
import npusim.isa.Unit;

/** In-order streams of a core: its units, the load unit once per queue. */
final class Lanes {
  static final int SEQ = 0;
  static final int LOAD_QUEUES = 4;
  static final int LD0 = 1;
  static final int ST = LD0 + LOAD_QUEUES;
  static final int MAT = ST + 1;
  static final int VEC = MAT + 1;
  static final int COM = VEC + 1;
  static final int COUNT = COM + 1;

  private static final String[] NAMES = {
    "seq", "ld0", "ld1", "ld2", "ld3", "st", "mat", "vec", "com"
  };

  private Lanes() {}

  static int of(Instruction instruction) {
    Unit unit = instruction.unit();
    return switch (unit) {
      case SEQ -> SEQ;
      case LD -> LD0 + instruction.queue();
      case ST -> ST;
      case MAT -> MAT;
      case VEC -> VEC;
      case COM -> COM;
    };
  }

  static String name(int lane) {
    return NAMES[lane];
  }
}
