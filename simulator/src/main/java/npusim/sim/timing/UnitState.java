package npusim.sim.timing;

/** A unit of a core: the instructions that wait for it, what it does and what it has in flight. */
final class UnitState {
  /** Instructions between start and completion at most; a power of two. */
  static final int IN_FLIGHT = 32;

  /** An instruction in the queue. */
  static final class Waiting {
    Decoded op;

    /** Offset of its row in {@link Costs#rows}; -1 for none. */
    int cost;

    long address;
    long extra;

    /** When the sequencer has dispatched it. */
    long available;

    /** The path to the sequencer's going on last before that, and when it did. */
    int run = PathPool.NONE;

    long runStart;
  }

  /** An instruction between start and completion. */
  static final class Flight {
    Decoded op;
    int cost;
    long start;
    long end;
    int path = PathPool.NONE;
  }

  /** {@code core · TimingUnit.COUNT + kind}. */
  final int number;

  final int core;

  /** {@link TimingUnit} ordinal. */
  final int kind;

  final Code code;

  /** The actor that starts instructions; the next one completes them. */
  final int actor;

  byte state;

  // The queue: a ring.
  private final Waiting[] queue;
  private final int queueMask;
  final int queueDepth;
  int queueHead;
  int queueSize;

  // What is in flight: a ring.
  private final Flight[] flights = new Flight[IN_FLIGHT];
  int flightHead;
  int flightSize;

  /** When the unit was found to wait for semaphores. */
  long blockedSince;

  /** When the unit is or was able to take another instruction after the one started last. */
  long acceptAt = -1;

  /** The same, or later when the next instruction needs the result of that one. */
  long resumeAt = -1;

  /**
   * Path to when the unit can go on; if there is an {@link #acceptCost}, to the end of the
   * instruction with that row instead, on the way to which that is.
   */
  int acceptPath = PathPool.NONE;

  int acceptCost = Decoded.NO_COST;

  /** When the last product's rows have entered the array; the path to its end, its cost row. */
  long streamEnd;

  int streamPath = PathPool.NONE;
  int streamCost = Decoded.NO_COST;

  /** The instruction started last; null before the first. */
  Decoded last;

  /** Instructions started. */
  long starts;

  // Cycles busy, waiting for semaphores and idle since that was last added up.
  private long busy;
  private long blocked;
  private long idle;

  /** When the last instruction so far was completed, and the path there. */
  long lastEnd;

  int lastPath = PathPool.NONE;

  UnitState(int core, int kind, Code code, int queueDepth, int ring) {
    this.core = core;
    this.kind = kind;
    this.code = code;
    this.queueDepth = queueDepth;
    number = core * TimingUnit.COUNT + kind;
    actor = EventTree.actor(core, 2 * kind);
    queue = new Waiting[ring];
    for (int i = 0; i < ring; i++) {
      queue[i] = new Waiting();
    }
    queueMask = ring - 1;
    for (int i = 0; i < IN_FLIGHT; i++) {
      flights[i] = new Flight();
    }
  }

  void countBusy(long cycles) {
    busy += cycles;
  }

  /** Counts cycles of which the unit has waited for semaphores so many. */
  void countWaiting(long cycles, long forSemaphores) {
    blocked += forSemaphores;
    idle += cycles - forSemaphores;
  }

  /** Adds up the cycles counted since this was last done. */
  void addUp(Tally tally) {
    tally.unit(number, Tally.BUSY, busy);
    tally.unit(number, Tally.STALL_SEMAPHORE, blocked);
    tally.unit(number, Tally.IDLE, idle);
    busy = 0;
    blocked = 0;
    idle = 0;
  }

  /** The instruction that has waited longest. */
  Waiting head() {
    return queue[queueHead];
  }

  /** The {@code i}-th instruction in the queue, or the place for the next. */
  Waiting waiting(int i) {
    return queue[queueHead + i & queueMask];
  }

  void removeHead() {
    queueHead = queueHead + 1 & queueMask;
    queueSize--;
  }

  /** The {@code i}-th instruction in flight, or the place for the next. */
  Flight flight(int i) {
    return flights[flightHead + i & IN_FLIGHT - 1];
  }

  /** The oldest instruction in flight. */
  Flight oldest() {
    return flights[flightHead];
  }

  /** The instruction started last of those in flight. */
  Flight newest() {
    return flight(flightSize - 1);
  }

  /** Place in the ring of the {@code number}-th instruction ever put in flight. */
  Flight everInFlight(long number) {
    return flights[(int) (number & IN_FLIGHT - 1)];
  }

  void removeOldest() {
    flightHead = flightHead + 1 & IN_FLIGHT - 1;
    flightSize--;
  }

  /** Moves everything to come on in time; of what is past it does not matter. */
  void shift(long by) {
    acceptAt += by;
    resumeAt += by;
    for (Waiting w : queue) {
      w.available += by;
    }
    for (Flight f : flights) {
      f.start += by;
      f.end += by;
    }
  }

  /** Moves on in time what is not older than {@code since}. */
  void shift(long since, long by) {
    shift(by);
    streamEnd = Repeats.moved(streamEnd, since, by);
    lastEnd = Repeats.moved(lastEnd, since, by);
    blockedSince = Repeats.moved(blockedSince, since, by);
  }
}
