package npusim.sim.timing;

import npusim.isa.AluFn;
import npusim.isa.Field;
import npusim.isa.FieldKind;
import npusim.isa.FieldSpec;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Unit;

/**
 * An instruction of a core's code as the timing engine needs it: every property a field, so that
 * whoever handles it looks at one object.
 */
final class Decoded {
  /** Cost of what has none. */
  static final int NO_COST = -1;

  /** Cost of an instruction whose counts come from registers. */
  static final int VARIES = -2;

  private static final Field[] NO_FIELDS = {};
  private static final AluFn[] ALU_FNS = AluFn.values();

  /** Its place in the code. */
  final int pc;

  final Instruction instruction;

  /** The graph node that it is of; -1 for none. */
  final int node;

  /** What the sequencer does: a constant of {@link Code}. */
  int kind;

  /** Which mechanism of the unit runs it: a constant of {@link Code}. */
  int work;

  /** {@link TimingUnit} ordinal. */
  final int unit;

  /** Three wait or signal slots of 16 bits: semaphore in the upper, count in the lower byte. */
  long waits;

  long signals;

  /** Offset of its row in {@link Costs#rows}, {@link #NO_COST} or {@link #VARIES}. */
  int cost = NO_COST;

  /** Fields that the cost depends on and that have a register. */
  Field[] counts = NO_FIELDS;

  /**
   * Constant and register: DRAM address, address of a product's streamed operand, loop count, value
   * of s.li, second operand of s.alu.
   */
  long immediate;

  int register;

  /**
   * Constant and register: position, local destination of a load, address of a product's stationary
   * operand, remote core, peer and tag, mask of cores.
   */
  long extra;

  int extraRegister;

  /** Destination and first source register, function of s.alu. */
  int rd;

  int ra;
  AluFn fn;

  /** First of the vector instructions in a row that hand elements to each other, up to this one. */
  int chain;

  /** Whether a load reads the memory channel nearest to its core. */
  boolean placed;

  /** Matching endloop of a loop, matching loop of an endloop, target of a call. */
  int target;

  /** The instruction before that {@link #dependent} was found out for. */
  Decoded askedAbout;

  /** Whether the instruction needs the result of that one. */
  boolean dependent;

  /** Cycles that units were busy with it, not yet added up by {@link BusyTimes}. */
  long busy;

  Decoded(int pc, Instruction instruction, int node) {
    this.pc = pc;
    this.instruction = instruction;
    this.node = node;
    for (int s = 0; s < 3; s++) {
      waits |= (long) (instruction.waitSem(s) << 8 | instruction.waitCount(s)) << (16 * s);
      signals |= (long) (instruction.signalSem(s) << 8 | instruction.signalCount(s)) << (16 * s);
    }
    var executes = instruction.unit();
    unit = TimingUnit.index(executes, executes == Unit.LD ? instruction.queue() : 0);
    kind = Code.DISPATCH;
    switch (instruction.op()) {
      case S_LI -> {
        kind = Code.LI;
        rd = instruction.getInt(Field.RD);
        immediate = instruction.get(Field.IMM);
      }
      case S_ALU -> {
        kind = Code.ALU;
        rd = instruction.getInt(Field.RD);
        ra = instruction.getInt(Field.RA);
        fn = ALU_FNS[instruction.getInt(Field.FN)];
        operand(Field.IMM);
      }
      case S_LD -> {
        kind = Code.SCALAR_LOAD;
        rd = instruction.getInt(Field.RD);
      }
      case LOOP -> {
        kind = Code.LOOP;
        operand(Field.COUNT);
      }
      case ENDLOOP -> kind = Code.ENDLOOP;
      case CALL -> {
        kind = Code.CALL;
        target = instruction.getInt(Field.TARGET);
      }
      case RET -> kind = Code.RET;
      case HALT -> kind = Code.HALT;
      case NOP -> {
        work = Code.NOP;
        if (instruction.unit() == Unit.SEQ) {
          kind = Code.SEQ_NOP;
        }
      }
      case DMA_LD, DMA_LDZ, DMA_GATHER -> {
        work = Code.DMA;
        placed = instruction.op() == Opcode.DMA_LD && instruction.get(Field.PLACED) != 0;
        operand(Field.DRAM);
        second(Field.DST);
      }
      case DMA_ST, DMA_SCATTER -> {
        work = Code.DMA;
        operand(Field.DRAM);
      }
      case DMA_APPEND -> {
        work = Code.DMA;
        operand(Field.DRAM);
        second(Field.POS);
      }
      case DMA_GET -> {
        work = Code.CORE_DMA;
        second(Field.CORE);
      }
      case DMA_PUT -> {
        work = Code.CORE_DMA;
        second(Field.CORES);
      }
      case M_GEMM -> {
        work = Code.MATRIX;
        operand(Field.A);
        second(Field.W);
      }
      case M_LOAD -> {
        work = Code.MATRIX;
        second(Field.W);
      }
      case M_STREAM -> {
        work = Code.MATRIX;
        operand(Field.A);
      }
      case C_BARRIER -> {
        work = Code.BARRIER;
        second(Field.CORES);
        immediate = instruction.get(Field.KERNEL);
      }
      case C_SIGNAL -> {
        work = Code.MESSAGE;
        second(Field.CORES);
        immediate = instruction.get(Field.SEM) << 8 | instruction.get(Field.AMOUNT);
      }
      case C_SEND, C_RECV, C_EXCHANGE -> {
        work =
            switch (instruction.op()) {
              case C_SEND -> Code.SEND;
              case C_RECV -> Code.RECEIVE;
              default -> Code.EXCHANGE;
            };
        second(Field.PEER);
        operand(Field.TAG);
      }
      default -> work = Code.VECTOR;
    }
    if (kind == Code.DISPATCH && work != Code.NOP) {
      counts =
          instruction.op().fields().stream()
              .filter(f -> f.kind() == FieldKind.COUNT && instruction.reg(f.field()) != 0)
              .map(FieldSpec::field)
              .filter(Decoded::costs)
              .toArray(Field[]::new);
      cost = counts.length == 0 ? NO_COST : VARIES;
    }
  }

  private static boolean costs(Field field) {
    return switch (field) {
      case POS, CORE, PEER, TAG, INDEX_BASE -> false;
      default -> true;
    };
  }

  private void operand(Field field) {
    immediate = instruction.get(field);
    register = instruction.reg(field);
  }

  private void second(Field field) {
    extra = instruction.get(field);
    extraRegister = instruction.reg(field);
  }

  /** Whether it meets one of a core of another chip. */
  boolean betweenChips() {
    return kind == Code.DISPATCH
        && (work == Code.SEND || work == Code.RECEIVE || work == Code.EXCHANGE);
  }
}
