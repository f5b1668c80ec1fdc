package npusim.sim.timing;

import npusim.hardware.Sequencer;
import npusim.isa.AluFn;

/**
 * The sequencers. A sequencer runs ahead of simulated time until something it needs is not known
 * yet: a free place in a unit's queue, or a semaphore. Queue places are handed back with the time
 * they became free, so running ahead does not change any time.
 */
final class Issue {
  private final Machine m;
  private final CostCache cache;
  private final int issueCycles;
  private final int dispatchCycles;
  private final int scratchpadLatency;
  private final Sequencer.Fetch fetch;
  private final boolean fetches;
  private final int[] fetchedFrom;
  private final int[] fetchedTo;
  private final int[] codeId;
  private final int[] fullOn;

  /** Whether a sequencer that goes on changes nothing in the same cycle. */
  private final boolean atOnce;

  private final boolean[] waitsTaken;
  private final int[] signalPc;
  private final long[] last;
  private Units units;
  private Repeats repeats;
  private LayerWatch layers;
  private Leaps leaps;

  Issue(Machine machine, CostCache cache, int[] codeId) {
    m = machine;
    this.cache = cache;
    this.codeId = codeId;
    var s = m.hw.core().sequencer();
    issueCycles = s.issueCycles();
    dispatchCycles = s.dispatchCycles();
    scratchpadLatency = m.hw.core().scratchpad().latencyCycles();
    fetch = s.fetch();
    fetches = fetch.bytesPerInstruction() > 0;
    fetchedFrom = new int[m.cores];
    fetchedTo = new int[m.cores];
    fullOn = new int[m.cores];
    atOnce = issueCycles > 0 && !fetches;
    waitsTaken = new boolean[m.cores];
    signalPc = new int[m.cores];
    java.util.Arrays.fill(signalPc, -1);
    last = new long[m.cores];
  }

  void connect(Units theUnits, Repeats theRepeats, Leaps theLeaps, LayerWatch theLayers) {
    units = theUnits;
    repeats = theRepeats;
    leaps = theLeaps;
    layers = theLayers;
  }

  /** Runs the sequencer of {@code core} from cycle {@code t} on. */
  void step(int core, long t) {
    int seq = core * Machine.U;
    UnitState self = m.unit[seq];
    var events = m.events;
    events.set(self.actor, EventTree.NEVER);
    long time = Math.max(m.sequencerTime[core], t);
    if (signalPc[core] >= 0) {
      int signalled = signalPc[core];
      signalPc[core] = -1;
      int cause = pathAt(core, m.code[core].nodeOf[signalled], time);
      units.signal(core, m.code[core].signals[signalled], time, cause);
    }
    Code code = m.code[core];
    int pc = m.pc[core];
    long[] r = m.registers;
    int base = core * 32;
    int issued = 0;
    while (true) {
      if (fetches && (pc < fetchedFrom[core] || pc >= fetchedTo[core])) {
        if (time > t) {
          self.state = Machine.READY;
          events.set(self.actor, time);
          break;
        }
        time = fetch(core, code, pc, t);
      }
      byte kind = code.kind[pc];
      if (kind == Code.DISPATCH) {
        UnitState u = m.unit[seq + code.unit[pc]];
        if (u.queueSize == u.queueDepth) {
          self.state = Machine.FULL;
          fullOn[core] = u.number;
          break;
        }
        push(core, u, code, pc, time + issueCycles + dispatchCycles);
        time += issueCycles;
        issued++;
        pc++;
        continue;
      }
      if (code.waits[pc] != 0 && !waitsTaken[core]) {
        if (time > t) {
          self.state = Machine.READY;
          events.set(self.actor, time);
          break;
        }
        if (!units.take(self, code.waits[pc])) {
          self.state = Machine.BLOCKED;
          self.blockedSince = time;
          break;
        }
      }
      waitsTaken[core] = false;
      time += issueCycles;
      issued++;
      int next = pc + 1;
      switch (kind) {
        case Code.LI -> r[base + code.rd[pc]] = code.rd[pc] == 0 ? 0 : code.immediate[pc];
        case Code.ALU -> {
          if (code.rd[pc] != 0) {
            r[base + code.rd[pc]] =
                alu(
                    code.fn[pc],
                    r[base + code.ra[pc]],
                    code.immediate[pc] + r[base + code.register[pc]]);
          }
        }
        case Code.SCALAR_LOAD -> {
          time += scratchpadLatency;
          issued += scratchpadLatency / Math.max(1, issueCycles);
        }
        case Code.LOOP -> {
          long n = code.immediate[pc] + r[base + code.register[pc]];
          if (n <= 0) {
            next = code.target[pc] + 1;
          } else {
            int d = core * Code.MAX_LOOPS + m.loopDepth[core]++;
            m.loopLeft[d] = n;
            m.loopBody[d] = pc + 1;
          }
        }
        case Code.ENDLOOP -> {
          int d = core * Code.MAX_LOOPS + m.loopDepth[core] - 1;
          if (--m.loopLeft[d] > 0) {
            next = m.loopBody[d];
            if (core == 0
                && (layers != null && layers.wants(next)
                    || leaps != null && leaps.wants(next)
                    || repeats != null && repeats.wants(next))) {
              m.checkpoint = next;
            }
          } else {
            m.loopDepth[core]--;
          }
        }
        case Code.CALL -> {
          m.callStack[core * Code.MAX_CALLS + m.callDepth[core]++] = next;
          next = code.target[pc];
        }
        case Code.RET -> next = m.callStack[core * Code.MAX_CALLS + --m.callDepth[core]];
        case Code.HALT -> {
          m.halted[core] = true;
          next = pc;
        }
        default -> {}
      }
      if (code.signals[pc] != 0) {
        signalPc[core] = pc;
        pc = next;
        self.state = Machine.READY;
        events.set(self.actor, time);
        break;
      }
      pc = next;
      if (m.checkpoint != 0) {
        self.state = Machine.READY;
        events.set(self.actor, Math.max(time, t));
        break;
      }
      if (m.halted[core]) {
        last[core] = time;
        break;
      }
    }
    m.pc[core] = pc;
    m.sequencerTime[core] = time;
    m.tally.unit(seq, Tally.BUSY, (long) issued * issueCycles);
    m.tally.totals[Tally.SCALARS] += issued;
  }

  /** Reads the batch of instructions from {@code pc} on; when it is there. */
  private long fetch(int core, Code code, int pc, long t) {
    int count = Math.min(fetch.batch(), code.length() - pc);
    fetchedFrom[core] = pc;
    fetchedTo[core] = pc + count;
    return m.dram[m.chipOf(core)].read(
        t + fetch.startupCycles(),
        m.dramBase + (long) pc * fetch.bytesPerInstruction(),
        (long) count * fetch.bytesPerInstruction());
  }

  private void push(int core, UnitState u, Code code, int pc, long available) {
    int base = core * 32;
    long[] r = m.registers;
    var w = u.waiting(u.queueSize);
    w.pc = pc;
    w.address = code.immediate[pc] + r[base + code.register[pc]];
    w.extra = code.extra[pc] + r[base + code.extraRegister[pc]];
    w.cost =
        code.counts[pc].length == 0 ? code.cost[pc] : cache.row(code, codeId[core], pc, r, base);
    w.available = available;
    w.run = m.runPath[core];
    w.runStart = m.runStart[core];
    if (u.queueSize++ == 0) {
      units.arrived(u, available);
    }
  }

  void snapshot(Snapshot s) {
    for (int core = 0; core < m.cores; core++) {
      s.fact(m.halted[core] ? 1 : 0);
      s.fact(m.pc[core]);
      s.fact(signalPc[core]);
      s.fact(waitsTaken[core] ? 1 : 0);
      s.fact(m.unit[core * Machine.U].state == Machine.FULL ? fullOn[core] : -1);
      s.fact(m.loopDepth[core]);
      for (int d = 0; d < m.loopDepth[core]; d++) {
        s.fact(m.loopBody[core * Code.MAX_LOOPS + d]);
      }
      s.fact(m.callDepth[core]);
      for (int d = 0; d < m.callDepth[core]; d++) {
        s.fact(m.callStack[core * Code.MAX_CALLS + d]);
      }
      s.future(m.sequencerTime[core]);
    }
  }

  void shift(long since, long by) {
    for (int core = 0; core < m.cores; core++) {
      if (!m.halted[core]) {
        m.sequencerTime[core] = Repeats.moved(m.sequencerTime[core], since, by);
      }
    }
  }

  /**
   * A place in the queue of {@code u} became free at {@code t}, for the reason {@code cause}.
   *
   * @return whether {@link #step} can be called at once
   */
  boolean freed(UnitState u, long t, int cause) {
    int core = u.core;
    UnitState self = m.unit[core * Machine.U];
    if (self.state != Machine.FULL || fullOn[core] != u.number) {
      return false;
    }
    long since = m.sequencerTime[core];
    self.state = Machine.READY;
    if (t > since) {
      m.tally.unit(self.number, Tally.STALL_QUEUE, t - since);
      restart(core, t, cause);
    }
    if (atOnce && t >= since) {
      return true;
    }
    m.events.set(self.actor, Math.max(t, since));
    return false;
  }

  /** The semaphores that the sequencer waited for were taken at {@code t}. */
  void woken(int core, long t, int cause) {
    UnitState self = m.unit[core * Machine.U];
    m.tally.unit(self.number, Tally.STALL_SEMAPHORE, t - self.blockedSince);
    self.state = Machine.READY;
    waitsTaken[core] = true;
    restart(core, t, cause);
    m.events.set(self.actor, t);
  }

  private void restart(int core, long t, int cause) {
    m.runPath[core] = cause;
    m.runStart[core] = t;
    m.sequencerTime[core] = t;
  }

  /** A record of the path through the sequencer up to {@code t}. */
  int pathAt(int core, int node, long t) {
    int p = m.paths.open(m.runPath[core], node);
    m.paths.add(p, Category.ISSUE.ordinal(), t - m.runStart[core]);
    return p;
  }

  /** Cycle at which the core's halt was executed. */
  long haltTime(int core) {
    return last[core];
  }

  static long alu(AluFn fn, long a, long b) {
    return switch (fn) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> b == 0 ? 0 : Math.floorDiv(a, b);
      case REM -> b == 0 ? 0 : Math.floorMod(a, b);
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
}
