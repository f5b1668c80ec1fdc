package npusim.sim.timing;

import java.util.Arrays;
import npusim.isa.Field;

/**
 * Whether all iterations of a loop issue the same work: no count, inner trip count or partner in
 * its body, called functions included, may depend on a register that differs between iterations.
 * Addresses may.
 */
final class LoopTaint {
  private static final byte UNKNOWN = 0;
  private static final byte REGULAR = 1;
  private static final byte IRREGULAR = 2;

  private final Code code;
  private final byte[] verdict;
  private boolean irregular;

  LoopTaint(Code code) {
    this.code = code;
    verdict = new byte[code.length()];
  }

  /** Whether the loop whose body begins at {@code body} is regular. */
  boolean regular(int body) {
    if (verdict[body] == UNKNOWN) {
      int end = code.ops[body - 1].target;
      irregular = false;
      // What an iteration leaves in a register that it writes is taken as different each time.
      var varies = new boolean[32];
      written(body, end, varies, 0);
      walk(body, end, varies, 0);
      verdict[body] = irregular ? IRREGULAR : REGULAR;
    }
    return verdict[body] == REGULAR;
  }

  /** Marks the registers written between two instructions. */
  private void written(int from, int to, boolean[] marks, int depth) {
    for (int pc = from; pc < to; pc++) {
      Decoded op = code.ops[pc];
      switch (op.kind) {
        case Code.LI, Code.ALU, Code.SCALAR_LOAD -> marks[op.rd] = op.rd != 0;
        case Code.CALL -> {
          if (depth < Code.MAX_CALLS) {
            written(op.target, returnOf(op.target), marks, depth + 1);
          }
        }
        default -> {}
      }
    }
  }

  /**
   * Follows the values of registers through the instructions; {@code varies} is brought up to date.
   */
  private void walk(int from, int to, boolean[] varies, int depth) {
    for (int pc = from; pc < to && !irregular; pc++) {
      Decoded op = code.ops[pc];
      switch (op.kind) {
        case Code.LI -> varies[op.rd] = false;
        case Code.ALU -> varies[op.rd] = op.rd != 0 && (varies[op.ra] || varies[op.register]);
        case Code.SCALAR_LOAD -> varies[op.rd] = false;
        case Code.LOOP -> {
          if (varies[op.register]) {
            irregular = true;
            return;
          }
          int end = op.target;
          boolean[] before;
          do {
            before = varies.clone();
            walk(pc + 1, end, varies, depth);
            for (int r = 0; r < 32; r++) {
              varies[r] |= before[r];
            }
          } while (!irregular && !Arrays.equals(before, varies));
          pc = end;
        }
        case Code.CALL -> {
          if (depth >= Code.MAX_CALLS) {
            irregular = true;
            return;
          }
          walk(op.target, returnOf(op.target), varies, depth + 1);
        }
        case Code.DISPATCH -> dispatch(op, varies);
        default -> {}
      }
    }
  }

  private void dispatch(Decoded op, boolean[] varies) {
    for (Field f : op.counts) {
      irregular |= varies[op.instruction.reg(f)];
    }
    if (op.work != Code.DMA) {
      irregular |= varies[op.extraRegister];
    }
    if (op.betweenChips()) {
      irregular |= varies[op.register];
    }
  }

  private int returnOf(int function) {
    int pc = function;
    while (pc < code.length() && code.ops[pc].kind != Code.RET) {
      pc++;
    }
    return pc;
  }
}
