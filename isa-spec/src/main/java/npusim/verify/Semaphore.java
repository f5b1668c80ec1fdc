package npusim.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * A counting semaphore in program order, with the order it guarantees. A wait is certainly behind
 * those tokens without which it could not have been satisfied, whatever the lanes' relative speed:
 * of each signalling lane, as many as all the others together cannot supply. That holds if waits
 * are ordered among themselves and no token can come early enough to stand in for one that an
 * earlier wait counted on; both are checked.
 */
final class Semaphore {
  /** Largest value the counter holds. */
  static final int MAX_VALUE = 0xffff;

  private static final int TRIM = 64;

  private final List<Supplier> suppliers = new ArrayList<>(2);
  private final List<Reliance> reliances = new ArrayList<>(0);
  private int value;
  private long consumed;
  private Event lastWait;
  private Event lastSignal;

  /** A point in a lane: a wait or signal and the instruction it belongs to. */
  record Event(int core, int lane, long event, int instruction) {}

  private record Token(long upTo, Clock clock, Event event) {}

  /** Tokens of one lane since the semaphore was last 0. */
  private static final class Supplier {
    final int core;
    final int lane;
    final List<Token> tokens = new ArrayList<>();
    int next;
    long total;

    Supplier(int core, int lane) {
      this.core = core;
      this.lane = lane;
    }

    boolean is(Event event) {
      return core == event.core() && lane == event.lane();
    }
  }

  /** A wait that counted on tokens of a lane. */
  private record Reliance(int core, int lane, Event awaiting) {}

  /** What a signal or wait found wrong. */
  enum Fault {
    NONE,
    /** A wait is unordered with an earlier wait of another lane. */
    CONTENDED_WAIT,
    /** A signal may come before a wait that counts on another lane's signal. */
    EARLY_SIGNAL,
    /** The counter overflows. */
    OVERFLOW
  }

  int value() {
    return value;
  }

  Event lastWait() {
    return lastWait;
  }

  Event lastSignal() {
    return lastSignal;
  }

  /** Wait that an early signal endangers, after {@link Fault#EARLY_SIGNAL}. */
  Event endangered(Event signal, Clock clock) {
    for (Reliance r : reliances) {
      if (!(r.core() == signal.core() && r.lane() == signal.lane())
          && !knows(clock, r.awaiting())) {
        return r.awaiting();
      }
    }
    return null;
  }

  /** Adds tokens; the clock is that of the completed instruction and must not change afterwards. */
  Fault signal(int count, Event by, Clock clock) {
    Fault fault = endangered(by, clock) == null ? Fault.NONE : Fault.EARLY_SIGNAL;
    Supplier supplier = supplier(by);
    supplier.total += count;
    supplier.tokens.add(new Token(supplier.total, clock, by));
    value += count;
    lastSignal = by;
    return value > MAX_VALUE ? Fault.OVERFLOW : fault;
  }

  /**
   * Takes tokens off, which must be there, and joins what they guarantee into the clock of the
   * waiting lane.
   */
  Fault await(int count, Event by, Clock clock) {
    Fault fault = lastWait == null || knows(clock, lastWait) ? Fault.NONE : Fault.CONTENDED_WAIT;
    value -= count;
    consumed += count;
    long total = 0;
    for (Supplier s : suppliers) {
      total += s.total;
    }
    for (Supplier s : suppliers) {
      long needed = consumed - (total - s.total);
      if (needed > 0) {
        rely(s, needed, by, clock);
      }
    }
    lastWait = by;
    if (value == 0) {
      suppliers.clear();
      consumed = 0;
    }
    return fault;
  }

  private void rely(Supplier s, long needed, Event by, Clock clock) {
    while (s.next < s.tokens.size() && s.tokens.get(s.next).upTo() < needed) {
      s.next++;
    }
    Token token = s.tokens.get(s.next);
    if (s.next >= TRIM) {
      s.tokens.subList(0, s.next).clear();
      s.next = 0;
    }
    if (knows(clock, token.event())) {
      return;
    }
    clock.join(token.clock());
    reliances.removeIf(r -> r.core() == s.core && r.lane() == s.lane);
    reliances.add(new Reliance(s.core, s.lane, by));
  }

  private Supplier supplier(Event by) {
    for (Supplier s : suppliers) {
      if (s.is(by)) {
        return s;
      }
    }
    var s = new Supplier(by.core(), by.lane());
    suppliers.add(s);
    return s;
  }

  private static boolean knows(Clock clock, Event event) {
    return clock.knows(event.core(), event.lane(), event.event());
  }
}
