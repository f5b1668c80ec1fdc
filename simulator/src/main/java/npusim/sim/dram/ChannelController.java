package npusim.sim.dram;

import npusim.hardware.Dram;

/**
 * The memory controller of one channel, command by command: a read and a write queue, first-ready
 * first-come first-served, writes drained between two marks, all-bank refresh ahead of everything
 * else. It works from event to event: {@link #act} does what is to be done at a tick and {@link
 * #next} says when it has to be asked again.
 *
 * <p>The rules are those of the controllers of Ramulator 2.1 (CMU-SAFARI), which the streams of
 * {@link DramStreams} are compared with: a request whose row has just been opened goes first, a row
 * with such a request is not closed, nothing but opened requests is served while a refresh waits.
 */
final class ChannelController {
  private static final int COLUMN = 1;
  private static final int ROW = 2;

  private final CommandRules rules;
  private final BankClocks clocks;
  private final boolean protectHits;
  private final int readCapacity;
  private final int writeCapacity;
  private final double high;
  private final double low;
  private final RequestQueue reads = new RequestQueue();
  private final RequestQueue writes = new RequestQueue();
  private final RequestQueue opened = new RequestQueue();
  private final int[] openedOfBank;
  private final long[] hitSeen;
  private final long[] missSeen;
  private boolean writing;
  private long scan;

  private final boolean[] refreshing;
  private int refreshesWaiting;
  private long nextRefresh;

  private long busFree;
  private long rowBusFree;
  private long columnBusFree;
  private long next = Long.MAX_VALUE;

  // HBM3: the last row command of a rising edge.
  private long pairingEdge = -1;
  private int pairingScope;
  private int pairingBank;

  // LPDDR5: the activation that lacks its second half, and the data clock.
  private int halfBank = -1;
  private int halfRow;
  private long halfArrival;
  private boolean halfWrite;
  private long halfDeadline;
  private boolean clockStarted;
  private RequestQueue clockQueue;
  private int clockIndex;
  private long dataClockUntil;

  long activates;
  long refreshes;
  long columns;

  /** Last data of reads and last command of writes so far. */
  long lastDone;

  /** Ticks from arrival to the last data, summed over reads, and their number. */
  long latency;

  long readsDone;

  ChannelController(
      CommandRules rules, BankClocks clocks, Dram.Controller controller, boolean refresh) {
    this.rules = rules;
    this.clocks = clocks;
    protectHits = controller.scheduler() == Dram.Scheduler.FRFCFS_ROWHIT;
    readCapacity = controller.readQueue();
    writeCapacity = controller.writeQueue();
    high = controller.writeHigh() * writeCapacity;
    low = controller.writeLow() * writeCapacity;
    openedOfBank = new int[clocks.bankCount()];
    hitSeen = new long[clocks.bankCount()];
    missSeen = new long[clocks.bankCount()];
    refreshing = new boolean[clocks.scopes()];
    nextRefresh = refresh ? rules.refreshInterval : Long.MAX_VALUE;
  }

  boolean hasRoom(boolean write) {
    return write ? writes.size() < writeCapacity : reads.size() < readCapacity;
  }

  boolean idle() {
    return reads.size() + writes.size() + opened.size() == 0 && halfBank < 0;
  }

  /** Takes a request at the end of tick {@code arrival}; it can be served from the next on. */
  void offer(int bank, int row, long arrival, boolean write) {
    RequestQueue q = write ? writes : reads;
    q.add(bank, row, arrival, write);
    if (q.misses >= 0 && clocks.openRow[bank] != row) {
      q.misses++;
    }
    next = Math.min(next, arrival + 1);
  }

  /** The next tick at which something may happen. */
  long next() {
    return Math.min(next, nextRefresh);
  }

  /** Issues what can be issued at tick {@code t}. */
  void act(long t) {
    next = Long.MAX_VALUE;
    if (t >= nextRefresh) {
      nextRefresh += rules.refreshInterval;
      refreshesWaiting += refreshing.length;
    }
    boolean issued =
        switch (rules.bus) {
          case SINGLE -> single(t, COLUMN | ROW);
          case DUAL, DUAL_EDGES -> dual(t);
          case SPLIT -> split(t);
        };
    if (issued) {
      next = t + 1;
    }
  }

  private boolean single(long t, int kinds) {
    if (t < busFree) {
      at(busFree);
      return false;
    }
    return serveOpened(t) || serveRefresh(t) || refreshesWaiting == 0 && serveQueue(t, kinds);
  }

  private boolean dual(long t) {
    boolean rising = rules.bus == CommandRules.Bus.DUAL || (t & 1) == 1;
    boolean issued = false;
    if (t < columnBusFree) {
      at(columnBusFree);
    } else if (rising) {
      issued = serveOpened(t) || refreshesWaiting == 0 && serveQueue(t, COLUMN);
    } else {
      at(t + 1);
    }
    if (t < rowBusFree) {
      at(rowBusFree);
    } else if (serveRefresh(t) || refreshesWaiting == 0 && serveQueue(t, ROW)) {
      issued = true;
    }
    return issued;
  }

  private boolean split(long t) {
    if (halfBank >= 0 && halfDeadline <= t && !clockStarted) {
      secondHalf(t);
      return true;
    }
    if (clockStarted) {
      if (t < ready(clockQueue, clockIndex)) {
        at(ready(clockQueue, clockIndex));
        return false;
      }
      clockStarted = false;
      column(clockQueue, clockIndex, t);
      return true;
    }
    if (single(t, COLUMN | ROW)) {
      return true;
    }
    if (halfBank >= 0) {
      secondHalf(t);
      return true;
    }
    return false;
  }

  private void at(long t) {
    next = Math.min(next, t);
  }

  /** Serves the oldest request whose row is open for it. */
  private boolean serveOpened(long t) {
    int best = -1;
    for (int i = 0; i < opened.size(); i++) {
      long ready = ready(opened, i);
      if (ready > t) {
        at(ready);
      } else if (best < 0 || opened.arrival(i) < opened.arrival(best)) {
        best = i;
      }
    }
    return best >= 0 && columnOrClock(opened, best, t);
  }

  private long ready(RequestQueue q, int i) {
    return q.write(i) ? clocks.writeReady(q.bank(i)) : clocks.readReady(q.bank(i));
  }

  private boolean serveRefresh(long t) {
    if (refreshesWaiting == 0) {
      return false;
    }
    int scope = (refreshing.length - refreshesWaiting % refreshing.length) % refreshing.length;
    boolean closed = clocks.closed(scope);
    long ready = closed ? clocks.refreshReady(scope) : clocks.preAllReady(scope);
    if (!closed && holdsOpened(scope)) {
      return false;
    }
    if (ready > t) {
      at(ready);
      return false;
    }
    if (rules.bus == CommandRules.Bus.DUAL_EDGES && !edgeAllows(t, closed, scope, -1)) {
      at(t + 1);
      return false;
    }
    if (closed) {
      clocks.refresh(scope, t);
      refreshes++;
      refreshesWaiting--;
    } else {
      clocks.prechargeAll(scope, t);
    }
    rowIssued(t, 1, scope, -1);
    return true;
  }

  private boolean holdsOpened(int scope) {
    for (int i = 0; i < opened.size(); i++) {
      if (clocks.scopeOf(opened.bank(i)) == scope) {
        return true;
      }
    }
    return halfBank >= 0 && clocks.scopeOf(halfBank) == scope;
  }

  /** Serves the oldest request of the queue whose turn it is and whose next command is ready. */
  private boolean serveQueue(long t, int kinds) {
    if (!writing) {
      writing = writes.size() > high || reads.size() == 0;
    } else if (writes.size() < low && reads.size() != 0) {
      writing = false;
    }
    RequestQueue q = writing ? writes : reads;
    int wanted = hitsOnly(q) ? kinds & COLUMN : kinds;
    if (wanted == 0) {
      return false;
    }
    scan++;
    for (int i = 0; i < q.size(); i++) {
      int bank = q.bank(i);
      int open = clocks.openRow[bank];
      if (open == q.row(i)) {
        if (hitSeen[bank] == scan || (wanted & COLUMN) == 0) {
          hitSeen[bank] = scan;
          continue;
        }
        hitSeen[bank] = scan;
        long ready = ready(q, i);
        if (ready > t) {
          at(ready);
        } else if (columnOrClock(q, i, t)) {
          return true;
        }
      } else if ((wanted & ROW) != 0 && missSeen[bank] != scan) {
        missSeen[bank] = scan;
        if (rowCommand(q, i, bank, open, t)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether every request of a queue finds its row open. */
  private boolean hitsOnly(RequestQueue q) {
    if (q.misses < 0) {
      int n = 0;
      for (int i = 0; i < q.size(); i++) {
        n += clocks.openRow[q.bank(i)] == q.row(i) ? 0 : 1;
      }
      q.misses = n;
    }
    return q.misses == 0;
  }

  private boolean rowCommand(RequestQueue q, int i, int bank, int open, long t) {
    if (open == -1) {
      if (halfBank >= 0) {
        return false;
      }
      long ready = clocks.actReady(bank);
      if (ready > t || !risingFor(t)) {
        at(Math.max(ready, t + 1));
        return false;
      }
      open(q, i, t);
      return true;
    }
    if (open == -2 || openedOfBank[bank] > 0 || protectHits && hitBefore(q, i, bank, open)) {
      return false;
    }
    long ready = clocks.preReady(bank);
    if (ready > t) {
      at(ready);
      return false;
    }
    int scope = clocks.scopeOf(bank);
    if (rules.bus == CommandRules.Bus.DUAL_EDGES && !edgeAllows(t, false, scope, bank)) {
      at(t + 1);
      return false;
    }
    clocks.precharge(bank, t);
    rowIssued(t, 1, scope, bank);
    return true;
  }

  /** Whether the queue has a hit of the bank's open row that is as old as request {@code i}. */
  private boolean hitBefore(RequestQueue q, int i, int bank, int open) {
    if (hitSeen[bank] == scan) {
      return true;
    }
    for (int k = i + 1; k < q.size() && q.arrival(k) == q.arrival(i); k++) {
      if (q.bank(k) == bank && q.row(k) == open) {
        return true;
      }
    }
    return false;
  }

  private boolean risingFor(long t) {
    return rules.bus != CommandRules.Bus.DUAL_EDGES || (t & 1) == 1;
  }

  /**
   * HBM3: on a falling edge only precharges go, and not beside a row command of the rising edge
   * that concerns the same banks.
   */
  private boolean edgeAllows(long t, boolean refresh, int scope, int bank) {
    if ((t & 1) == 1) {
      return true;
    }
    if (refresh) {
      return false;
    }
    return t != pairingEdge
        || scope != pairingScope
        || pairingBank >= 0 && bank >= 0 && bank != pairingBank;
  }

  private void rowIssued(long t, int ticks, int scope, int bank) {
    reads.misses = -1;
    writes.misses = -1;
    if (rules.bus == CommandRules.Bus.SINGLE || rules.bus == CommandRules.Bus.SPLIT) {
      busFree = t + ticks;
      return;
    }
    rowBusFree = t + ticks;
    if ((t & 1) == 1) {
      pairingEdge = t + ticks;
      pairingScope = scope;
      pairingBank = bank;
    }
  }

  /** Activates the bank of a request, which then waits among those whose row is open. */
  private void open(RequestQueue q, int i, long t) {
    int bank = q.bank(i);
    boolean split = rules.bus == CommandRules.Bus.SPLIT;
    clocks.activate(bank, q.row(i), t, split);
    activates++;
    rowIssued(t, rules.activateTicks, clocks.scopeOf(bank), bank);
    if (split) {
      halfBank = bank;
      halfRow = q.row(i);
      halfArrival = q.arrival(i);
      halfWrite = q.write(i);
      halfDeadline = t + rules.splitDeadline;
    } else {
      opened.add(bank, q.row(i), q.arrival(i), q.write(i));
      openedOfBank[bank]++;
    }
    q.remove(i);
  }

  private void secondHalf(long t) {
    clocks.openRow[halfBank] = halfRow;
    reads.misses = -1;
    writes.misses = -1;
    opened.add(halfBank, halfRow, halfArrival, halfWrite);
    openedOfBank[halfBank]++;
    halfBank = -1;
    busFree = t + 1;
  }

  /** Issues a column command, or first starts the data clock where that is needed. */
  private boolean columnOrClock(RequestQueue q, int i, long t) {
    if (rules.bus != CommandRules.Bus.SPLIT || t < dataClockUntil) {
      column(q, i, t);
      return true;
    }
    if (halfBank >= 0 && halfDeadline <= t + 1) {
      secondHalf(t);
      return true;
    }
    clockStarted = true;
    clockQueue = q;
    clockIndex = i;
    busFree = t + 1;
    return true;
  }

  private void column(RequestQueue q, int i, long t) {
    int bank = q.bank(i);
    if (q.write(i)) {
      clocks.write(bank, t);
      lastDone = Math.max(lastDone, t);
      dataClockUntil = Math.max(dataClockUntil, t + rules.clockAfterWrite);
    } else {
      clocks.read(bank, t);
      long depart = t + rules.readLatency;
      lastDone = Math.max(lastDone, depart);
      latency += depart - q.arrival(i);
      readsDone++;
      dataClockUntil = Math.max(dataClockUntil, t + rules.clockAfterRead);
    }
    columns++;
    busFree = t + rules.columnTicks;
    columnBusFree = busFree;
    if (q == opened) {
      openedOfBank[bank]--;
    }
    q.remove(i);
  }
}
