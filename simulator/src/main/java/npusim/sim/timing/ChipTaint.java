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
 * What of a core's code depends on the chip it runs on: registers that differ at launch, and what
 * is computed from them, are followed through the code. The first index of an ArgMax and cores to
 * exchange with make no difference to time.
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

  /** What differing registers come to. */
  enum Effect {
    /** Nothing takes longer on one chip than on another. */
    NONE,
    /** Addresses in DRAM: how long transfers take depends on the memory. */
    ADDRESSES,
    /** Extents and local addresses: instructions take differently long. */
    TIME,
    /** Loop counts: not even the same instructions are executed. */
    COURSE
  }

  private final Effect effect;

  /**
   * Follows registers through code.
   *
   * @param differing registers that differ at launch, bit r for register r
   * @param code a core's code, with a loop for every endloop
   */
  ChipTaint(long differing, Instruction... code) {
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
    follow(differing);
    Effect worst = Effect.NONE;
    for (int pc = 0; pc < code.length; pc++) {
      Effect here = effect(pc);
      worst = here.compareTo(worst) > 0 ? here : worst;
    }
    effect = worst;
  }

  Effect effect() {
    return effect;
  }

  /** Whether the instruction is a transfer whose address in DRAM depends on the chip. */
  boolean addresses(int pc) {
    return effect(pc) == Effect.ADDRESSES;
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

  private Effect effect(int pc) {
    Instruction in = code[pc];
    Effect worst = Effect.NONE;
    if (in.op() == Opcode.S_ALU) {
      return worst;
    }
    for (FieldSpec f : in.op().fields()) {
      if (f.kind().plusRegister() && (varies[pc] >>> in.reg(f.field()) & 1) != 0) {
        Effect here = effect(in.op(), f.field());
        worst = here.compareTo(worst) > 0 ? here : worst;
      }
    }
    return worst;
  }

  private static Effect effect(Opcode op, Field field) {
    return switch (field) {
      case INDEX_BASE -> Effect.NONE;
      case PEER -> op == Opcode.C_EXCHANGE ? Effect.NONE : Effect.TIME;
      case DRAM -> Effect.ADDRESSES;
      default -> op == Opcode.LOOP ? Effect.COURSE : Effect.TIME;
    };
  }
}
