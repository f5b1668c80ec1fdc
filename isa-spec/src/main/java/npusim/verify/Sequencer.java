package npusim.verify;

import java.util.Arrays;
import npusim.isa.AluFn;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Word;
import npusim.program.CoreCode;

/**
 * Scalar and control state of a core: program counter, registers, loops, calls. A register loaded
 * from memory is unknown, and so is everything computed from it; a loop of unknown count is
 * executed once.
 */
final class Sequencer {
  private final CoreCode code;
  private final int maxLoops;
  private final long[] registers;
  private int unknown;
  private int pc;
  private final int[] loopBody;
  private final long[] loopLeft;
  private final long[] loopCount;
  private final boolean[] loopUnknown;
  private int loops;
  private final int[] returns = new int[Word.CALL_DEPTH];
  private int calls;

  Sequencer(CoreCode code, long[] initialRegisters, int loopDepth) {
    this.code = code;
    this.registers = initialRegisters.clone();
    // One more than legal, so that the excess can be reported and execution go on.
    this.maxLoops = loopDepth + 64;
    this.loopBody = new int[maxLoops];
    this.loopLeft = new long[maxLoops];
    this.loopCount = new long[maxLoops];
    this.loopUnknown = new boolean[maxLoops];
  }

  /** What stops the execution of a scalar or control instruction. */
  enum Fault {
    NONE,
    LOOP_DEPTH,
    CALL_DEPTH,
    RETURN_WITHOUT_CALL,
    DIVISION_BY_ZERO,
    END_OF_CODE
  }

  int pc() {
    return pc;
  }

  long[] registers() {
    return registers;
  }

  int unknown() {
    return unknown;
  }

  int loopNesting() {
    return loops;
  }

  /** Iterations done of the innermost loop. */
  long iteration() {
    return loopCount[loops - 1] - loopLeft[loops - 1];
  }

  /** All iterations of the innermost loop. */
  long iterations() {
    return loopCount[loops - 1];
  }

  boolean innermostUnknown() {
    return loopUnknown[loops - 1];
  }

  /** First instruction of the innermost loop's body. */
  int innermostBody() {
    return loopBody[loops - 1];
  }

  boolean atEnd() {
    return pc >= code.code().length;
  }

  Instruction current() {
    return code.code()[pc];
  }

  boolean known(Instruction in, Field field) {
    return (unknown >>> in.reg(field) & 1) == 0;
  }

  /** Goes past an instruction of another unit. */
  void next() {
    pc++;
  }

  /** Executes a SEQ instruction other than halt. */
  Fault execute(Instruction in) {
    int at = pc++;
    return switch (in.op()) {
      case S_LI -> set(in, in.get(Field.IMM), true);
      case S_ALU -> alu(in);
      case S_LD -> set(in, 0, false);
      case LOOP -> loop(in, at);
      case ENDLOOP -> {
        if (--loopLeft[loops - 1] > 0) {
          pc = loopBody[loops - 1];
        } else {
          loops--;
        }
        yield Fault.NONE;
      }
      case CALL -> {
        if (calls == returns.length) {
          yield Fault.CALL_DEPTH;
        }
        returns[calls++] = pc;
        pc = in.getInt(Field.TARGET);
        yield Fault.NONE;
      }
      case RET -> {
        if (calls == 0) {
          yield Fault.RETURN_WITHOUT_CALL;
        }
        pc = returns[--calls];
        yield Fault.NONE;
      }
      default -> Fault.NONE;
    };
  }

  private Fault set(Instruction in, long value, boolean isKnown) {
    int rd = in.getInt(Field.RD);
    if (rd != 0) {
      registers[rd] = value;
      unknown = isKnown ? unknown & ~(1 << rd) : unknown | 1 << rd;
    }
    return Fault.NONE;
  }

  private Fault alu(Instruction in) {
    int ra = in.getInt(Field.RA);
    if ((unknown >>> ra & 1) != 0 || !known(in, Field.IMM)) {
      return set(in, 0, false);
    }
    long a = registers[ra];
    long b = in.resolve(Field.IMM, registers);
    AluFn fn = in.choice(Field.FN, AluFn.class);
    if (b == 0 && (fn == AluFn.DIV || fn == AluFn.REM)) {
      return Fault.DIVISION_BY_ZERO;
    }
    long value =
        switch (fn) {
          case ADD -> a + b;
          case SUB -> a - b;
          case MUL -> a * b;
          case DIV -> Math.floorDiv(a, b);
          case REM -> Math.floorMod(a, b);
          case MIN -> Math.min(a, b);
          case MAX -> Math.max(a, b);
          case AND -> a & b;
          case OR -> a | b;
          case XOR -> a ^ b;
          case SHL -> a << b;
          case SHR -> a >> b;
          case EQ -> a == b ? 1 : 0;
          case LT -> a < b ? 1 : 0;
        };
    return set(in, value, true);
  }

  private Fault loop(Instruction in, int at) {
    boolean isKnown = known(in, Field.COUNT);
    long count = isKnown ? in.resolve(Field.COUNT, registers) : 1;
    if (count <= 0) {
      pc = matchingEnd(at) + 1;
      return Fault.NONE;
    }
    if (loops == maxLoops) {
      return Fault.LOOP_DEPTH;
    }
    loopBody[loops] = pc;
    loopLeft[loops] = count;
    loopCount[loops] = count;
    loopUnknown[loops++] = !isKnown;
    return Fault.NONE;
  }

  /** Index of the endloop that closes the loop at an index. */
  int matchingEnd(int loop) {
    int depth = 0;
    for (int i = loop; i < code.code().length; i++) {
      switch (code.code()[i].op()) {
        case LOOP -> depth++;
        case ENDLOOP -> {
          if (--depth == 0) {
            return i;
          }
        }
        default -> {}
      }
    }
    return code.code().length;
  }

  @Override
  public String toString() {
    return "pc " + pc + " " + Arrays.toString(registers);
  }
}
