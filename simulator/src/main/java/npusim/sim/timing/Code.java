package npusim.sim.timing;

import java.util.Arrays;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.isa.AluFn;
import npusim.isa.Field;
import npusim.isa.FieldKind;
import npusim.isa.FieldSpec;
import npusim.isa.Instruction;
import npusim.isa.Unit;
import npusim.isa.Word;
import npusim.program.CoreCode;

/** A core's code decoded into one primitive array per property, indexed by instruction. */
final class Code {
  static final int MAX_LOOPS = 64;
  static final int MAX_CALLS = Word.CALL_DEPTH;

  static final byte LI = 0;
  static final byte ALU = 1;
  static final byte SCALAR_LOAD = 2;
  static final byte LOOP = 3;
  static final byte ENDLOOP = 4;
  static final byte CALL = 5;
  static final byte RET = 6;
  static final byte HALT = 7;
  static final byte SEQ_NOP = 8;
  static final byte DISPATCH = 9;

  static final byte NOP = 0;
  static final byte MATRIX = 1;
  static final byte VECTOR = 2;
  static final byte DMA = 3;
  static final byte CORE_DMA = 4;
  static final byte BARRIER = 5;
  static final byte MESSAGE = 6;
  static final byte SEND = 7;
  static final byte RECEIVE = 8;
  static final byte EXCHANGE = 9;

  private static final Field[] NO_FIELDS = {};
  private static final Field[] EXTENTS = {Field.D0, Field.D1, Field.D2, Field.D3};
  private static final AluFn[] ALU_FNS = AluFn.values();

  final Instruction[] instructions;
  final int[] nodeOf;

  /** What the sequencer does. */
  final byte[] kind;

  /** Which mechanism of the unit runs it. */
  final byte[] work;

  /** {@link TimingUnit} ordinal. */
  final byte[] unit;

  /** Three wait or signal slots of 16 bits: semaphore in the upper, count in the lower byte. */
  final long[] waits;

  final long[] signals;

  /** Cost offset of instructions whose counts are constants; -1 when they come from registers. */
  final int[] cost;

  /** Fields that the cost depends on and that have a register. */
  final Field[][] counts;

  /**
   * Constant and register: DRAM address, address of a product's streamed operand, loop count, value
   * of s.li, second operand of s.alu.
   */
  final long[] immediate;

  final byte[] register;

  /**
   * Constant and register: position, local destination of a load, address of a product's stationary
   * operand, remote core, peer and tag, mask of cores.
   */
  final long[] extra;

  final byte[] extraRegister;

  /** Destination and first source register, function of s.alu. */
  final byte[] rd;

  final byte[] ra;
  final AluFn[] fn;

  /** First of the vector instructions in a row that hand elements to each other, up to this one. */
  final int[] chain;

  /** Matching endloop of a loop, matching loop of an endloop, target of a call. */
  final int[] target;

  /** The instruction before that {@link #dependent} was found out for. */
  final int[] askedAbout;

  /** Whether the instruction needs the result of that one. */
  final boolean[] dependent;

  Code(CoreCode core) {
    instructions = core.code();
    nodeOf = core.nodeOf();
    int n = instructions.length;
    kind = new byte[n];
    work = new byte[n];
    unit = new byte[n];
    waits = new long[n];
    signals = new long[n];
    cost = new int[n];
    counts = new Field[n][];
    immediate = new long[n];
    register = new byte[n];
    extra = new long[n];
    extraRegister = new byte[n];
    rd = new byte[n];
    ra = new byte[n];
    fn = new AluFn[n];
    target = new int[n];
    chain = new int[n];
    askedAbout = new int[n];
    Arrays.fill(askedAbout, -1);
    dependent = new boolean[n];
    Arrays.fill(cost, -1);
    Arrays.fill(counts, NO_FIELDS);
    for (int i = 0; i < n; i++) {
      decode(i, instructions[i]);
    }
    matchLoops();
    for (int i = 0; i < n; i++) {
      chain[i] = i > 0 && chained(i) ? chain[i - 1] : i;
    }
  }

  /** Whether a vector instruction goes through the same elements as the one that hands it some. */
  private boolean chained(int i) {
    Instruction before = instructions[i - 1];
    Instruction ins = instructions[i];
    return VectorCosts.handsOn(before)
        && kind[i] == DISPATCH
        && work[i] == VECTOR
        && waits[i] == 0
        && ins.op().has(Field.CHAIN)
        && sameElements(before, ins);
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
    return instructions.length;
  }

  /** Whether an instruction meets one of a core of another chip. */
  boolean betweenChips(int pc) {
    return kind[pc] == DISPATCH
        && (work[pc] == SEND || work[pc] == RECEIVE || work[pc] == EXCHANGE);
  }

  /** What a transfer between chips meets at the other core. */
  static byte partner(byte work) {
    return switch (work) {
      case SEND -> RECEIVE;
      case RECEIVE -> SEND;
      default -> work;
    };
  }

  private void decode(int i, Instruction ins) {
    for (int s = 0; s < 3; s++) {
      waits[i] |= (long) (ins.waitSem(s) << 8 | ins.waitCount(s)) << (16 * s);
      signals[i] |= (long) (ins.signalSem(s) << 8 | ins.signalCount(s)) << (16 * s);
    }
    unit[i] = (byte) TimingUnit.index(ins.unit(), ins.unit() == Unit.LD ? ins.queue() : 0);
    kind[i] = DISPATCH;
    switch (ins.op()) {
      case S_LI -> {
        kind[i] = LI;
        rd[i] = (byte) ins.get(Field.RD);
        immediate[i] = ins.get(Field.IMM);
      }
      case S_ALU -> {
        kind[i] = ALU;
        rd[i] = (byte) ins.get(Field.RD);
        ra[i] = (byte) ins.get(Field.RA);
        fn[i] = ALU_FNS[ins.getInt(Field.FN)];
        operand(i, ins, Field.IMM);
      }
      case S_LD -> {
        kind[i] = SCALAR_LOAD;
        rd[i] = (byte) ins.get(Field.RD);
      }
      case LOOP -> {
        kind[i] = LOOP;
        operand(i, ins, Field.COUNT);
      }
      case ENDLOOP -> kind[i] = ENDLOOP;
      case CALL -> {
        kind[i] = CALL;
        target[i] = ins.getInt(Field.TARGET);
      }
      case RET -> kind[i] = RET;
      case HALT -> kind[i] = HALT;
      case NOP -> {
        work[i] = NOP;
        if (ins.unit() == Unit.SEQ) {
          kind[i] = SEQ_NOP;
        }
      }
      case DMA_LD, DMA_LDZ, DMA_GATHER -> {
        work[i] = DMA;
        operand(i, ins, Field.DRAM);
        second(i, ins, Field.DST);
      }
      case DMA_ST, DMA_SCATTER -> {
        work[i] = DMA;
        operand(i, ins, Field.DRAM);
      }
      case DMA_APPEND -> {
        work[i] = DMA;
        operand(i, ins, Field.DRAM);
        second(i, ins, Field.POS);
      }
      case DMA_GET -> {
        work[i] = CORE_DMA;
        second(i, ins, Field.CORE);
      }
      case DMA_PUT -> {
        work[i] = CORE_DMA;
        second(i, ins, Field.CORES);
      }
      case M_GEMM -> {
        work[i] = MATRIX;
        operand(i, ins, Field.A);
        second(i, ins, Field.W);
      }
      case M_LOAD -> {
        work[i] = MATRIX;
        second(i, ins, Field.W);
      }
      case M_STREAM -> {
        work[i] = MATRIX;
        operand(i, ins, Field.A);
      }
      case C_BARRIER -> {
        work[i] = BARRIER;
        second(i, ins, Field.CORES);
      }
      case C_SIGNAL -> {
        work[i] = MESSAGE;
        second(i, ins, Field.CORES);
        immediate[i] = ins.get(Field.SEM) << 8 | ins.get(Field.AMOUNT);
      }
      case C_SEND, C_RECV, C_EXCHANGE -> {
        work[i] =
            switch (ins.op()) {
              case C_SEND -> SEND;
              case C_RECV -> RECEIVE;
              default -> EXCHANGE;
            };
        second(i, ins, Field.PEER);
        operand(i, ins, Field.TAG);
      }
      default -> work[i] = VECTOR;
    }
    if (kind[i] == DISPATCH && work[i] != NOP) {
      counts[i] =
          ins.op().fields().stream()
              .filter(f -> f.kind() == FieldKind.COUNT && ins.reg(f.field()) != 0)
              .map(FieldSpec::field)
              .filter(Code::costs)
              .toArray(Field[]::new);
    }
  }

  private static boolean costs(Field field) {
    return switch (field) {
      case POS, CORE, PEER, TAG, INDEX_BASE -> false;
      default -> true;
    };
  }

  private void operand(int i, Instruction ins, Field field) {
    immediate[i] = ins.get(field);
    register[i] = (byte) ins.reg(field);
  }

  private void second(int i, Instruction ins, Field field) {
    extra[i] = ins.get(field);
    extraRegister[i] = (byte) ins.reg(field);
  }

  private void matchLoops() {
    var open = new int[MAX_LOOPS];
    int depth = 0;
    for (int i = 0; i < kind.length; i++) {
      if (kind[i] == LOOP) {
        if (depth == MAX_LOOPS) {
          throw bad("loops nest deeper than " + MAX_LOOPS + " at instruction " + i);
        }
        open[depth++] = i;
      } else if (kind[i] == ENDLOOP) {
        if (depth == 0) {
          throw bad("endloop at instruction " + i + " has no loop");
        }
        int start = open[--depth];
        target[start] = i;
        target[i] = start;
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
