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

  /** Whether a sequencer that goes on changes nothing in the same cycle. */
  private final boolean atOnce;

  private Units units;
  private Repeats repeats;
  private LayerWatch layers;
  private Leaps leaps;

  Issue(Machine machine, CostCache cache) {
    m = machine;
    this.cache = cache;
    var s = m.hw.core().sequencer();
    issueCycles = s.issueCycles();
    dispatchCycles = s.dispatchCycles();
    scratchpadLatency = m.hw.core().scratchpad().latencyCycles();
    fetch = s.fetch();
    fetches = fetch.bytesPerInstruction() > 0;
    atOnce = issueCycles > 0 && !fetches;
  }

  void connect(Units theUnits, Repeats theRepeats, Leaps theLeaps, LayerWatch theLayers) {
    units = theUnits;
    repeats = theRepeats;
    leaps = theLeaps;
    layers = theLayers;
  }

  /** Runs a sequencer from cycle {@code t} on. */
  void step(SequencerState s, long t) {
    m.events.set(s.self.actor, EventTree.NEVER);
    long time = Math.max(s.time, t);
    if (s.signalling != null) {
      signal(s, time);
    }
    Decoded[] ops = s.code.ops;
    int pc = s.pc;
    int issued = 0;
    while (true) {
      if (fetches && (pc < s.fetchedFrom || pc >= s.fetchedTo)) {
        if (time > t) {
          goOn(s, time);
          break;
        }
        time = fetch(s, pc, t);
      }
      Decoded op = ops[pc];
      if (op.kind == Code.DISPATCH) {
        UnitState u = s.unit(op.unit);
        if (u.queueSize == u.queueDepth) {
          s.self.state = Machine.FULL;
          s.fullOn = u;
          break;
        }
        time += issueCycles;
        issued++;
        pc++;
        push(s, u, op, time + dispatchCycles);
        continue;
      }
      if (op.waits != 0) {
        if (!s.waitsTaken && !take(s, op, time, t)) {
          break;
        }
        s.waitsTaken = false;
      }
      time += issueCycles;
      issued++;
      if (op.kind == Code.SCALAR_LOAD) {
        time += scratchpadLatency;
        issued += scratchpadLatency / Math.max(1, issueCycles);
      }
      pc = execute(s, op);
      if (op.signals != 0) {
        s.signalling = op;
        goOn(s, time);
        break;
      }
      if (m.checkpoint != 0) {
        goOn(s, time);
        break;
      }
      if (s.halted) {
        s.haltTime = time;
        break;
      }
    }
    s.pc = pc;
    s.time = time;
    m.tally.unit(s.self.number, Tally.BUSY, (long) issued * issueCycles);
    m.tally.totals[Tally.SCALARS] += issued;
  }

  /** Has the sequencer go on at {@code t}. */
  private void goOn(SequencerState s, long t) {
    s.self.state = Machine.READY;
    m.events.set(s.self.actor, t);
  }

  /**
   * Takes the semaphores that {@code op} waits for.
   *
   * @param time when the sequencer has come to it
   * @param now time of the event that takes place
   * @return false if it has to be come back to
   */
  private boolean take(SequencerState s, Decoded op, long time, long now) {
    if (time > now) {
      goOn(s, time);
      return false;
    }
    if (!units.take(s.self, op.waits)) {
      s.self.state = Machine.BLOCKED;
      s.self.blockedSince = time;
      return false;
    }
    return true;
  }

  /** Gives the signals of the instruction that ends at {@code t}. */
  private void signal(SequencerState s, long t) {
    Decoded op = s.signalling;
    s.signalling = null;
    units.signal(s.core, op.signals, t, pathAt(s, op.node, t));
  }

  /** Executes an instruction of the sequencer's own; returns the place of the next. */
  private int execute(SequencerState s, Decoded op) {
    long[] r = m.registers;
    int base = s.core * 32;
    switch (op.kind) {
      case Code.LI -> r[base + op.rd] = op.rd == 0 ? 0 : op.immediate;
      case Code.ALU -> {
        if (op.rd != 0) {
          long b = op.immediate + r[base + op.register];
          r[base + op.rd] = alu(op.fn, r[base + op.ra], b);
        }
      }
      case Code.LOOP -> {
        long n = op.immediate + r[base + op.register];
        if (n <= 0) {
          return op.target + 1;
        }
        int d = s.core * Code.MAX_LOOPS + s.loopDepth++;
        m.loopLeft[d] = n;
        m.loopBody[d] = op.pc + 1;
      }
      case Code.ENDLOOP -> {
        int d = s.core * Code.MAX_LOOPS + s.loopDepth - 1;
        if (--m.loopLeft[d] > 0) {
          int body = m.loopBody[d];
          if (s.core == 0 && wanted(body)) {
            m.checkpoint = body;
          }
          return body;
        }
        s.loopDepth--;
      }
      case Code.CALL -> {
        m.callStack[s.core * Code.MAX_CALLS + s.callDepth++] = op.pc + 1;
        return op.target;
      }
      case Code.RET -> {
        return m.callStack[s.core * Code.MAX_CALLS + --s.callDepth];
      }
      case Code.HALT -> {
        s.halted = true;
        return op.pc;
      }
      default -> {}
    }
    return op.pc + 1;
  }

  /** Whether somebody looks at the machine when the first core is back at a loop's start. */
  private boolean wanted(int body) {
    return layers != null && layers.wants(body)
        || leaps != null && leaps.wants(body)
        || repeats != null && repeats.wants(body);
  }

  /** Reads the batch of instructions from {@code pc} on; when it is there. */
  private long fetch(SequencerState s, int pc, long t) {
    int count = Math.min(fetch.batch(), s.code.length() - pc);
    s.fetchedFrom = pc;
    s.fetchedTo = pc + count;
    return m.dram[m.chipOf(s.core)].read(
        t + fetch.startupCycles(),
        m.dramBase + (long) pc * fetch.bytesPerInstruction(),
        (long) count * fetch.bytesPerInstruction());
  }

  private void push(SequencerState s, UnitState u, Decoded op, long available) {
    int base = s.core * 32;
    long[] r = m.registers;
    var w = u.waiting(u.queueSize);
    w.op = op;
    w.address = op.immediate + r[base + op.register];
    w.extra = op.extra + r[base + op.extraRegister];
    w.cost = op.cost == Decoded.VARIES ? cache.row(s.code, op, r, base) : op.cost;
    w.available = available;
    w.run = s.runPath;
    w.runStart = s.runStart;
    if (u.queueSize++ == 0) {
      units.arrived(u, available);
    }
  }

  void snapshot(Snapshot to) {
    for (SequencerState s : m.sequencer) {
      to.fact(s.halted ? 1 : 0);
      to.fact(s.pc);
      to.fact(s.signalling == null ? -1 : s.signalling.pc);
      to.fact(s.waitsTaken ? 1 : 0);
      to.fact(s.self.state == Machine.FULL ? s.fullOn.number : -1);
      to.fact(s.loopDepth);
      for (int d = 0; d < s.loopDepth; d++) {
        to.fact(m.loopBody[s.core * Code.MAX_LOOPS + d]);
      }
      to.fact(s.callDepth);
      for (int d = 0; d < s.callDepth; d++) {
        to.fact(m.callStack[s.core * Code.MAX_CALLS + d]);
      }
      to.future(s.time);
    }
  }

  void shift(long since, long by) {
    for (SequencerState s : m.sequencer) {
      if (!s.halted) {
        s.time = Repeats.moved(s.time, since, by);
      }
    }
  }

  /**
   * A place in the queue of {@code u} became free at {@code t}, for the reason {@code cause}.
   *
   * @return whether {@link #step} can be called at once
   */
  @SuppressWarnings("ReferenceEquality") // the very unit
  boolean freed(SequencerState s, UnitState u, long t, int cause) {
    if (s.self.state != Machine.FULL || s.fullOn != u) {
      return false;
    }
    long since = s.time;
    s.self.state = Machine.READY;
    if (t > since) {
      m.tally.unit(s.self.number, Tally.STALL_QUEUE, t - since);
      s.restart(t, cause);
    }
    if (atOnce && t >= since) {
      return true;
    }
    m.events.set(s.self.actor, Math.max(t, since));
    return false;
  }

  /** The semaphores that the sequencer waited for were taken at {@code t}. */
  void woken(SequencerState s, long t, int cause) {
    m.tally.unit(s.self.number, Tally.STALL_SEMAPHORE, t - s.self.blockedSince);
    s.waitsTaken = true;
    s.restart(t, cause);
    goOn(s, t);
  }

  /** A record of the path through the sequencer up to {@code t}. */
  int pathAt(SequencerState s, int node, long t) {
    int p = m.paths.open(s.runPath, node);
    m.paths.add(p, Category.ISSUE.ordinal(), t - s.runStart);
    return p;
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
