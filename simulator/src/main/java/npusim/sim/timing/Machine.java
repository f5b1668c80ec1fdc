package npusim.sim.timing;

import java.util.Arrays;
import java.util.function.Supplier;
import npusim.hardware.Hardware;
import npusim.sim.dram.DramModel;

/**
 * All state of a run in primitive arrays. A unit is numbered {@code core · TimingUnit.COUNT +
 * unit}; it has two actors in the event tree, one for starting work and the next for completing it.
 */
final class Machine {
  static final int U = TimingUnit.COUNT;
  static final int SEQ = TimingUnit.SEQ.ordinal();
  static final int LD0 = TimingUnit.LD0.ordinal();
  static final int ST = TimingUnit.ST.ordinal();
  static final int MAT = TimingUnit.MAT.ordinal();
  static final int VEC = TimingUnit.VEC.ordinal();
  static final int COM = TimingUnit.COM.ordinal();

  /** What a unit's start actor waits for. */
  static final byte EMPTY = 0;

  static final byte READY = 1;
  static final byte BLOCKED = 2;
  static final byte ACTIVE = 3;
  static final byte MEETING = 4;
  static final byte FULL = 5;

  /**
   * Goes on at {@link UnitState#resumeAt} without an event for it, because nothing would come of
   * that: the queue is empty, or a semaphore of its head is not there. Whatever changes that looks
   * at the unit again.
   */
  static final byte DORMANT = 6;

  final Hardware hw;
  final int cores;
  final int coresPerChip;
  final int units;
  final EventTree events;
  final PathPool paths = new PathPool();
  final Costs costs;
  final Code[] code;
  final DramModel[] dram;

  /** Address of the DRAM's first byte; those below it are in the shared SRAM. */
  final long dramBase;

  /** When DMA writes to the scratchpad's banks, by core; empty when nothing depends on it. */
  final BankWrites[] bankWrites;

  /** Up to date after {@link #addUp}. */
  final Tally tally;

  /** Busy cycles by instruction, not yet in the tally. */
  final BusyTimes busy = new BusyTimes();

  /** Links between the chips, those that are not simulated included. */
  final ChipLinks links;

  /** Exchanges that all chips carry out; null when chips have others between them. */
  final ExchangeSteps steps;

  /** Whether the first chip alone is simulated and stands for all. */
  final boolean mirrored;

  /** By number. */
  final UnitState[] unit;

  // Semaphores.
  final int[] semaphore;
  final int[] semaphoreWaiters;

  /** By core. */
  final SequencerState[] sequencer;

  final long[] registers;
  final long[] loopLeft;
  final int[] loopBody;
  final int[] callStack;

  /**
   * Start of the loop body that the first core has come back to and that is to be looked at; 0 for
   * none.
   */
  int checkpoint;

  /** The latest event so far: its time, and of the actors that had one then the last in order. */
  private long reachedTime = -1;

  private int reachedActor;

  Machine(
      Hardware hw,
      Code[] code,
      Costs costs,
      int coresPerChip,
      int nodes,
      Supplier<DramModel> memory,
      Chips chips) {
    this.hw = hw;
    mirrored = chips.mirrored();
    this.code = code;
    this.costs = costs;
    this.coresPerChip = coresPerChip;
    cores = code.length;
    units = cores * U;
    events = new EventTree(cores);
    dramBase = hw.dramBase();
    dram = new DramModel[Math.ceilDiv(cores, coresPerChip)];
    for (int i = 0; i < dram.length; i++) {
      dram[i] = memory.get();
    }
    bankWrites = new BankWrites[hw.core().scratchpad().dmaFirst() ? cores : 0];
    for (int i = 0; i < bankWrites.length; i++) {
      bankWrites[i] = new BankWrites(hw.core().scratchpad().banks());
    }
    tally = new Tally(cores, nodes);
    links = new ChipLinks(hw, chips.counterparts().map(Counterparts::chips).orElse(dram.length));
    steps = chips.counterparts().map(c -> new ExchangeSteps(links, c)).orElse(null);

    var depths = hw.core().sequencer().queueDepths();
    int more = hw.core().sequencer().unroller().depth();
    int[] depth = {
      0,
      depths.dmaIn() + more,
      depths.dmaIn() + more,
      depths.dmaIn() + more,
      depths.dmaIn() + more,
      depths.dmaOut() + more,
      depths.matrix() + more,
      depths.vector() + more,
      depths.comm() + more
    };
    int ring = 1;
    while (ring < Arrays.stream(depth).max().orElseThrow()) {
      ring <<= 1;
    }
    unit = new UnitState[units];
    for (int u = 0; u < units; u++) {
      unit[u] = new UnitState(u / U, u % U, code[u / U], depth[u % U], ring);
    }

    semaphore = new int[cores * 64];
    semaphoreWaiters = new int[cores * 64];

    sequencer = new SequencerState[cores];
    Arrays.setAll(sequencer, core -> new SequencerState(core, code[core], unit));
    registers = new long[cores * 32];
    loopLeft = new long[cores * Code.MAX_LOOPS];
    loopBody = new int[cores * Code.MAX_LOOPS];
    callStack = new int[cores * Code.MAX_CALLS];
  }

  /** Notes that the event of {@code actor} at {@code t} takes place. */
  void reach(long t, int actor) {
    if (t > reachedTime) {
      reachedTime = t;
      reachedActor = actor;
    } else if (actor > reachedActor) {
      reachedActor = actor;
    }
  }

  /** Whether an event of {@code actor} at {@code t} would have taken place by now. */
  boolean passed(long t, int actor) {
    return t < reachedTime || t == reachedTime && actor <= reachedActor;
  }

  /** Time of the event that takes place. */
  long now() {
    return reachedTime;
  }

  /** Moves everything on in time that is not older than {@code since}. */
  void shift(long since, long by) {
    reachedTime += by;
    events.shift(by);
    for (UnitState u : unit) {
      u.shift(since, by);
    }
  }

  /** Brings {@link #tally} up to date. */
  void addUp() {
    costs.addUp(tally);
    busy.addUp(tally);
    for (UnitState u : unit) {
      u.addUp(tally);
    }
  }

  /** The unit whose actor it is. */
  UnitState unitOf(int actor) {
    return unit[EventTree.group(actor) * U + (EventTree.index(actor) >> 1)];
  }

  int chipOf(int core) {
    return core / coresPerChip;
  }
}
