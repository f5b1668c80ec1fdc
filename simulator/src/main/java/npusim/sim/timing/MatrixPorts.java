package npusim.sim.timing;

import npusim.hardware.MatrixUnit;

/**
 * Products on cores whose scratchpad banks serve DMA's writes before the matrix unit's reads. Rows
 * enter the array one per cycle, each when nothing is written to the bank it lies in; rows of the
 * next stationary block are read beside the rows that stream, neither more than one row ahead of
 * the other, as Gemmini's execute controller does. So a load into the banks of running products
 * holds them up for as long as it lasts.
 *
 * <p>What is written in future is known only in part. Therefore the newest product (the item) and
 * the one still streaming before it (the current) are measured again when a time of theirs comes
 * due: what has been written until then is known, and the time is put off if it was too early.
 */
final class MatrixPorts {
  private static final int MATRIX = Category.MATRIX.ordinal();
  private static final int PORTS = Category.SCRATCHPAD.ordinal();
  private static final int FILL = Category.FILL_DRAIN.ordinal();
  private static final int NO_BANK = -1;

  // Indices of paths.
  private static final int ACCEPT = 0;
  private static final int ITEM = 1;
  private static final int CURRENT = 2;

  private final Machine m;
  private final UnitState unit;
  private final BankWrites writes;

  /** From a row leaving the array to its results being where others see them. */
  private final long behind;

  /** Both operands stream: every row needs a row of each. */
  private final boolean outputStationary;

  /** Instructions put in flight and completed so far: their difference is in flight. */
  private long pushed;

  private long completed;

  private final Item item = new Item();
  private final Item current = new Item();

  /** Paths to the item letting the next instruction in, to its last row, to the current one's. */
  private final int[] paths = {PathPool.NONE, PathPool.NONE, PathPool.NONE};

  private long jointRows;
  private long jointEnd;
  private long blockEnd;

  MatrixPorts(Machine machine, int core) {
    m = machine;
    unit = m.unit[core * Machine.U + Machine.MAT];
    writes = m.bankWrites[core];
    behind = m.hw.core().matrix().controllerCycles();
    outputStationary = m.hw.core().matrix().dataflow() == MatrixUnit.Dataflow.OS;
    m.paths.pin(paths);
  }

  /** One instruction; {@code number} is its place in the order of all, -1 for none. */
  private static final class Item {
    private long number = -1;
    private long arrived;
    private long loadRows;
    private int loadBank;
    private long from;
    private long rows;
    private long acceptRows;
    private int bank;
    private int otherBank;
    private long accept;
    private long end;
    private long drain;
  }

  /** Starts the instruction {@code w} of the queue. */
  void start(Units units, UnitState.Waiting w, int cost, int node, long t, int cause) {
    settle();
    long[] c = m.costs.rows;
    var spm = m.hw.core().scratchpad();
    item.number = pushed++;
    item.arrived = t;
    item.loadRows = c[cost + Costs.LEAD];
    item.loadBank = item.loadRows > 0 && !outputStationary ? spm.bankOf(w.extra) : NO_BANK;
    item.rows = c[cost + Costs.STREAM];
    item.acceptRows = item.rows - Math.min(item.rows, c[cost + Costs.OVERLAP]);
    item.bank = item.rows > 0 ? spm.bankOf(w.address) : NO_BANK;
    item.otherBank = item.rows > 0 && outputStationary ? spm.bankOf(w.extra) : NO_BANK;
    item.drain = item.rows > 0 ? c[cost + Costs.DRAIN] + behind : 0;
    long currentEnd = current.end;
    measure();
    if (current.number >= 0) {
      later(current.end - currentEnd);
    }
    int p = m.paths.open(cause, node);
    long fill = Math.min(item.from - t, item.loadRows);
    m.paths.add(p, FILL, fill);
    m.paths.add(p, MATRIX, item.accept - t - fill);
    int s = m.paths.link(p, node);
    m.paths.add(s, MATRIX, item.end - item.accept);
    int d = m.paths.link(s, node);
    m.paths.add(d, FILL, item.drain);
    paths[ACCEPT] = p;
    paths[ITEM] = s;
    units.fly(unit, w.op, cost, t, item.end + item.drain, d);
    units.accept(unit, item.accept, p);
  }

  /** An instruction that uses no port is put in flight. */
  void passed() {
    pushed++;
  }

  /** Whether the unit may take its next instruction at {@code t}; if not, it is woken later. */
  boolean accepts(long t) {
    if (item.number < 0) {
      return true;
    }
    remeasure();
    if (item.accept > t) {
      m.events.set(unit.actor, item.accept);
      return false;
    }
    return true;
  }

  /** Whether the oldest instruction in flight is complete at {@code t}. */
  boolean completes(long t) {
    if (completed == current.number || completed == item.number) {
      remeasure();
      long end = unit.everInFlight(completed).end;
      if (end > t) {
        m.events.set(unit.actor + 1, end);
        return false;
      }
    }
    completed++;
    return true;
  }

  /** The item becomes the current one: the one before it has streamed its last row. */
  private void settle() {
    if (item.number < 0) {
      return;
    }
    remeasure();
    if (item.rows == 0) {
      // A load without rows of its own: what streamed beside it has ended with it.
      current.number = -1;
      paths[CURRENT] = PathPool.NONE;
      current.end = item.end;
    } else {
      current.number = item.number;
      current.from = item.from;
      current.rows = item.rows;
      current.bank = item.bank;
      current.otherBank = item.otherBank;
      current.end = item.end;
      current.drain = item.drain;
      paths[CURRENT] = paths[ITEM];
    }
    paths[ACCEPT] = PathPool.NONE;
    paths[ITEM] = PathPool.NONE;
    item.number = -1;
    writes.forget(current.number < 0 ? current.end : current.from);
  }

  private void remeasure() {
    long end = current.end;
    if (item.number < 0) {
      if (current.number >= 0) {
        current.end = rows(current, current.from, current.rows);
        later(current.end - end);
      }
      return;
    }
    long accept = item.accept;
    long itemEnd = item.end;
    measure();
    if (current.number >= 0) {
      later(current.end - end);
    }
    // The path to the next instruction does not go through the rows behind it.
    m.paths.add(paths[ACCEPT], PORTS, item.accept - accept);
    m.paths.add(paths[ITEM], PORTS, item.end - itemEnd - (item.accept - accept));
    move(item.number, item.end + item.drain);
  }

  private void later(long by) {
    m.paths.add(paths[CURRENT], PORTS, by);
    move(current.number, current.end + current.drain);
  }

  /** An instruction in flight completes at {@code end}, and none behind it before. */
  private void move(long number, long end) {
    if (number < completed) {
      return;
    }
    var flight = unit.everInFlight(number);
    flight.end = Math.max(flight.end, end);
    if (number == completed) {
      m.events.set(unit.actor + 1, flight.end);
    }
  }

  /** From what is known to be written: when the item streams, lets the next in and ends. */
  private void measure() {
    long ready = item.arrived;
    if (current.number >= 0) {
      if (item.loadRows > 0) {
        joint(ready);
        item.from = Math.max(Math.max(jointEnd, blockEnd), ready);
        current.end = jointEnd;
      } else {
        current.end = rows(current, current.from, current.rows);
        item.from = Math.max(ready, current.end);
      }
    } else {
      item.from = Math.max(rows(item.loadBank, NO_BANK, ready, item.loadRows), current.end);
    }
    item.accept = rows(item, item.from, item.acceptRows);
    item.end = rows(item, item.accept, item.rows - item.acceptRows);
  }

  /** When {@code count} of an instruction's rows are read, one per cycle from {@code start} on. */
  private long rows(Item i, long start, long count) {
    return rows(i.bank, i.otherBank, start, count);
  }

  private long rows(int bank, int other, long start, long count) {
    long t = start;
    long left = count;
    while (left > 0) {
      t = free(bank, other, t);
      long run = Math.min(left, next(bank, other, t) - t);
      t += run;
      left -= run;
    }
    return t;
  }

  /** Rows of an instruction that are read before {@code stop}. */
  private long rowsUntil(Item i, long stop) {
    long t = i.from;
    long left = i.rows;
    while (left > 0) {
      t = free(i.bank, i.otherBank, t);
      if (t >= stop) {
        break;
      }
      long run = Math.min(Math.min(left, stop - t), next(i.bank, i.otherBank, t) - t);
      t += run;
      left -= run;
    }
    return i.rows - left;
  }

  /** First cycle from {@code t} on in which nothing is written to either bank. */
  private long free(int bank, int other, long t) {
    long at = writes.free(bank, t);
    long both = writes.free(other, at);
    while (both > at) {
      at = writes.free(bank, both);
      both = writes.free(other, at);
    }
    return at;
  }

  private long next(int bank, int other, long t) {
    return Math.min(writes.next(bank, t), writes.next(other, t));
  }

  /** Reads the item's block beside the rows the current one has left at {@code t}. */
  private void joint(long t) {
    jointRows = current.rows - rowsUntil(current, t);
    if (jointRows == 0) {
      jointEnd = rows(current, current.from, current.rows);
      blockEnd = rows(item.loadBank, NO_BANK, t, item.loadRows);
      return;
    }
    long before = Math.max(0, jointRows - item.loadRows);
    long at = Math.max(rows(current, t, before), t);
    long streaming = jointRows - before;
    long a = 0;
    long d = 0;
    jointEnd = at;
    blockEnd = at;
    while (a < streaming || d < item.loadRows) {
      boolean rowReady =
          a < streaming
              && (a <= d || d == item.loadRows)
              && free(current.bank, current.otherBank, at) == at;
      boolean blockReady =
          d < item.loadRows && (d <= a || a == streaming) && writes.free(item.loadBank, at) == at;
      at++;
      if (rowReady) {
        a++;
        jointEnd = at;
      }
      if (blockReady) {
        d++;
        blockEnd = at;
      }
      if (!rowReady && !blockReady) {
        at = nextChange(at);
      }
    }
  }

  /** Nothing could be read: the next cycle in which the banks are in another state. */
  private long nextChange(long t) {
    long a = free(current.bank, current.otherBank, t);
    long b = writes.free(item.loadBank, t);
    if (a > t && b > t) {
      return Math.min(a, b);
    }
    long changed = next(current.bank, current.otherBank, t);
    changed = Math.min(changed, writes.next(item.loadBank, t));
    long free = Math.max(a, b);
    return free > t ? Math.min(free, changed) : t;
  }
}
