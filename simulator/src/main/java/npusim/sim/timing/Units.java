package npusim.sim.timing;

/**
 * Starting and completing instructions on the units. A unit takes the oldest instruction of its
 * queue when it has been dispatched, its semaphores are there and the unit can accept it;
 * completions are in order.
 */
final class Units {
  private static final int MATRIX = Category.MATRIX.ordinal();
  private static final int VECTOR = Category.VECTOR.ordinal();
  private static final int PORTS = Category.SCRATCHPAD.ordinal();
  private static final int FILL = Category.FILL_DRAIN.ordinal();

  private final Machine m;
  private final Issue issue;
  private final DmaEngine dma;
  private final Interconnect net;
  private final Dependence dependence;
  private final TraceSink trace;
  private final InstructionWork work;
  private final int controllerCycles;
  private final boolean pipelined;
  private final int chain;

  /** By core; empty when DMA never holds up reads. */
  private final MatrixPorts[] matrixPorts;

  Units(Machine machine, Issue issue, DmaEngine dma, Interconnect net, TraceSink trace) {
    m = machine;
    this.issue = issue;
    this.dma = dma;
    this.net = net;
    this.trace = trace;
    work = new InstructionWork(m.costs);
    dependence = new Dependence(m);
    controllerCycles = m.hw.core().matrix().controllerCycles();
    chain = m.hw.core().vector().chain();
    pipelined = m.hw.core().matrix().pipelined();
    matrixPorts = new MatrixPorts[m.bankWrites.length];
    for (int core = 0; core < matrixPorts.length; core++) {
      matrixPorts[core] = new MatrixPorts(m, core);
    }
  }

  void holders(Holders h) {
    for (var ports : matrixPorts) {
      ports.holders(h);
    }
  }

  /** The start actor of {@code unit} has come due. */
  void wake(int unit, long t) {
    if (m.state[unit] == Machine.ACTIVE) {
      if (dma.busy(unit)) {
        dma.step(unit, t);
        return;
      }
      if (matrixPorts.length > 0
          && unit % Machine.U == Machine.MAT
          && !matrixPorts[unit / Machine.U].accepts(t)) {
        return;
      }
      int cause = m.acceptPath[unit];
      m.acceptPath[unit] = PathPool.NONE;
      tryStart(unit, t, cause);
    } else {
      int slot = m.head(unit);
      int cause = m.paths.open(m.queueRun[slot], m.code[unit / Machine.U].nodeOf[m.queuePc[slot]]);
      m.paths.add(cause, Category.ISSUE.ordinal(), t - m.queueRunStart[slot]);
      tryStart(unit, t, cause);
    }
  }

  /**
   * Starts the head of the queue if nothing keeps it; {@code cause} is the path that led to this
   * moment.
   */
  void tryStart(int unit, long t, int cause) {
    if (m.queueSize[unit] == 0) {
      rest(unit, Machine.EMPTY);
      return;
    }
    int slot = m.head(unit);
    if (m.queueAvailable[slot] > t) {
      m.state[unit] = Machine.READY;
      m.events.set(2 * unit, m.queueAvailable[slot]);
      return;
    }
    if (m.flightSize[unit] == Machine.IN_FLIGHT) {
      rest(unit, Machine.FULL);
      return;
    }
    int core = unit / Machine.U;
    int pc = m.queuePc[slot];
    Code code = m.code[core];
    if (code.work[pc] == Code.VECTOR
        && m.flightSize[unit] > 0
        && needsNewest(core, unit, code, pc)) {
      int newest = newest(unit);
      if (m.flightEnd[newest] > t) {
        m.state[unit] = Machine.ACTIVE;
        m.acceptPath[unit] = m.flightPath[newest];
        m.events.set(2 * unit, m.flightEnd[newest]);
        return;
      }
    }
    if (code.waits[pc] != 0 && !take(core, unit, code.waits[pc])) {
      if (m.state[unit] != Machine.BLOCKED) {
        rest(unit, Machine.BLOCKED);
        m.blockedSince[unit] = t;
      }
      return;
    }
    start(unit, core, slot, t, cause);
  }

  /** Whether a vector instruction has to wait for the end of the one before. */
  private boolean needsNewest(int core, int unit, Code code, int pc) {
    boolean onePass = (pc - code.chain[pc]) % chain != 0 && m.lastPc[unit] == pc - 1;
    return !onePass && dependence.of(core, m.lastPc[unit], pc);
  }

  /** The unit does nothing of its own accord any more. */
  private void rest(int unit, byte state) {
    m.state[unit] = state;
    m.events.set(2 * unit, EventTree.NEVER);
  }

  private void start(int unit, int core, int slot, long t, int cause) {
    long idleFrom = m.flightSize[unit] > 0 ? m.flightEnd[newest(unit)] : m.lastEnd[unit];
    if (t > idleFrom) {
      long blocked =
          m.state[unit] == Machine.BLOCKED ? t - Math.max(idleFrom, m.blockedSince[unit]) : 0;
      m.tally.unit(unit, Tally.STALL_SEMAPHORE, blocked);
      m.tally.unit(unit, Tally.IDLE, t - idleFrom - blocked);
    }
    int pc = m.queuePc[slot];
    int cost = m.queueCost[slot];
    Code code = m.code[core];
    int node = code.nodeOf[pc];
    long ready = m.state[unit] == Machine.BLOCKED ? t : m.queueAvailable[slot];
    m.queueHead[unit] = m.queueHead[unit] + 1 & m.queueRing - 1;
    m.queueSize[unit]--;
    boolean refill = issue.freed(core, unit, t, cause);
    if (cost < 0) {
      m.tally.instructions(m.costs.rows, cost, node, 1);
    } else {
      m.costs.execute(cost, node);
    }
    m.lastPc[unit] = pc;
    m.starts[unit]++;
    m.state[unit] = Machine.ACTIVE;
    switch (code.work[pc]) {
      case Code.MATRIX -> {
        if (matrixPorts.length == 0) {
          matrix(unit, pc, cost, node, t, cause);
        } else {
          matrixPorts[core].start(this, slot, cost, node, t, cause);
        }
      }
      case Code.VECTOR -> vector(unit, pc, cost, node, t, cause);
      case Code.DMA -> dma.start(unit, slot, node, t, ready, cause);
      case Code.NOP -> {
        int p = m.paths.open(cause, node);
        if (matrixPorts.length > 0 && unit % Machine.U == Machine.MAT) {
          matrixPorts[core].passed();
        }
        accept(unit, t, p);
        fly(unit, pc, cost, t, t, p);
      }
      default -> net.start(unit, slot, node, t, cause);
    }
    if (refill) {
      issue.step(core, t);
    }
  }

  private void matrix(int unit, int pc, int cost, int node, long t, int cause) {
    long[] c = m.costs.rows;
    long lead = c[cost + Costs.LEAD];
    if (m.flightSize[unit] == 0) {
      lead += controllerCycles;
    }
    long before = m.streamEnd[unit];
    long from = Math.max(t + lead, before);
    int p;
    if (from > t + lead) {
      // The array is still streaming the product before: the load hides behind it.
      p = m.paths.open(m.streamPath[unit], node);
    } else {
      p = m.paths.open(cause, node);
      m.paths.add(p, FILL, lead);
    }
    long stream = c[cost + Costs.STREAM];
    long overlap = Math.min(stream, c[cost + Costs.OVERLAP]);
    long bubbles = c[cost + Costs.BUBBLES];
    long ports = c[cost + Costs.PORTS];
    long work = stream - bubbles - ports;
    long tail = Math.min(work, overlap);
    m.paths.add(p, MATRIX, work - tail);
    m.paths.add(p, FILL, bubbles - Math.min(bubbles, overlap - tail));
    m.paths.add(
        p, PORTS, stream - overlap - (work - tail) - (bubbles - Math.min(bubbles, overlap - tail)));
    int s = m.paths.open(p, node);
    m.paths.add(s, MATRIX, tail);
    m.paths.add(s, FILL, Math.min(bubbles, overlap - tail));
    m.paths.add(s, PORTS, overlap - tail - Math.min(bubbles, overlap - tail));
    long end = from + stream;
    m.streamPath[unit] = s;
    m.streamEnd[unit] = end;
    int d = m.paths.open(s, node);
    m.paths.add(d, FILL, c[cost + Costs.DRAIN]);
    if (pipelined) {
      accept(unit, end - overlap, p);
    } else {
      accept(unit, end + c[cost + Costs.DRAIN], d);
    }
    fly(unit, pc, cost, t, end + c[cost + Costs.DRAIN], d);
  }

  private void vector(int unit, int pc, int cost, int node, long t, int cause) {
    long[] c = m.costs.rows;
    long stream = c[cost + Costs.STREAM];
    long drain = c[cost + Costs.DRAIN];
    int p = m.paths.open(cause, node);
    m.paths.add(p, FILL, c[cost + Costs.BUBBLES]);
    m.paths.add(p, PORTS, c[cost + Costs.PORTS]);
    m.paths.add(p, VECTOR, stream - c[cost + Costs.BUBBLES] - c[cost + Costs.PORTS]);
    int d = m.paths.open(p, node);
    m.paths.add(d, FILL, drain);
    fly(unit, pc, cost, t, t + stream + drain, d);
    accept(unit, t + stream, p);
  }

  /** The unit can take its next instruction at {@code t}, reached by the path {@code p}. */
  void accept(int unit, long t, int p) {
    m.acceptPath[unit] = p;
    m.acceptAt[unit] = t;
    m.resumeAt[unit] = t;
    if (t <= m.now()
        || m.flightSize[unit] >= Machine.IN_FLIGHT - 1
        || matrixPorts.length > 0 && unit % Machine.U == Machine.MAT) {
      m.state[unit] = Machine.ACTIVE;
      m.events.set(2 * unit, t);
    } else if (m.queueSize[unit] == 0) {
      rest(unit, Machine.DORMANT);
    } else {
      plan(unit);
    }
  }

  /** Looks at the head of the queue before the unit can take it: when will it be of use to? */
  private void plan(int unit) {
    int slot = m.head(unit);
    long t = m.acceptAt[unit];
    if (m.queueAvailable[slot] > t) {
      m.acceptPath[unit] = PathPool.NONE;
      m.state[unit] = Machine.READY;
      m.events.set(2 * unit, m.queueAvailable[slot]);
      return;
    }
    int core = unit / Machine.U;
    int pc = m.queuePc[slot];
    if (m.code[core].work[pc] == Code.VECTOR
        && m.flightSize[unit] > 0
        && needsNewest(core, unit, m.code[core], pc)) {
      int newest = newest(unit);
      if (m.flightEnd[newest] > t) {
        m.acceptPath[unit] = m.flightPath[newest];
        m.resumeAt[unit] = m.flightEnd[newest];
      }
    }
    listen(unit, core, m.code[core].waits[pc]);
  }

  /** Has the unit go on when it can, unless one of the semaphores {@code waits} is missing. */
  private void listen(int unit, int core, long waits) {
    for (long w = waits; w != 0; w >>>= 16) {
      int sem = core * 64 + (int) (w >> 8 & 63);
      if (m.semaphore[sem] < (w & 255)) {
        m.semaphoreWaiters[sem] |= 1 << unit % Machine.U;
        rest(unit, Machine.DORMANT);
        return;
      }
    }
    m.state[unit] = Machine.ACTIVE;
    m.events.set(2 * unit, m.resumeAt[unit]);
  }

  /** The first instruction has come to the unit's empty queue. */
  void arrived(int unit, long available) {
    if (m.state[unit] == Machine.DORMANT && !settle(unit, 0)) {
      plan(unit);
    } else if (m.state[unit] == Machine.EMPTY) {
      m.state[unit] = Machine.READY;
      m.events.set(2 * unit, available);
    }
  }

  /** Puts every unit that could have gone on by now into the state that it would have come to. */
  void settle() {
    for (int unit = 0; unit < m.units; unit++) {
      if (m.state[unit] == Machine.DORMANT) {
        settle(unit, m.queueSize[unit]);
      }
    }
  }

  /** Whether a dormant unit could have gone on, with {@code waiting} instructions in its queue. */
  private boolean settle(int unit, int waiting) {
    if (!m.passed(m.resumeAt[unit], 2 * unit)) {
      return false;
    }
    m.acceptPath[unit] = PathPool.NONE;
    m.state[unit] = waiting == 0 ? Machine.EMPTY : Machine.BLOCKED;
    m.blockedSince[unit] = m.resumeAt[unit];
    return true;
  }

  /**
   * Puts an instruction among those that complete later. It never completes before the one in front
   * of it.
   */
  void fly(int unit, int pc, int cost, long start, long end, int path) {
    long when = end;
    int p = path;
    if (m.flightSize[unit] > 0) {
      int newest = newest(unit);
      if (m.flightEnd[newest] > end) {
        when = m.flightEnd[newest];
        p = m.paths.open(m.flightPath[newest], m.paths.node(m.flightPath[newest]));
      }
    }
    int slot =
        unit * Machine.IN_FLIGHT
            + (m.flightHead[unit] + m.flightSize[unit] & Machine.IN_FLIGHT - 1);
    m.flightPc[slot] = pc;
    m.flightCost[slot] = cost;
    m.flightStart[slot] = start;
    m.flightEnd[slot] = when;
    m.flightPath[slot] = p;
    if (m.flightSize[unit]++ == 0) {
      m.events.set(2 * unit + 1, when);
    }
  }

  private int newest(int unit) {
    return unit * Machine.IN_FLIGHT
        + (m.flightHead[unit] + m.flightSize[unit] - 1 & Machine.IN_FLIGHT - 1);
  }

  /** The oldest instruction in flight on {@code unit} completes. */
  void complete(int unit, long t) {
    if (matrixPorts.length > 0
        && unit % Machine.U == Machine.MAT
        && !matrixPorts[unit / Machine.U].completes(t)) {
      return;
    }
    int slot = unit * Machine.IN_FLIGHT + m.flightHead[unit];
    int core = unit / Machine.U;
    int pc = m.flightPc[slot];
    int path = m.flightPath[slot];
    long start = m.flightStart[slot];
    m.flightHead[unit] = m.flightHead[unit] + 1 & Machine.IN_FLIGHT - 1;
    m.flightSize[unit]--;
    Code code = m.code[core];
    long busy = t - Math.max(start, m.lastEnd[unit]);
    m.tally.unit(unit, Tally.BUSY, busy);
    m.tally.node(code.nodeOf[pc], Tally.NODE_BUSY + unit % Machine.U, busy);
    m.lastEnd[unit] = t;
    m.lastPath[unit] = path;
    m.events.set(
        2 * unit + 1,
        m.flightSize[unit] == 0
            ? EventTree.NEVER
            : Math.max(t, m.flightEnd[unit * Machine.IN_FLIGHT + m.flightHead[unit]]));
    if (code.work[pc] == Code.MESSAGE) {
      net.deliver(this, core, pc, t, path);
    }
    if (code.signals[pc] != 0) {
      signal(core, code.signals[pc], t, path);
    }
    if (trace != null) {
      trace.instruction(core, TimingResult.unit(unit), pc, start, t, work.at(m.flightCost[slot]));
    }
    if (m.state[unit] == Machine.FULL) {
      tryStart(unit, t, path);
    }
  }

  /**
   * Takes the semaphores of an instruction if all are there, else leaves word at the first that is
   * not.
   */
  boolean take(int core, int unit, long waits) {
    for (long w = waits; w != 0; w >>>= 16) {
      int sem = core * 64 + (int) (w >> 8 & 63);
      if (m.semaphore[sem] < (w & 255)) {
        m.semaphoreWaiters[sem] |= 1 << unit % Machine.U;
        return false;
      }
    }
    // A semaphore may be named twice: what is there must cover the sum.
    for (long w = waits; w != 0; w >>>= 16) {
      m.semaphore[core * 64 + (int) (w >> 8 & 63)] -= (int) (w & 255);
    }
    for (long w = waits; w != 0; w >>>= 16) {
      int sem = core * 64 + (int) (w >> 8 & 63);
      if (m.semaphore[sem] < 0) {
        for (long back = waits; back != 0; back >>>= 16) {
          m.semaphore[core * 64 + (int) (back >> 8 & 63)] += (int) (back & 255);
        }
        m.semaphoreWaiters[sem] |= 1 << unit % Machine.U;
        return false;
      }
    }
    return true;
  }

  /** Adds to semaphores of a core and starts what waited for them. */
  void signal(int core, long signals, long t, int cause) {
    for (long s = signals; s != 0; s >>>= 16) {
      add(core, (int) (s >> 8 & 63), (int) (s & 255), t, cause);
    }
  }

  void add(int core, int semaphore, int amount, long t, int cause) {
    int sem = core * 64 + semaphore;
    m.semaphore[sem] += amount;
    int waiters = m.semaphoreWaiters[sem];
    if (waiters == 0) {
      return;
    }
    m.semaphoreWaiters[sem] = 0;
    while (waiters != 0) {
      int u = Integer.numberOfTrailingZeros(waiters);
      waiters &= waiters - 1;
      int unit = core * Machine.U + u;
      if (m.state[unit] == Machine.DORMANT
          && m.queueSize[unit] > 0
          && !settle(unit, m.queueSize[unit])) {
        listen(unit, core, m.code[core].waits[m.queuePc[m.head(unit)]]);
      }
      if (m.state[unit] != Machine.BLOCKED) {
        continue;
      }
      if (u == Machine.SEQ) {
        if (take(core, unit, m.code[core].waits[m.pc[core]])) {
          issue.woken(core, t, cause);
        }
      } else {
        tryStart(unit, t, cause);
      }
    }
  }
}
