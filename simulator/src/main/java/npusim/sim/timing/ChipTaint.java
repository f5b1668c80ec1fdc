package npusim.sim.timing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import npusim.isa.Field;
import npusim.isa.FieldSpec;
import npusim.isa.Instruction;
import npusim.isa.Opcode;

/**
 * Whether code takes equally long on chips whose registers differ. Registers that differ at launch,
 * and what is computed from them, are followed through the code; they may only be addresses in
 * DRAM, the first index of an ArgMax, and, as they were at launch, cores to exchange with.
 */
final class ChipTaint {
  private final Instruction[] code;

  /** By instruction, the registers that may differ between chips before it. */
  private final long[] varies;

  private final boolean[] reached;
  private final int[] loopEnd;
  private final int[] loopStart;
  private final List<Integer> returns = new ArrayList<>();
  private final Deque<Integer> open = new ArrayDeque<>();

  private ChipTaint(Instruction... code) {
    this.code = code;
    varies = new long[code.length];
    reached = new boolean[code.length];
    loopEnd = new int[code.length];
    loopStart = new int[code.length];
    var loops = new ArrayDeque<Integer>();
    for (int pc = 0; pc < code.length; pc++) {
      switch (code[pc].op()) {
        case LOOP -> loops.push(pc);
        case ENDLOOP -> {
          int start = loops.pop();
          loopEnd[start] = pc;
          loopStart[pc] = start;
        }
        case CALL -> returns.add(pc + 1);
        default -> {}
      }
    }
  }

  /**
   * Whether no instruction's time depends on the registers of a mask.
   *
   * @param differing registers that differ at launch, bit r for register r
   * @param code a core's code, with a loop for every endloop
   */
  static boolean absent(long differing, Instruction... code) {
    var taint = new ChipTaint(code);
    taint.follow(differing);
    return taint.absent();
  }

  private void follow(long differing) {
    enter(0, differing);
    while (!open.isEmpty()) {
      int pc = open.pop();
      Instruction in = code[pc];
      long after = after(in, varies[pc]);
      switch (in.op()) {
        case HALT -> {}
        case LOOP -> {
          enter(pc + 1, after);
          enter(loopEnd[pc] + 1, after);
        }
        case ENDLOOP -> {
          enter(loopStart[pc] + 1, after);
          enter(pc + 1, after);
        }
        case CALL -> enter(in.getInt(Field.TARGET), after);
        case RET -> returns.forEach(to -> enter(to, after));
        default -> enter(pc + 1, after);
      }
    }
  }

  private void enter(int pc, long mask) {
    if (pc < code.length && (!reached[pc] || (mask & ~varies[pc]) != 0)) {
      reached[pc] = true;
      varies[pc] |= mask;
      open.push(pc);
    }
  }

  private static long after(Instruction in, long before) {
    long rd =
        switch (in.op()) {
          case S_LI, S_ALU -> 1L << in.get(Field.RD) & ~1L;
          default -> 0;
        };
    boolean fromThem =
        in.op() == Opcode.S_ALU
            && ((before >>> in.get(Field.RA) | before >>> in.reg(Field.IMM)) & 1) != 0;
    return fromThem ? before | rd : before & ~rd;
  }

  private boolean absent() {
    long written = 0;
    for (Instruction in : code) {
      switch (in.op()) {
        case S_LI, S_ALU, S_LD -> written |= 1L << in.get(Field.RD);
        default -> {}
      }
    }
    for (int pc = 0; pc < code.length; pc++) {
      Instruction in = code[pc];
      if (in.op() == Opcode.S_ALU) {
        continue;
      }
      for (FieldSpec f : in.op().fields()) {
        boolean may =
            switch (f.field()) {
              case DRAM, INDEX_BASE -> true;
              case PEER ->
                  in.op() == Opcode.C_EXCHANGE && (written >>> in.reg(Field.PEER) & 1) == 0;
              default -> !f.kind().plusRegister() || (varies[pc] >>> in.reg(f.field()) & 1) == 0;
            };
        if (!may) {
          return false;
        }
      }
    }
    return true;
  }
}
