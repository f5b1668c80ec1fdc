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

  /** By core; empty when DMA never holds up reads. */
  private final MatrixPorts[] matrixPorts;

  Units(Machine machine, Issue issue, DmaEngine dma, Interconnect net, TraceSink trace) {
    m = machine;
    this.issue = issue;
    this.dma = dma;
    this.net = net;
    this.trace = trace;
    work = new InstructionWork(m.costs);
    dependence = new Dependence(m.hw.core().vector().chain());
    controllerCycles = m.hw.core().matrix().controllerCycles();
    pipelined = m.hw.core().matrix().pipelined();
    matrixPorts = new MatrixPorts[m.bankWrites.length];
    for (int core = 0; core < matrixPorts.length; core++) {
      matrixPorts[core] = new MatrixPorts(m, core);
    }
  }

  /** The unit's start actor has come due. */
  void wake(UnitState u, long t) {
    if (u.state == Machine.ACTIVE) {
      if (dma.busy(u.number)) {
        dma.step(u.number, t);
        return;
      }
      if (matrixPorts.length > 0 && u.kind == Machine.MAT && !matrixPorts[u.core].accepts(t)) {
        return;
      }
      int cause = accepted(u);
      u.acceptPath = PathPool.NONE;
      tryStart(u, t, cause);
    } else {
      var w = u.head();
      int cause = m.paths.open(w.run, w.op.node);
      m.paths.add(cause, Category.ISSUE.ordinal(), t - w.runStart);
      tryStart(u, t, cause);
    }
  }

  /**
   * Starts the head of the queue if nothing keeps it; {@code cause} is the path that led to this
   * moment.
   */
  void tryStart(UnitState u, long t, int cause) {
    if (u.queueSize == 0) {
      rest(u, Machine.EMPTY);
      return;
    }
    var w = u.head();
    if (w.available > t) {
      u.state = Machine.READY;
      m.events.set(u.actor, w.available);
      return;
    }
    if (u.flightSize == UnitState.IN_FLIGHT) {
      rest(u, Machine.FULL);
      return;
    }
    Decoded op = w.op;
    if (op.work == Code.VECTOR && u.flightSize > 0 && dependence.of(op, u.last)) {
      var newest = u.newest();
      if (newest.end > t) {
        u.state = Machine.ACTIVE;
        u.acceptPath = newest.path;
        u.acceptCost = Decoded.NO_COST;
        m.events.set(u.actor, newest.end);
        return;
      }
    }
    if (op.waits != 0 && !take(u, op.waits)) {
      if (u.state != Machine.BLOCKED) {
        rest(u, Machine.BLOCKED);
        u.blockedSince = t;
      }
      return;
    }
    start(u, w, op, t, cause);
  }

  /** The unit does nothing of its own accord any more. */
  private void rest(UnitState u, byte state) {
    u.state = state;
    m.events.set(u.actor, EventTree.NEVER);
  }

  private void start(UnitState u, UnitState.Waiting w, Decoded op, long t, int cause) {
    long idleFrom = u.flightSize > 0 ? u.newest().end : u.lastEnd;
    if (t > idleFrom) {
      long blocked = u.state == Machine.BLOCKED ? t - Math.max(idleFrom, u.blockedSince) : 0;
      u.countWaiting(t - idleFrom, blocked);
    }
    int cost = w.cost;
    int node = op.node;
    long ready = u.state == Machine.BLOCKED ? t : w.available;
    u.removeHead();
    boolean refill = issue.freed(m.sequencer[u.core], u, t, cause);
    if (cost < 0) {
      m.tally.instructions(m.costs.rows, cost, node, 1);
    } else {
      m.costs.execute(cost, node);
    }
    u.last = op;
    u.starts++;
    u.state = Machine.ACTIVE;
    switch (op.work) {
      case Code.MATRIX -> {
        if (matrixPorts.length == 0) {
          matrix(u, op, cost, node, t, cause);
        } else {
          matrixPorts[u.core].start(this, w, cost, node, t, cause);
        }
      }
      case Code.VECTOR -> vector(u, op, cost, node, t, cause);
      case Code.DMA -> dma.start(u, w, node, t, ready, cause);
      case Code.NOP -> {
        int p = m.paths.open(cause, node);
        if (matrixPorts.length > 0 && u.kind == Machine.MAT) {
          matrixPorts[u.core].passed();
        }
        accept(u, t, p);
        fly(u, op, cost, t, t, p);
      }
      default -> net.start(u, w, node, t, cause);
    }
    if (refill) {
      issue.step(m.sequencer[u.core], t);
    }
  }

  private void matrix(UnitState u, Decoded op, int cost, int node, long t, int cause) {
    long[] c = m.costs.rows;
    long lead = c[cost + Costs.LEAD];
    if (u.flightSize == 0) {
      lead += controllerCycles;
    }
    long from = Math.max(t + lead, u.streamEnd);
    int p;
    if (from > t + lead) {
      // The array is still streaming the product before: the load hides behind it.
      p = m.paths.open(streamed(u), node);
    } else {
      p = m.paths.open(cause, node);
      m.paths.add(p, FILL, lead);
    }
    long stream = c[cost + Costs.STREAM];
    long drain = c[cost + Costs.DRAIN];
    long end = from + stream;
    work(p, cost, MATRIX);
    u.streamEnd = end;
    u.streamPath = p;
    u.streamCost = cost;
    if (pipelined) {
      accept(u, end - Math.min(stream, c[cost + Costs.OVERLAP]), p, cost);
    } else {
      accept(u, end + drain, p);
    }
    fly(u, op, cost, t, end + drain, p);
  }

  private void vector(UnitState u, Decoded op, int cost, int node, long t, int cause) {
    long accepts = t + m.costs.rows[cost + Costs.STREAM];
    int p = m.paths.open(cause, node);
    work(p, cost, VECTOR);
    fly(u, op, cost, t, accepts + m.costs.rows[cost + Costs.DRAIN], p);
    accept(u, accepts, p, cost);
  }

  /** Adds what an instruction does from its first operand to its end. */
  private void work(int path, int cost, int category) {
    long[] c = m.costs.rows;
    long bubbles = c[cost + Costs.BUBBLES];
    long ports = c[cost + Costs.PORTS];
    m.paths.add(path, category, c[cost + Costs.STREAM] - bubbles - ports);
    m.paths.add(path, PORTS, ports);
    m.paths.add(path, FILL, bubbles + c[cost + Costs.DRAIN]);
  }

  /** The path to when the last operand of the product before has entered the array. */
  private int streamed(UnitState u) {
    int p = m.paths.open(u.streamPath, m.paths.node(u.streamPath));
    m.paths.add(p, FILL, -m.costs.rows[u.streamCost + Costs.DRAIN]);
    return p;
  }

  /** The path to when the unit can go on. */
  private int accepted(UnitState u) {
    int cost = u.acceptCost;
    if (cost < 0) {
      return u.acceptPath;
    }
    // What the next one's load overlaps is work first, then bubbles, then ports.
    long[] c = m.costs.rows;
    long stream = c[cost + Costs.STREAM];
    long bubbles = c[cost + Costs.BUBBLES];
    long overlap = Math.min(stream, c[cost + Costs.OVERLAP]);
    long work = Math.min(stream - bubbles - c[cost + Costs.PORTS], overlap);
    long idle = Math.min(bubbles, overlap - work);
    int p = m.paths.open(u.acceptPath, m.paths.node(u.acceptPath));
    m.paths.add(p, MATRIX, -work);
    m.paths.add(p, FILL, -idle - c[cost + Costs.DRAIN]);
    m.paths.add(p, PORTS, work + idle - overlap);
    return p;
  }

  /** The unit can take its next instruction at {@code t}, reached by the path {@code p}. */
  void accept(UnitState u, long t, int p) {
    accept(u, t, p, Decoded.NO_COST);
  }

  /**
   * The unit can take its next instruction at {@code t}, on the way to the end of the one with the
   * row {@code cost}, to which the path {@code p} leads.
   */
  private void accept(UnitState u, long t, int p, int cost) {
    u.acceptPath = p;
    u.acceptCost = cost;
    u.acceptAt = t;
    u.resumeAt = t;
    if (t <= m.now()
        || u.flightSize >= UnitState.IN_FLIGHT - 1
        || matrixPorts.length > 0 && u.kind == Machine.MAT) {
      u.state = Machine.ACTIVE;
      m.events.set(u.actor, t);
    } else if (u.queueSize == 0) {
      rest(u, Machine.DORMANT);
    } else {
      plan(u);
    }
  }

  /** Looks at the head of the queue before the unit can take it: when will it be of use to? */
  private void plan(UnitState u) {
    var w = u.head();
    long t = u.acceptAt;
    if (w.available > t) {
      u.acceptPath = PathPool.NONE;
      u.state = Machine.READY;
      m.events.set(u.actor, w.available);
      return;
    }
    Decoded op = w.op;
    if (op.work == Code.VECTOR && u.flightSize > 0 && dependence.of(op, u.last)) {
      var newest = u.newest();
      if (newest.end > t) {
        u.acceptPath = newest.path;
        u.acceptCost = Decoded.NO_COST;
        u.resumeAt = newest.end;
      }
    }
    listen(u, op.waits);
  }

  /** Has the unit go on when it can, unless one of the semaphores {@code waits} is missing. */
  private void listen(UnitState u, long waits) {
    for (long w = waits; w != 0; w >>>= 16) {
      int sem = u.core * 64 + (int) (w >> 8 & 63);
      if (m.semaphore[sem] < (w & 255)) {
        m.semaphoreWaiters[sem] |= 1 << u.kind;
        rest(u, Machine.DORMANT);
        return;
      }
    }
    u.state = Machine.ACTIVE;
    m.events.set(u.actor, u.resumeAt);
  }

  /** The first instruction has come to the unit's empty queue. */
  void arrived(UnitState u, long available) {
    if (u.state == Machine.DORMANT && !settle(u, 0)) {
      plan(u);
    } else if (u.state == Machine.EMPTY) {
      u.state = Machine.READY;
      m.events.set(u.actor, available);
    }
  }

  /** Puts every unit that could have gone on by now into the state that it would have come to. */
  void settle() {
    for (UnitState u : m.unit) {
      if (u.state == Machine.DORMANT) {
        settle(u, u.queueSize);
      }
    }
  }

  /** Whether a dormant unit could have gone on, with {@code waiting} instructions in its queue. */
  private boolean settle(UnitState u, int waiting) {
    if (!m.passed(u.resumeAt, u.actor)) {
      return false;
    }
    u.acceptPath = PathPool.NONE;
    u.state = waiting == 0 ? Machine.EMPTY : Machine.BLOCKED;
    u.blockedSince = u.resumeAt;
    return true;
  }

  /**
   * Puts an instruction among those that complete later. It never completes before the one in front
   * of it.
   */
  void fly(UnitState u, Decoded op, int cost, long start, long end, int path) {
    long when = end;
    int p = path;
    if (u.flightSize > 0) {
      var newest = u.newest();
      if (newest.end > end) {
        when = newest.end;
        p = m.paths.open(newest.path, m.paths.node(newest.path));
      }
    }
    var flight = u.flight(u.flightSize);
    flight.op = op;
    flight.cost = cost;
    flight.start = start;
    flight.end = when;
    flight.path = p;
    if (u.flightSize++ == 0) {
      m.events.set(u.actor + 1, when);
    }
  }

  /** The oldest instruction in flight on the unit completes. */
  void complete(UnitState u, long t) {
    if (matrixPorts.length > 0 && u.kind == Machine.MAT && !matrixPorts[u.core].completes(t)) {
      return;
    }
    var flight = u.oldest();
    int core = u.core;
    Decoded op = flight.op;
    int cost = flight.cost;
    int path = flight.path;
    long start = flight.start;
    u.removeOldest();
    long busy = t - Math.max(start, u.lastEnd);
    u.countBusy(busy);
    m.busy.count(op, busy);
    u.lastEnd = t;
    u.lastPath = path;
    m.events.set(u.actor + 1, u.flightSize == 0 ? EventTree.NEVER : Math.max(t, u.oldest().end));
    if (op.work == Code.MESSAGE) {
      net.deliver(this, core, op, t, path);
    }
    if (op.signals != 0) {
      signal(core, op.signals, t, path);
    }
    if (trace != null) {
      trace.instruction(core, TimingResult.unit(u.kind), op.pc, start, t, work.at(cost));
    }
    if (u.state == Machine.FULL) {
      tryStart(u, t, path);
    }
  }

  /**
   * Takes the semaphores of an instruction if all are there, else leaves word at the first that is
   * not.
   */
  boolean take(UnitState u, long waits) {
    int core = u.core;
    for (long w = waits; w != 0; w >>>= 16) {
      int sem = core * 64 + (int) (w >> 8 & 63);
      if (m.semaphore[sem] < (w & 255)) {
        m.semaphoreWaiters[sem] |= 1 << u.kind;
        return false;
      }
    }
    if (waits >>> 16 == 0) {
      m.semaphore[core * 64 + (int) (waits >> 8 & 63)] -= (int) (waits & 255);
      return true;
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
        m.semaphoreWaiters[sem] |= 1 << u.kind;
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
      UnitState u = m.unit[core * Machine.U + Integer.numberOfTrailingZeros(waiters)];
      waiters &= waiters - 1;
      if (u.state == Machine.DORMANT && u.queueSize > 0 && !settle(u, u.queueSize)) {
        listen(u, u.head().op.waits);
      }
      if (u.state != Machine.BLOCKED) {
        continue;
      }
      if (u.kind == Machine.SEQ) {
        SequencerState s = m.sequencer[core];
        if (take(u, u.code.ops[s.pc].waits)) {
          issue.woken(s, t, cause);
        }
      } else {
        tryStart(u, t, cause);
      }
    }
  }
}
