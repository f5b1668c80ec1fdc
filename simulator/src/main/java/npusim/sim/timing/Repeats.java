package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import npusim.hardware.Dma;
import npusim.hardware.Dram;

/**
 * Recognises that a loop has become steady and multiplies its effect in instead of simulating it.
 * The machine is looked at whenever the first core's sequencer goes back to the start of a loop.
 * When it is in the same state as at an earlier such moment, everything in between will repeat as
 * long as the loops' counts last: times are moved on, counts and registers grow by as much as in
 * the period, and the critical paths by the period's own stretch.
 *
 * <p>With memory whose answers depend on bank state and refresh, equal means equal queues and
 * positions; the period then has to be many refresh intervals long and its two halves have to
 * agree.
 */
final class Repeats {
  /** Refresh intervals a period has to span where refresh plays a part. */
  private static final int INTERVALS = 64;

  /** Relative difference of the two halves of a period that counts as none. */
  private static final double HALVES = 0.002;

  /** Iterations of half a period where memory has state: a few may agree by chance. */
  private static final int LEAST_HALF = 16;

  private static final int PATIENCE = 24;

  private final Machine m;
  private final Issue issue;
  private final DmaEngine dma;
  private final Interconnect net;
  private final boolean exactTimes;
  private final long minimumSpan;

  /** How long before its turn a transfer may begin to be set up. */
  private final long decodeAhead;

  private final Map<Code, LoopTaint> taints = new IdentityHashMap<>();
  private final Watch[] watches;
  private final List<Watch> known = new ArrayList<>();
  private long skipped;

  Repeats(Machine machine, Issue issue, DmaEngine dma, Interconnect net) {
    m = machine;
    this.issue = issue;
    this.dma = dma;
    this.net = net;
    exactTimes = m.hw.dram().model() != Dram.Model.DDR;
    minimumSpan =
        exactTimes
            ? 0
            : (long)
                (INTERVALS
                    * m.hw.dram().spec().orElseThrow().timing().refi()
                    * m.hw.dram().spec().orElseThrow().tckPs()
                    * m.hw.chip().clockMhz()
                    * 1e-6);
    watches = new Watch[m.code[0].length() + 1];
    decodeAhead =
        Stream.of(m.hw.core().dma().load(), m.hw.core().dma().store())
            .filter(p -> p.overlap() == Dma.Overlap.STARTUP)
            .mapToLong(Dma.Path::startupCycles)
            .max()
            .orElse(0);
    for (Code c : m.code) {
      taints.computeIfAbsent(c, LoopTaint::new);
    }
  }

  /** Instructions whose effect was multiplied in. */
  long skipped() {
    return skipped;
  }

  /** What is known about one loop of the first core. */
  private static final class Watch {
    private final BorderWatch addresses;
    private Mark reference;
    private Mark middle;
    private long iterations;
    private long next = 1;
    private int failures;
    private long pause;

    Watch(long dramBase) {
      addresses = new BorderWatch(dramBase);
    }
  }

  /** The machine at a moment. */
  private record Mark(
      Snapshot snapshot,
      long iteration,
      long[] registers,
      long[] loopLeft,
      Tally tally,
      long[][] dram,
      long[] chipBytes,
      int[] records,
      long[] starts,
      long[] waited,
      long[] queued,
      long[] issuing) {}

  /**
   * Whether the first core, back at the start of the loop body {@code body}, should be looked at.
   */
  boolean wants(int body) {
    var w = watches[body];
    if (w == null) {
      w = new Watch(m.dramBase);
      watches[body] = w;
      known.add(w);
    }
    if (w.pause > 0) {
      w.pause--;
      w.iterations++;
      return false;
    }
    return true;
  }

  /** Looks at the machine at cycle {@code now}; skips ahead if it repeats itself. */
  void look(int body, long now) {
    var w = watches[body];
    w.iterations++;
    if (m.loopLeft[m.sequencer[0].loopDepth - 1] < 2 || !taints.get(m.code[0]).regular(body)) {
      return;
    }
    var s = snapshot(now);
    if (w.reference == null || !sameOuterLoops(w.reference)) {
      restart(w, s);
      return;
    }
    switch (exactTimes ? exactly(w, s) : steadily(w, s)) {
      case ALIKE -> {
        long times = sameMemory(w, times(w.reference));
        if (times > 0
            && (!exactTimes || sameWaits(w.reference, now))
            && PathRepeat.continues(Holders.of(m, dma), w.reference.records)) {
          repeat(w.reference, now, times);
          forget(w);
          w.failures = 0;
          return;
        }
        mark(w, s);
      }
      case NEW_MARK -> mark(w, s);
      case WAIT -> {}
    }
    if (++w.failures > PATIENCE) {
      w.pause = Math.min(w.failures - PATIENCE, 1024);
    }
  }

  private enum Verdict {
    ALIKE,
    NEW_MARK,
    WAIT
  }

  /**
   * The same state to the cycle; the mark moves on after 1, 2, 4, … iterations so that any period
   * is found.
   */
  private static Verdict exactly(Watch w, Snapshot s) {
    var r = w.reference;
    if (s.sameFacts(r.snapshot) && s.sameTimes(r.snapshot)) {
      return Verdict.ALIKE;
    }
    if (w.iterations - r.iteration < w.next) {
      return Verdict.WAIT;
    }
    w.next *= 2;
    return Verdict.NEW_MARK;
  }

  /** The same queues and positions after a long time whose halves went at the same speed. */
  private Verdict steadily(Watch w, Snapshot s) {
    var r = w.reference;
    long span = s.now() - r.snapshot.now();
    if (w.middle == null) {
      if (span * 2 >= minimumSpan && w.iterations - r.iteration >= LEAST_HALF) {
        w.middle = middle(w, s);
      }
      return Verdict.WAIT;
    }
    var middle = w.middle;
    if (span < minimumSpan || w.iterations - middle.iteration < LEAST_HALF) {
      return Verdict.WAIT;
    }
    double first =
        (double) (middle.snapshot.now() - r.snapshot.now()) / (middle.iteration - r.iteration);
    double second = (double) (s.now() - middle.snapshot.now()) / (w.iterations - middle.iteration);
    if (Math.abs(first - second) > HALVES * first) {
      return Verdict.NEW_MARK;
    }
    if (s.sameFacts(r.snapshot)) {
      return Verdict.ALIKE;
    }
    return span > 4 * minimumSpan ? Verdict.NEW_MARK : Verdict.WAIT;
  }

  private void restart(Watch w, Snapshot s) {
    forget(w);
    w.next = 1;
    mark(w, s);
  }

  private void mark(Watch w, Snapshot s) {
    forget(w);
    for (Watch other : known) {
      other.addresses.add(dma.border());
    }
    dma.border().clear();
    w.addresses.clear();
    dma.addressesUnderWay(w.addresses);
    var dram = new long[m.dram.length][];
    for (int i = 0; i < dram.length; i++) {
      dram[i] = m.dram[i].counters();
    }
    var holders = Holders.of(m, dma);
    var records = new int[holders.count()];
    for (int h = 0; h < records.length; h++) {
      records[h] = holders.get(h);
    }
    m.paths.pin(records);
    w.reference =
        new Mark(
            s,
            w.iterations,
            m.registers.clone(),
            m.loopLeft.clone(),
            m.tally.copy(),
            dram,
            dma.chipBytes().clone(),
            records,
            Arrays.stream(m.unit).mapToLong(u -> u.starts).toArray(),
            waited(s.now()),
            queued(),
            dma.addresses());
  }

  /** Address and extra operand of every instruction in a queue, in order. */
  private long[] queued() {
    int count = 0;
    for (int unit = 0; unit < m.units; unit++) {
      count += m.unit[unit].queueSize;
    }
    var all = new long[2 * count];
    int at = 0;
    for (int unit = 0; unit < m.units; unit++) {
      for (int i = 0; i < m.unit[unit].queueSize; i++) {
        var w = m.unit[unit].waiting(i);
        all[at++] = w.address;
        all[at++] = w.extra;
      }
    }
    return all;
  }

  /** Moves the operands of waiting instructions as far as they move in {@code times} periods. */
  private void moveQueued(long times, long[] atMark) {
    int at = 0;
    for (int unit = 0; unit < m.units; unit++) {
      for (int i = 0; i < m.unit[unit].queueSize; i++) {
        var w = m.unit[unit].waiting(i);
        w.address += times * (w.address - atMark[at++]);
        w.extra += times * (w.extra - atMark[at++]);
      }
    }
  }

  /**
   * What decides how each unit is charged for the time before now once it goes on: how long ago its
   * last instruction ended and, when it waits, since when; two numbers per unit.
   */
  private long[] waited(long now) {
    var waited = new long[2 * m.units];
    for (int unit = 0; unit < m.units; unit++) {
      waited[2 * unit] = now - m.unit[unit].lastEnd;
      if (m.unit[unit].state == Machine.BLOCKED) {
        waited[2 * unit + 1] = now - m.unit[unit].blockedSince;
      } else if (m.unit[unit].state == Machine.MEETING) {
        waited[2 * unit + 1] = now - net.waitingSince(unit / Machine.U);
      }
    }
    return waited;
  }

  /**
   * Whether the units that did anything in the period ended and waited as long ago as at its start.
   */
  private boolean sameWaits(Mark mark, long now) {
    long[] waited = waited(now);
    for (int unit = 0; unit < m.units; unit++) {
      boolean same =
          waited[2 * unit] == mark.waited[2 * unit]
              && waited[2 * unit + 1] == mark.waited[2 * unit + 1];
      if (!same && m.unit[unit].starts != mark.starts[unit]) {
        return false;
      }
    }
    return true;
  }

  private static Mark middle(Watch w, Snapshot s) {
    return new Mark(s, w.iterations, null, null, null, null, null, null, null, null, null, null);
  }

  private void forget(Watch w) {
    if (w.reference != null) {
      m.paths.unpin(w.reference.records);
    }
    w.reference = null;
    w.middle = null;
  }

  /** Whether the loops around the innermost one of the first core are in the same iteration. */
  private boolean sameOuterLoops(Mark mark) {
    for (int d = 0; d < m.sequencer[0].loopDepth - 1; d++) {
      if (m.loopLeft[d] != mark.loopLeft[d]) {
        return false;
      }
    }
    return m.loopLeft[m.sequencer[0].loopDepth - 1] < mark.loopLeft[m.sequencer[0].loopDepth - 1];
  }

  /**
   * How often the period since the mark can be repeated with at least one iteration left on every
   * core.
   */
  private long times(Mark mark) {
    long times = Long.MAX_VALUE;
    for (int core = 0; core < m.cores; core++) {
      boolean moved = false;
      for (int d = 0; d < m.sequencer[core].loopDepth; d++) {
        int i = core * Code.MAX_LOOPS + d;
        long step = mark.loopLeft[i] - m.loopLeft[i];
        if (step == 0) {
          continue;
        }
        if (step < 0 || moved || !taints.get(m.code[core]).regular(m.loopBody[i])) {
          return 0;
        }
        moved = true;
        times = Math.min(times, (m.loopLeft[i] - 1) / step);
      }
    }
    return times == Long.MAX_VALUE ? 0 : times;
  }

  /** How often of {@code wanted} the period can repeat before a transfer goes to another memory. */
  private long sameMemory(Watch w, long wanted) {
    if (m.dramBase == 0) {
      return wanted;
    }
    long up = 0;
    long down = 0;
    for (int i = 0; i < m.registers.length; i++) {
      long moved = m.registers[i] - w.reference.registers[i];
      up = Math.max(up, moved);
      down = Math.min(down, moved);
    }
    w.addresses.add(dma.border());
    long times = Math.min(wanted, w.addresses.repeats(up, down));
    dma.border().add(w.addresses, times * up, times * down);
    return times;
  }

  private Snapshot snapshot(long now) {
    var s = new Snapshot(now);
    issue.snapshot(s);
    int[] dormant = new int[m.cores];
    for (UnitState u : m.unit) {
      unit(s, u);
      if (u.state == Machine.DORMANT) {
        dormant[u.core] |= 1 << u.kind;
      }
    }
    for (int i = 0; i < m.semaphore.length; i++) {
      s.fact((long) m.semaphore[i] << 32 | m.semaphoreWaiters[i] & ~dormant[i >> 6]);
    }
    dma.snapshot(s);
    net.snapshot(s);
    if (exactTimes) {
      for (var d : m.dram) {
        var state = new long[d.snapshotLength()];
        d.snapshot(now, state, 0);
        for (long v : state) {
          s.fact(v);
        }
      }
    }
    return s;
  }

  private void unit(Snapshot s, UnitState u) {
    // Which units go on without an event depends on how they came there, so it is left out.
    boolean accepted = m.passed(u.acceptAt, u.actor);
    boolean active = !accepted || u.state == Machine.DORMANT;
    s.fact(active ? Machine.ACTIVE : u.state);
    s.event(active ? (accepted ? u.resumeAt : u.acceptAt) : m.events.time(u.actor));
    s.event(m.events.time(u.actor + 1));
    s.future(u.streamEnd);
    s.fact(u.queueSize);
    for (int i = 0; i < u.queueSize; i++) {
      var w = u.waiting(i);
      s.fact(w.op.pc);
      s.fact(w.cost);
      s.recent(w.available, decodeAhead);
    }
    s.fact(u.flightSize);
    for (int i = 0; i < u.flightSize; i++) {
      var f = u.flight(i);
      s.fact(f.op.pc);
      s.fact(f.cost);
      s.time(f.start);
      s.time(f.end);
    }
  }

  /** Applies the period from the mark to now {@code times} more times. */
  private void repeat(Mark mark, long now, long times) {
    long since = mark.snapshot.now();
    long by = times * (now - since);
    var holders = Holders.of(m, dma);
    shiftRuns(holders, mark.records, by);
    new PathRepeat(m.paths, holders, mark.records).apply(times);
    m.shift(since, by);
    issue.shift(since, by);
    dma.shift(since, by, times, mark.chipBytes, mark.issuing);
    moveQueued(times, mark.queued);
    net.shift(since, by);
    for (int i = 0; i < m.dram.length; i++) {
      m.dram[i].shift(by);
      m.dram[i].repeat(times, mark.dram[i], m.dram[i].counters());
    }
    for (int i = 0; i < m.registers.length; i++) {
      m.registers[i] += times * (m.registers[i] - mark.registers[i]);
    }
    for (int core = 0; core < m.cores; core++) {
      for (int d = 0; d < m.sequencer[core].loopDepth; d++) {
        int i = core * Code.MAX_LOOPS + d;
        m.loopLeft[i] -= times * (mark.loopLeft[i] - m.loopLeft[i]);
      }
    }
    skipped += times * (m.tally.totals[Tally.SCALARS] - mark.tally.totals[Tally.SCALARS]);
    m.tally.repeat(times, mark.tally);
  }

  /**
   * A run of the sequencer that began within the period begins later; its path is lengthened by as
   * much.
   */
  private void shiftRuns(Holders holders, int[] before, long by) {
    for (int h = 0; h < holders.count(); h++) {
      if (holders.get(h) == before[h]) {
        continue;
      }
      holders.delayRun(h, by);
    }
  }

  /** A time moves on with the machine unless it is older than the period. */
  static long moved(long time, long since, long by) {
    return time >= since ? time + by : time;
  }
}
