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
      int end = code.target[body - 1];
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
      switch (code.kind[pc]) {
        case Code.LI, Code.ALU, Code.SCALAR_LOAD -> marks[code.rd[pc]] = code.rd[pc] != 0;
        case Code.CALL -> {
          if (depth < Code.MAX_CALLS) {
            written(code.target[pc], returnOf(code.target[pc]), marks, depth + 1);
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
      switch (code.kind[pc]) {
        case Code.LI -> varies[code.rd[pc]] = false;
        case Code.ALU ->
            varies[code.rd[pc]] =
                code.rd[pc] != 0 && (varies[code.ra[pc]] || varies[code.register[pc]]);
        case Code.SCALAR_LOAD -> varies[code.rd[pc]] = false;
        case Code.LOOP -> {
          if (varies[code.register[pc]]) {
            irregular = true;
            return;
          }
          int end = code.target[pc];
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
          walk(code.target[pc], returnOf(code.target[pc]), varies, depth + 1);
        }
        case Code.DISPATCH -> dispatch(pc, varies);
        default -> {}
      }
    }
  }

  private void dispatch(int pc, boolean[] varies) {
    for (Field f : code.counts[pc]) {
      irregular |= varies[code.instructions[pc].reg(f)];
    }
    if (code.work[pc] != Code.DMA) {
      irregular |= varies[code.extraRegister[pc]];
    }
    if (code.betweenChips(pc)) {
      irregular |= varies[code.register[pc]];
    }
  }

  private int returnOf(int function) {
    int pc = function;
    while (pc < code.length() && code.kind[pc] != Code.RET) {
      pc++;
    }
    return pc;
  }
}
