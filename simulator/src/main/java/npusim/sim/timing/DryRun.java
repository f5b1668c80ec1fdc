package npusim.sim.timing;

import java.util.Arrays;
import npusim.isa.Opcode;

/**
 * Follows a core's sequencer through further iterations of a loop that it is in, without time: what
 * they count and by how much they move its registers.
 */
final class DryRun {
  /** Instructions after which an iteration counts as too long to be followed. */
  private static final long LONGEST = 4_000_000;

  /** Iterations after which everything is where it was, in rings of 2, 3 or 4 slots. */
  private static final int[] PERIODS = {1, 2, 3, 4, 6, 12};

  private static final int MOST = 12;

  private final Machine m;
  private final CostCache cache;

  // The core under way.
  private final long[] r = new long[32];
  private final long[] left = new long[Code.MAX_LOOPS];
  private final int[] body = new int[Code.MAX_LOOPS];
  private final int[] callStack = new int[Code.MAX_CALLS];
  private int core;
  private int pc;
  private int loops;
  private int calls;

  /** Instructions that an iteration dispatches, and those to each unit. */
  private long dispatched;

  private final long[] toUnit = new long[Machine.U];

  /** Cores of the chip that the core under way gives or waits for something, itself included. */
  private long partners;

  /** A number for the instructions dispatched and what they cost. */
  private long work;

  private Count count;

  DryRun(Machine machine, CostCache cache) {
    m = machine;
    this.cache = cache;
  }

  /** What iterations count, times and distances excepted. */
  static final class Count {
    final Tally tally;

    /** Bytes by chip: read from and written to DRAM, read from and written to shared SRAM. */
    final long[][] bytes;

    Count(Machine m) {
      tally = new Tally(m.cores, m.tally.nodes.length / Tally.NODE_FIELDS - 1);
      bytes = new long[m.dram.length][4];
    }
  }

  /** Instructions that the iterations last followed have dispatched to a unit. */
  long dispatched(int unit) {
    return toUnit[unit];
  }

  /** Cores of the chip that the core last followed meets, a bit each. */
  long partners() {
    return partners;
  }

  /** Instructions that the iterations last followed have dispatched. */
  long dispatched() {
    return dispatched;
  }

  /**
   * After how many iterations of its loop at {@code depth} the core's registers have moved as far
   * as they do in as many more; 0 when there is no such number.
   */
  int period(int ofCore, int depth) {
    begin(ofCore, null);
    // The last iteration may be a smaller one.
    long ahead = Math.min(2 * MOST, left[depth] - 2);
    var seen = new long[(int) Math.max(1, ahead + 1)][];
    seen[0] = r.clone();
    for (int i = 1; i < seen.length; i++) {
      if (!iteration(depth)) {
        return 0;
      }
      seen[i] = r.clone();
    }
    for (int period : PERIODS) {
      if (2 * period < seen.length && repeats(seen, period)) {
        return period;
      }
    }
    return 0;
  }

  private static boolean repeats(long[][] seen, int period) {
    for (int i = period; i + period < seen.length; i++) {
      for (int k = 0; k < 32; k++) {
        if (seen[i + period][k] - seen[i][k] != seen[period][k] - seen[0][k]) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Follows {@code period} iterations; returns by how much they move the registers, or null when
   * those next to them, or those after {@code times} as many, do something else.
   *
   * @param to what they count is added to it
   */
  long[] follow(int ofCore, int depth, int period, long times, Count to) {
    begin(ofCore, to);
    partners = 0;
    long[] start = r.clone();
    long[] moved = moved(depth, period);
    long once = dispatched;
    long same = work;
    count = null;
    if (moved == null || !Arrays.equals(moved, moved(depth, period)) || work != same) {
      return null;
    }
    begin(ofCore, null);
    for (int i = 0; i < 32; i++) {
      r[i] = start[i] + times * moved[i];
    }
    if (!Arrays.equals(moved, moved(depth, period)) || work != same) {
      return null;
    }
    dispatched = once;
    return moved;
  }

  /** By how much {@code period} iterations move the registers; null if they don't come round. */
  private long[] moved(int depth, int period) {
    long[] from = r.clone();
    dispatched = 0;
    Arrays.fill(toUnit, 0);
    work = 0;
    for (int i = 0; i < period; i++) {
      if (!iteration(depth)) {
        return null;
      }
    }
    var moved = new long[32];
    for (int i = 0; i < 32; i++) {
      moved[i] = r[i] - from[i];
    }
    return moved;
  }

  private void begin(int ofCore, Count to) {
    core = ofCore;
    count = to;
    SequencerState s = m.sequencer[core];
    pc = s.pc;
    loops = s.loopDepth;
    calls = s.callDepth;
    System.arraycopy(m.registers, core * 32, r, 0, 32);
    System.arraycopy(m.loopLeft, core * Code.MAX_LOOPS, left, 0, Code.MAX_LOOPS);
    System.arraycopy(m.loopBody, core * Code.MAX_LOOPS, body, 0, Code.MAX_LOOPS);
    System.arraycopy(m.callStack, core * Code.MAX_CALLS, callStack, 0, Code.MAX_CALLS);
  }

  /** Goes on to the same place one iteration later; false if it doesn't come there. */
  private boolean iteration(int depth) {
    int startPc = pc;
    int startLoops = loops;
    int startCalls = calls;
    long[] inner = Arrays.copyOfRange(left, depth + 1, Math.max(depth + 1, loops));
    // However many iterations are left: those that are followed may be more.
    left[depth] = Long.MAX_VALUE / 2;
    for (long steps = 0; steps < LONGEST; steps++) {
      if (!step() || loops <= depth) {
        return false;
      }
      if (pc == startPc
          && loops == startLoops
          && calls == startCalls
          && left[depth] == Long.MAX_VALUE / 2 - 1
          && Arrays.equals(left, depth + 1, Math.max(depth + 1, loops), inner, 0, inner.length)) {
        return true;
      }
    }
    return false;
  }

  private boolean step() {
    Decoded op = m.code[core].ops[pc];
    int next = pc + 1;
    switch (op.kind) {
      case Code.DISPATCH -> {
        return dispatch(op) && go(next);
      }
      case Code.LI -> r[op.rd] = op.rd == 0 ? 0 : op.immediate;
      case Code.ALU -> {
        if (op.rd != 0) {
          r[op.rd] = Issue.alu(op.fn, r[op.ra], op.immediate + r[op.register]);
        }
      }
      case Code.LOOP -> {
        long n = op.immediate + r[op.register];
        if (n <= 0) {
          next = op.target + 1;
        } else {
          left[loops] = n;
          body[loops++] = pc + 1;
        }
      }
      case Code.ENDLOOP -> {
        if (--left[loops - 1] > 0) {
          next = body[loops - 1];
        } else {
          loops--;
        }
      }
      case Code.CALL -> {
        callStack[calls++] = next;
        next = op.target;
      }
      case Code.RET -> {
        if (calls == 0) {
          return false;
        }
        next = callStack[--calls];
      }
      case Code.HALT, Code.SCALAR_LOAD -> {
        return false;
      }
      default -> {}
    }
    if (count != null) {
      count.tally.totals[Tally.SCALARS]++;
    }
    return go(next);
  }

  private boolean go(int next) {
    pc = next;
    return true;
  }

  /** Counts an instruction; false for those between chips, whose partners would have to agree. */
  private boolean dispatch(Decoded op) {
    int how = op.work;
    if (op.betweenChips() && !m.mirrored) {
      return false;
    }
    dispatched++;
    toUnit[op.unit]++;
    if (how == Code.MESSAGE || how == Code.BARRIER) {
      partners |= op.extra + r[op.extraRegister];
    }
    int row = op.cost == Decoded.VARIES ? cache.row(m.code[core], op, r, 0) : op.cost;
    work = (work * 31 + pc) * 31 + row;
    if (count == null) {
      return true;
    }
    count.tally.totals[Tally.SCALARS]++;
    int node = op.node;
    count.tally.instructions(m.costs.rows, row, node, 1);
    if (how == Code.DMA) {
      long bytes = m.costs.rows[row + Costs.BYTES];
      boolean write = op.unit == Machine.ST;
      boolean shared = op.immediate + r[op.register] < m.dramBase;
      count.tally.node(node, DmaEngine.tallyField(shared, write), bytes);
      count.bytes[m.chipOf(core)][(shared ? 2 : 0) + (write ? 1 : 0)] += bytes;
    } else if (how == Code.CORE_DMA) {
      boolean get = op.instruction.op() == Opcode.DMA_GET;
      long mask = op.extra + r[op.extraRegister];
      int first = core / m.coresPerChip * m.coresPerChip;
      int reached = Math.min(m.coresPerChip, m.cores - first);
      long there = reached >= Long.SIZE ? mask : mask & (1L << reached) - 1;
      long bytes = m.costs.rows[row + Costs.BYTES] * (get ? 1 : Long.bitCount(there));
      boolean sums = !get && m.costs.rows[row + Costs.ACC_READ] > 0;
      count.tally.totals[get ? Tally.SPM_READ : sums ? Tally.ACC_WRITE : Tally.SPM_WRITE] += bytes;
      count.tally.node(node, Tally.NODE_SPM, bytes);
    } else if (how == Code.EXCHANGE) {
      long bytes = m.costs.rows[row + Costs.BYTES] * m.steps.step(core, op.instruction).crossed();
      count.tally.totals[Tally.LINK_BYTES] += bytes;
      count.tally.node(node, Tally.NODE_LINK, bytes);
    }
    return true;
  }
}
