package npusim.sim.functional;

import java.util.Arrays;
import npusim.isa.AluFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Unit;
import npusim.isa.Word;

/** Program counter, loops and calls of one core; executes scalar and control instructions. */
final class Sequencer {
  private final Core core;
  private final Instruction[] code;
  private final int[] loopEnd;
  private final int loopDepth;
  private final int[] loopStart;
  private final long[] loopLeft;
  private final int[] returnTo = new int[Word.CALL_DEPTH];
  private int loops;
  private int calls;
  private int pc;
  private boolean halted;

  /**
   * @param loopEnd per instruction, for a loop the index of its endloop, see {@link #matchLoops}
   */
  Sequencer(Core core, int[] loopEnd, int loopDepth) {
    this.core = core;
    this.code = core.code().code();
    this.loopEnd = loopEnd;
    this.loopDepth = loopDepth;
    this.loopStart = new int[loopDepth];
    this.loopLeft = new long[loopDepth];
    if (code.length == 0) {
      halted = true;
    }
  }

  /** Index of the endloop of every loop; -1 elsewhere. */
  static int[] matchLoops(Instruction[] code) {
    int[] end = new int[code.length];
    Arrays.fill(end, -1);
    int[] open = new int[code.length];
    int depth = 0;
    for (int i = 0; i < code.length; i++) {
      if (code[i].op() == Opcode.LOOP) {
        open[depth++] = i;
      } else if (code[i].op() == Opcode.ENDLOOP && depth > 0) {
        end[open[--depth]] = i;
      }
    }
    return end;
  }

  /** Index of the next instruction. */
  int pc() {
    return pc;
  }

  boolean isHalted() {
    return halted;
  }

  /** The next instruction. */
  Instruction next() {
    if (pc >= code.length) {
      throw Fault.program("exec-end", "execution runs past the last instruction without halt");
    }
    return code[pc];
  }

  /** Goes on to the following instruction, after the next one has been handed to a unit. */
  void skip() {
    pc++;
  }

  /** True when the sequencer itself executes the instruction. */
  static boolean executes(Instruction i) {
    return i.unit() == Unit.SEQ;
  }

  /** Executes the next instruction, which is the sequencer's own. */
  void execute(Args args) {
    Instruction i = args.instruction();
    switch (i.op()) {
      case S_LI -> set(i, i.get(Field.IMM));
      case S_ALU ->
          set(
              i,
              alu(
                  i.choice(Field.FN, AluFn.class),
                  core.registers[(int) i.get(Field.RA)],
                  args.get(Field.IMM)));
      case S_LD -> set(i, loadScalar(args));
      case LOOP -> loop(args.get(Field.COUNT));
      case ENDLOOP -> endLoop();
      case CALL -> call((int) i.get(Field.TARGET));
      case RET -> ret();
      case HALT -> halted = true;
      case NOP -> pc++;
      default -> throw new IllegalStateException("no sequencer semantics for " + i.op().mnemonic());
    }
  }

  private void set(Instruction i, long value) {
    int rd = (int) i.get(Field.RD);
    if (rd != 0) {
      core.registers[rd] = value;
    }
    pc++;
  }

  private long loadScalar(Args args) {
    DType type = args.type(Field.A_T);
    LocalOperand a = LocalOperand.at(core, "a", args.get(Field.A), new long[4], type);
    a.checkOneRead(0);
    long[] v = new long[1];
    a.load(0, 0, v, 1);
    return v[0];
  }

  private static long alu(AluFn fn, long a, long b) {
    return switch (fn) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> Math.floorDiv(a, divisor(b));
      case REM -> Math.floorMod(a, divisor(b));
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
  }

  private static long divisor(long b) {
    if (b == 0) {
      throw Fault.program("exec-divide", "scalar division by zero");
    }
    return b;
  }

  private void loop(long count) {
    int end = loopEnd[pc];
    if (end < 0) {
      throw Fault.program("exec-loop", "loop without endloop");
    }
    if (count <= 0) {
      pc = end + 1;
      return;
    }
    if (loops == loopDepth) {
      throw Fault.program("exec-loop", "loops nested deeper than the hardware's " + loopDepth);
    }
    loopStart[loops] = pc + 1;
    loopLeft[loops++] = count;
    pc++;
  }

  private void endLoop() {
    if (loops == 0) {
      throw Fault.program("exec-loop", "endloop without a running loop");
    }
    if (--loopLeft[loops - 1] > 0) {
      pc = loopStart[loops - 1];
    } else {
      loops--;
      pc++;
    }
  }

  private void call(int target) {
    if (calls == returnTo.length) {
      throw Fault.program("exec-call", "calls nested deeper than " + returnTo.length);
    }
    if (target >= code.length) {
      throw Fault.program("exec-call", "call of instruction " + target + " of " + code.length);
    }
    returnTo[calls++] = pc + 1;
    pc = target;
  }

  private void ret() {
    if (calls == 0) {
      throw Fault.program("exec-call", "ret without a call");
    }
    pc = returnTo[--calls];
  }
}
