package npusim.verify;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import npusim.isa.Instruction;
import npusim.isa.Operand;
import npusim.isa.OperandShape;
import npusim.isa.Unit;
import npusim.program.CoreCode;

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

  /** Lanes of a stream that may use each kind of memory. */
  static Map<CoreRun.Reach, int[]> reaching(CoreCode code) {
    var lanes = new EnumMap<CoreRun.Reach, Set<Integer>>(CoreRun.Reach.class);
    for (CoreRun.Reach reach : CoreRun.Reach.values()) {
      lanes.put(reach, new TreeSet<>());
    }
    for (Instruction in : code.code()) {
      for (Operand operand : in.op().operands()) {
        switch (operand.access()) {
          case NONE -> {}
          case REMOTE_READ, REMOTE_WRITE -> {
            lanes.get(CoreRun.Reach.REMOTE).add(of(in));
            lanes.get(CoreRun.Reach.LOCAL).add(of(in));
          }
          default ->
              lanes
                  .get(
                      operand.shape() == OperandShape.DRAM4
                          ? CoreRun.Reach.DRAM
                          : CoreRun.Reach.LOCAL)
                  .add(of(in));
        }
      }
    }
    var arrays = new EnumMap<CoreRun.Reach, int[]>(CoreRun.Reach.class);
    lanes.forEach(
        (reach, set) -> arrays.put(reach, set.stream().mapToInt(Integer::intValue).toArray()));
    return arrays;
  }

  static String name(int lane) {
    return NAMES[lane];
  }
}
