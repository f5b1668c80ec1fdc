package npusim.sim.timing;

import npusim.isa.Access;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Operand;
import npusim.isa.OperandShape;

/**
 * Whether a vector instruction reads or overwrites what the one before it produces, so that it
 * cannot enter the pipeline before the result is out. Operands addressed by different registers, or
 * of unknown extent, count as dependent; those that a chain computes in one pass don't. Answers are
 * kept per instruction for the last predecessor asked about.
 */
final class Dependence {
  /** Instructions of a chain that the vector unit computes in one pass. */
  private final int chain;

  Dependence(int chain) {
    this.chain = chain;
  }

  /** Whether {@code op} has to wait for the end of {@code before}. */
  @SuppressWarnings("ReferenceEquality") // the very instruction
  boolean of(Decoded op, Decoded before) {
    if (op.askedAbout != before) {
      boolean onePass = (op.pc - op.chain) % chain != 0 && before.pc == op.pc - 1;
      op.askedAbout = before;
      op.dependent = !onePass && depends(before.instruction, op.instruction);
    }
    return op.dependent;
  }

  private static boolean depends(Instruction before, Instruction next) {
    for (Operand written : before.op().operands()) {
      if (!writes(written)) {
        continue;
      }
      for (Operand used : next.op().operands()) {
        if (used.address().isPresent() && overlap(before, written, next, used)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean writes(Operand o) {
    return switch (o.access()) {
      case WRITE, WRITE_K, WRITE_LIMIT, ACCUMULATE, INDEXED_WRITE -> o.address().isPresent();
      case NONE, READ, INDEXED_READ, REMOTE_READ, REMOTE_WRITE -> false;
    };
  }

  private static boolean overlap(Instruction a, Operand x, Instruction b, Operand y) {
    Field ax = x.address().orElseThrow();
    Field by = y.address().orElseThrow();
    if (a.reg(ax) != b.reg(by)) {
      return true;
    }
    long fromA = a.get(ax);
    long fromB = b.get(by);
    return fromA < fromB + span(b, y) && fromB < fromA + span(a, x);
  }

  /**
   * Bytes from the address to the end of the operand; a large number when not known from the
   * instruction.
   */
  private static long span(Instruction ins, Operand o) {
    boolean indexed = o.access() == Access.INDEXED_READ || o.access() == Access.INDEXED_WRITE;
    if (o.shape() != OperandShape.LOCAL4 || indexed) {
      return Long.MAX_VALUE / 4;
    }
    Field[] extents = {Field.D0, Field.D1, Field.D2, Field.D3};
    long last = 0;
    for (int d = 0; d < 4; d++) {
      long stride = ins.get(o.numbers().get(d));
      if (ins.reg(extents[d]) != 0 && stride != 0 || stride < 0) {
        return Long.MAX_VALUE / 4;
      }
      last += stride == 0 ? 0 : (ins.get(extents[d]) - 1) * stride;
    }
    return Math.ceilDiv((last + 1) * ins.dtype(o.type().orElseThrow()).bits(), 8L);
  }
}
