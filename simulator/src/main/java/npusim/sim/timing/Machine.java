package npusim.sim.timing;

import java.util.Arrays;
import java.util.function.Supplier;
import npusim.hardware.Hardware;
import npusim.sim.dram.DramModel;

/**
 * All state of a run in primitive arrays. A unit is numbered {@code core · TimingUnit.COUNT +
 * unit}; a unit has two actors in the event tree, {@code 2 · unit} for starting work and {@code 2 ·
 * unit + 1} for completing it.
 */
final class Machine {
  static final int U = TimingUnit.COUNT;
  static final int SEQ = TimingUnit.SEQ.ordinal();
  static final int LD0 = TimingUnit.LD0.ordinal();
  static final int ST = TimingUnit.ST.ordinal();
  static final int MAT = TimingUnit.MAT.ordinal();
  static final int VEC = TimingUnit.VEC.ordinal();
  static final int COM = TimingUnit.COM.ordinal();

  /** Instructions of a unit between start and completion at most; a power of two. */
  static final int IN_FLIGHT = 32;

  /** What a unit's start actor waits for. */
  static final byte EMPTY = 0;

  static final byte READY = 1;
  static final byte BLOCKED = 2;
  static final byte ACTIVE = 3;
  static final byte MEETING = 4;
  static final byte FULL = 5;

  /**
   * Goes on at {@link #resumeAt} without an event for it, because nothing would come of that: the
   * queue is empty, or a semaphore of its head is not there. Whatever changes that looks at the
   * unit again.
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

  final Tally tally;

  /** Links between the chips, those that are not simulated included. */
  final ChipLinks links;

  /** The chips that the one simulated stands for; null when every chip is simulated. */
  final Mirror mirror;

  // Queues between the sequencer and the units: rings of queueRing entries each.
  final int queueRing;
  final int[] queueDepth;
  final int[] queueHead;
  final int[] queueSize;
  final int[] queuePc;
  final int[] queueCost;
  final long[] queueAddress;
  final long[] queueExtra;
  final long[] queueAvailable;
  final int[] queueRun;
  final long[] queueRunStart;

  // Units.
  final byte[] state;
  final long[] blockedSince;

  /** When the unit is or was able to take another instruction after the one started last. */
  final long[] acceptAt;

  /** The same, or later when the next instruction needs the result of that one. */
  final long[] resumeAt;

  final long[] streamEnd;
  final int[] acceptPath;
  final int[] streamPath;
  final int[] lastPc;

  /** Instructions started. */
  final long[] starts;

  // Instructions between start and completion: rings of IN_FLIGHT entries each.
  final int[] flightHead;
  final int[] flightSize;
  final int[] flightPc;
  final int[] flightCost;
  final long[] flightStart;
  final long[] flightEnd;
  final int[] flightPath;
  final long[] lastEnd;
  final int[] lastPath;

  // Semaphores.
  final int[] semaphore;
  final int[] semaphoreWaiters;

  // Sequencers.
  final int[] pc;
  final long[] sequencerTime;
  final long[] runStart;
  final int[] runPath;
  final long[] registers;
  final int[] loopDepth;
  final long[] loopLeft;
  final int[] loopBody;
  final int[] callDepth;
  final int[] callStack;
  final int[] callLoopDepth;
  final boolean[] halted;

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
      Mirror mirror) {
    this.hw = hw;
    this.mirror = mirror;
    this.code = code;
    this.costs = costs;
    this.coresPerChip = coresPerChip;
    cores = code.length;
    units = cores * U;
    events = new EventTree(cores);
    int chips = Math.ceilDiv(cores, coresPerChip);
    dramBase = hw.dramBase();
    dram = new DramModel[chips];
    for (int i = 0; i < chips; i++) {
      dram[i] = memory.get();
    }
    bankWrites = new BankWrites[hw.core().scratchpad().dmaFirst() ? cores : 0];
    for (int i = 0; i < bankWrites.length; i++) {
      bankWrites[i] = new BankWrites(hw.core().scratchpad().banks());
    }
    tally = new Tally(cores, nodes);
    links = new ChipLinks(hw, mirror == null ? chips : mirror.chips());

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
    queueRing = ring;
    queueDepth = new int[units];
    for (int u = 0; u < units; u++) {
      queueDepth[u] = depth[u % U];
    }
    queueHead = new int[units];
    queueSize = new int[units];
    queuePc = new int[units * ring];
    queueCost = new int[units * ring];
    queueAddress = new long[units * ring];
    queueExtra = new long[units * ring];
    queueAvailable = new long[units * ring];
    queueRun = new int[units * ring];
    queueRunStart = new long[units * ring];

    state = new byte[units];
    blockedSince = new long[units];
    acceptAt = new long[units];
    Arrays.fill(acceptAt, -1);
    resumeAt = acceptAt.clone();
    streamEnd = new long[units];
    acceptPath = filled(units, PathPool.NONE);
    streamPath = filled(units, PathPool.NONE);
    lastPc = filled(units, -1);
    starts = new long[units];

    flightHead = new int[units];
    flightSize = new int[units];
    flightPc = new int[units * IN_FLIGHT];
    flightCost = new int[units * IN_FLIGHT];
    flightStart = new long[units * IN_FLIGHT];
    flightEnd = new long[units * IN_FLIGHT];
    flightPath = new int[units * IN_FLIGHT];
    lastEnd = new long[units];
    lastPath = filled(units, PathPool.NONE);

    semaphore = new int[cores * 64];
    semaphoreWaiters = new int[cores * 64];

    pc = new int[cores];
    sequencerTime = new long[cores];
    runStart = new long[cores];
    runPath = filled(cores, PathPool.NONE);
    registers = new long[cores * 32];
    loopDepth = new int[cores];
    loopLeft = new long[cores * Code.MAX_LOOPS];
    loopBody = new int[cores * Code.MAX_LOOPS];
    callDepth = new int[cores];
    callStack = new int[cores * Code.MAX_CALLS];
    callLoopDepth = new int[cores * Code.MAX_CALLS];
    halted = new boolean[cores];
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

  /** Moves units on in time that go on later; of the others it does not matter. */
  void shift(long by) {
    reachedTime += by;
    for (int unit = 0; unit < units; unit++) {
      acceptAt[unit] += by;
      resumeAt[unit] += by;
    }
  }

  int chipOf(int core) {
    return core / coresPerChip;
  }

  /** Queue slot of the unit's oldest waiting instruction. */
  int head(int unit) {
    return unit * queueRing + queueHead[unit];
  }

  private static int[] filled(int length, int value) {
    var a = new int[length];
    Arrays.fill(a, value);
    return a;
  }
}
