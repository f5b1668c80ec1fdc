package npusim.sim.timing;

import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Word;
import npusim.program.CoreCode;

/** A core's code, decoded. */
final class Code {
  static final int MAX_LOOPS = 64;
  static final int MAX_CALLS = Word.CALL_DEPTH;

  static final int LI = 0;
  static final int ALU = 1;
  static final int SCALAR_LOAD = 2;
  static final int LOOP = 3;
  static final int ENDLOOP = 4;
  static final int CALL = 5;
  static final int RET = 6;
  static final int HALT = 7;
  static final int SEQ_NOP = 8;
  static final int DISPATCH = 9;

  static final int NOP = 0;
  static final int MATRIX = 1;
  static final int VECTOR = 2;
  static final int DMA = 3;
  static final int CORE_DMA = 4;
  static final int BARRIER = 5;
  static final int MESSAGE = 6;
  static final int SEND = 7;
  static final int RECEIVE = 8;
  static final int EXCHANGE = 9;

  private static final Field[] EXTENTS = {Field.D0, Field.D1, Field.D2, Field.D3};

  /** Different from that of any other code of the program. */
  final int number;

  final Instruction[] instructions;

  /** The same, decoded. */
  final Decoded[] ops;

  Code(CoreCode core, int number) {
    this.number = number;
    instructions = core.code();
    ops = new Decoded[instructions.length];
    for (int i = 0; i < ops.length; i++) {
      ops[i] = new Decoded(i, instructions[i], core.nodeOf()[i]);
    }
    matchLoops();
    for (int i = 0; i < ops.length; i++) {
      ops[i].chain = i > 0 && chained(ops[i - 1].instruction, ops[i]) ? ops[i - 1].chain : i;
    }
  }

  /** Whether a vector instruction goes through the same elements as the one that hands it some. */
  private static boolean chained(Instruction before, Decoded op) {
    return VectorCosts.handsOn(before)
        && op.kind == DISPATCH
        && op.work == VECTOR
        && op.waits == 0
        && op.instruction.op().has(Field.CHAIN)
        && sameElements(before, op.instruction);
  }

  private static boolean sameElements(Instruction a, Instruction b) {
    long constA = 1;
    long constB = 1;
    int registersA = 0;
    int registersB = 0;
    for (Field f : EXTENTS) {
      constA *= a.reg(f) == 0 ? a.get(f) : 1;
      constB *= b.reg(f) == 0 ? b.get(f) : 1;
      registersA |= a.get(f) == 0 && a.reg(f) != 0 ? 1 << a.reg(f) : 0;
      registersB |= b.get(f) == 0 && b.reg(f) != 0 ? 1 << b.reg(f) : 0;
      if (a.get(f) != 0 && a.reg(f) != 0 || b.get(f) != 0 && b.reg(f) != 0) {
        return false;
      }
    }
    return constA == constB && registersA == registersB;
  }

  int length() {
    return ops.length;
  }

  /** What a transfer between chips meets at the other core. */
  static int partner(int work) {
    return switch (work) {
      case SEND -> RECEIVE;
      case RECEIVE -> SEND;
      default -> work;
    };
  }

  private void matchLoops() {
    var open = new int[MAX_LOOPS];
    int depth = 0;
    for (int i = 0; i < ops.length; i++) {
      if (ops[i].kind == LOOP) {
        if (depth == MAX_LOOPS) {
          throw bad("loops nest deeper than " + MAX_LOOPS + " at instruction " + i);
        }
        open[depth++] = i;
      } else if (ops[i].kind == ENDLOOP) {
        if (depth == 0) {
          throw bad("endloop at instruction " + i + " has no loop");
        }
        int start = open[--depth];
        ops[start].target = i;
        ops[i].target = start;
      }
    }
    if (depth != 0) {
      throw bad("loop at instruction " + open[depth - 1] + " has no endloop");
    }
  }

  private static NpusimException bad(String message) {
    return new NpusimException(
        ExitCode.USAGE, java.util.List.of(Diagnostic.error("program-loops", message)));
  }
}
