package npusim.sim.timing;

import npusim.hardware.VectorClass;
import npusim.hardware.VectorUnit;
import npusim.isa.Access;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.OpClass;
import npusim.isa.Opcode;
import npusim.isa.Operand;
import npusim.isa.OperandShape;

/**
 * Fills cost rows of vector instructions. A unit that chains computes several of a row in one pass
 * over the elements: the pass takes as long as the slowest of them, or as the ports need for what
 * is not handed on within it; each instruction is charged what it adds to the ones before.
 */
final class VectorCosts {
  private final VectorUnit unit;
  private final VectorTiming vector;
  private final LocalPorts ports;

  // The instruction being looked at.
  private DType type;
  private long elements;
  private long spmRead;
  private long spmWrite;
  private long accRead;
  private long accWrite;

  VectorCosts(VectorUnit unit, LocalPorts ports) {
    this.unit = unit;
    this.ports = ports;
    vector = new VectorTiming(unit, ports);
  }

  /**
   * Fills a row.
   *
   * @param chain first instruction of the chain that instruction {@code pc} is in
   */
  void fill(Instruction[] code, int chain, int pc, long[] r, long[] rows, int row) {
    Instruction ins = code[pc];
    int first = pc - (pc - chain) % unit.chain();
    int end = first;
    while (end < first + unit.chain() - 1 && end + 1 < code.length && handsOn(code[end])) {
      end++;
    }
    end = Math.max(end, pc);
    long passes = 0;
    long spm = 0;
    long acc = 0;
    long before = 0;
    long stalled = 0;
    long latency = 0;
    for (int i = first; i <= pc; i++) {
      before = Math.max(passes, supply(spm, acc));
      stalled = before - passes;
      look(code, first, i, end, r);
      if (elements == 0) {
        rows[row + Costs.TYPE] = type.ordinal();
        rows[row + Costs.CLASS] = vectorClass(ins).ordinal();
        return;
      }
      passes = Math.max(passes, vector.passes);
      spm += vector.scratchpadWords;
      acc += vector.accumulatorWords;
      latency += vector.latency;
    }
    long total = Math.max(passes, supply(spm, acc));
    long stream = total - before;
    rows[row + Costs.TYPE] = type.ordinal();
    rows[row + Costs.CLASS] = vectorClass(ins).ordinal();
    rows[row + Costs.STREAM] = unit.issueCycles() + stream;
    rows[row + Costs.BUBBLES] = unit.issueCycles();
    rows[row + Costs.PORTS] = Math.clamp(total - passes - stalled, 0, stream);
    rows[row + Costs.DRAIN] = latency;
    rows[row + Costs.ELEMENTS] = elements;
    rows[row + Costs.SPM_READ] = spmRead;
    rows[row + Costs.SPM_WRITE] = spmWrite;
    rows[row + Costs.ACC_READ] = accRead;
    rows[row + Costs.ACC_WRITE] = accWrite;
  }

  private long supply(long spmWords, long accWords) {
    return Math.max(
        Math.ceilDiv(spmWords, ports.slots(false)), Math.ceilDiv(accWords, ports.slots(true)));
  }

  static boolean handsOn(Instruction ins) {
    return ins.op().has(Field.CHAIN) && ins.flag(Field.CHAIN);
  }

  /**
   * Measures instruction {@code pc} of the pass over [first, end], less what is handed on in it.
   */
  private void look(Instruction[] code, int first, int pc, int end, long[] r) {
    Instruction ins = code[pc];
    long d0 = CostModel.count(ins, Field.D0, r);
    long d1 = CostModel.count(ins, Field.D1, r);
    long d2 = CostModel.count(ins, Field.D2, r);
    long d3 = CostModel.count(ins, Field.D3, r);
    elements = d0 * d1 * d2 * d3;
    vector.begin(d0, d1, d2, d3);
    type = DType.BOOL;
    spmRead = 0;
    spmWrite = 0;
    accRead = 0;
    accWrite = 0;
    for (Operand o : ins.op().operands()) {
      if (o.shape() == OperandShape.EXTENTS || o.address().isEmpty() || o.type().isEmpty()) {
        continue;
      }
      var t = ins.dtype(o.type().get());
      if (t.bits() > type.bits() || t.bits() == type.bits() && t.isFloat()) {
        type = t;
      }
      boolean acc = CostModel.inAccumulator(ins, o.address().get());
      if (o.shape() != OperandShape.LOCAL4) {
        continue;
      }
      var s = o.numbers();
      long s0 = ins.get(s.get(0));
      long s1 = ins.get(s.get(1));
      long s2 = ins.get(s.get(2));
      long s3 = ins.get(s.get(3));
      if (o.access() == Access.ACCUMULATE && ins.op() == Opcode.V_RED) {
        long mask = ins.get(Field.MASK);
        s0 = (mask & 1) != 0 ? 0 : s0;
        s1 = (mask & 2) != 0 ? 0 : s1;
        s2 = (mask & 4) != 0 ? 0 : s2;
        s3 = (mask & 8) != 0 ? 0 : s3;
      }
      boolean write = writes(o);
      if (end > first && (write ? stays(code, pc, end) : comes(code, first, pc, o))) {
        vector.handed(s0 | s1 | s2 | s3, t);
        continue;
      }
      boolean indexed = o.access() == Access.INDEXED_READ || o.access() == Access.INDEXED_WRITE;
      if (indexed) {
        // Every element is an access of its own, at an address that depends on data.
        long spread = Math.max(1, ports.wordBytes(acc) * 8L / t.bits());
        vector.operand(d1 * d2 * d3 * spread, d2 * d3 * spread, d3 * spread, spread, t, acc);
      } else {
        vector.operand(s0, s1, s2, s3, t, acc);
      }
      long touched = touched(d0, s0) * touched(d1, s1) * touched(d2, s2) * touched(d3, s3);
      long bytes = Math.ceilDiv(touched * t.bits(), 8L);
      if (write && acc) {
        accWrite += bytes;
      } else if (write) {
        spmWrite += bytes;
      } else if (acc) {
        accRead += bytes;
      } else {
        spmRead += bytes;
      }
    }
    if (elements == 0) {
      return;
    }
    boolean reduces = ins.op() == Opcode.V_RED && (ins.get(Field.MASK) & 8) != 0;
    vector.measure(vectorClass(ins), type, work(ins, d3, r), reduces && d3 > 1);
    if (reduces || ins.op() == Opcode.V_SCAN) {
      vector.reduceAcrossLanes(d3);
    }
  }

  private static boolean writes(Operand o) {
    return switch (o.access()) {
      case WRITE, WRITE_K, WRITE_LIMIT, ACCUMULATE, INDEXED_WRITE -> true;
      default -> false;
    };
  }

  /** Whether what an operand reads is made in the same pass. */
  private static boolean comes(Instruction[] code, int first, int pc, Operand o) {
    Field at = o.address().orElseThrow();
    for (int i = pc - 1; i >= first; i--) {
      if (same(code[i], Field.DST, code[pc], at)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a result goes to instructions of the same pass only. */
  private static boolean stays(Instruction[] code, int pc, int end) {
    if (!handsOn(code[pc])) {
      return false;
    }
    // What the chain goes on with in its next pass may read it.
    for (int i = end; i < code.length - 1 && handsOn(code[i]); i++) {
      for (Operand o : code[i + 1].op().operands()) {
        if (o.address().isPresent()
            && !writes(o)
            && same(code[pc], Field.DST, code[i + 1], o.address().get())) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean same(Instruction a, Field x, Instruction b, Field y) {
    return a.op().has(x) && a.get(x) == b.get(y) && a.reg(x) == b.reg(y);
  }

  private static long touched(long extent, long stride) {
    return stride == 0 ? 1 : extent;
  }

  /**
   * Element operations per element: 1, or the compare-exchange steps of a bitonic network that
   * keeps k of n.
   */
  private static double work(Instruction ins, long d3, long[] r) {
    if (ins.op() != Opcode.V_TOPK) {
      return 1;
    }
    long k = Math.max(1, Math.min(d3, CostModel.count(ins, Field.K, r)));
    int sortSteps = 64 - Long.numberOfLeadingZeros(k - 1 | 1);
    int rounds = 64 - Long.numberOfLeadingZeros(Math.ceilDiv(d3, k) - 1 | 1);
    // Runs of k are sorted in log k · (log k + 1) / 2 steps of n/2 exchanges; each merge of two
    // runs keeps the
    // better half in log k + 1 steps over half of what is left.
    return sortSteps * (sortSteps + 1) / 4.0 + Math.min(rounds, 2) * (sortSteps + 1) / 2.0;
  }

  private static VectorClass vectorClass(Instruction ins) {
    var c = ins.opClass().orElse(OpClass.SIMPLE);
    return switch (c) {
      case SIMPLE ->
          ins.op() == Opcode.V_COPY && permutes(ins) ? VectorClass.PERMUTE : VectorClass.SIMPLE;
      case DIV -> VectorClass.DIV;
      case SQRT -> VectorClass.SQRT;
      case EXP -> VectorClass.EXP;
      case TRANS -> VectorClass.TRANSCENDENTAL;
      case REDUCE -> VectorClass.REDUCE;
      case PERMUTE -> permutes(ins) ? VectorClass.PERMUTE : VectorClass.SIMPLE;
      case GATHER -> VectorClass.GATHER;
      case SORT -> VectorClass.SORT;
    };
  }

  /**
   * A copy changes the order of elements when its two operands are dense along different
   * dimensions.
   */
  private static boolean permutes(Instruction ins) {
    if (ins.op() != Opcode.V_COPY) {
      return true;
    }
    long a = ins.get(Field.A_S3);
    long d = ins.get(Field.DST_S3);
    return ins.get(Field.D3) != 1 && Math.abs(a) != Math.abs(d) && a != 0;
  }
}
