package npusim.sim.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import npusim.diag.Diagnostic;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;

/**
 * The event loop: takes the earliest event, lets its actor act, until nothing is left to happen.
 */
final class Engine {
  private final Machine m;
  private final Issue issue;
  private final Units units;
  private final DmaEngine dma;
  private final Holders holders = new Holders();
  private final Repeats repeats;
  private final Leaps leaps;
  private final LayerWatch layers;
  private final TimingOptions options;
  private long total;
  private int lastPath = PathPool.NONE;

  /**
   * An engine.
   *
   * @param loops loops that may be shortened; none for every iteration to be simulated
   * @param nodeCount graph nodes of the program
   */
  Engine(
      Machine machine,
      CostCache cache,
      TimingOptions options,
      Optional<LayerLoops> loops,
      int nodeCount) {
    m = machine;
    this.options = options;
    issue = new Issue(m, cache);
    var net = new Interconnect(m);
    var trace = options.trace().orElse(null);
    dma = new DmaEngine(m, net, trace);
    units = new Units(m, issue, dma, net, trace);
    // What a fetched batch and a bank's writes leave behind is not among what Repeats compares.
    boolean comparable =
        m.bankWrites.length == 0 && m.hw.core().sequencer().fetch().bytesPerInstruction() == 0;
    boolean all = options.exact() || trace != null && trace.withoutGaps();
    boolean many = Leaps.suit(m);
    repeats = all || !comparable || many ? null : new Repeats(m, issue, dma, net);
    leaps =
        all || !comparable || !many
            ? null
            : new Leaps(m, issue, dma, net, new DryRun(m, cache), nodeCount);
    layers = loops.map(l -> new LayerWatch(m, issue, l, nodeCount)).orElse(null);
    issue.connect(units, repeats, leaps, layers);
    dma.connect(units);
    net.connect(units);
  }

  /**
   * Runs to the end.
   *
   * @return what keeps the program from its end, if anything; no result is to be asked for then
   */
  Optional<NpusimException> run() {
    long launch = m.hw.core().sequencer().launchCycles();
    for (SequencerState s : m.sequencer) {
      int p = m.paths.open(PathPool.NONE, -1);
      m.paths.add(p, Category.ISSUE.ordinal(), launch);
      s.restart(launch, p);
      m.events.set(s.self.actor, launch);
    }
    var events = m.events;
    long limit = options.maxCycles();
    while (true) {
      if (m.paths.isFull()) {
        holders.fill(m, dma);
        m.paths.collect(holders);
      }
      int actor = events.first();
      long t = events.time(actor);
      if (t == EventTree.NEVER) {
        break;
      }
      if (t > limit) {
        return Optional.of(
            NpusimException.infeasible(
                "cycle-limit",
                "the program is not finished after " + limit + " cycles",
                "raise the limit or run a smaller workload"));
      }
      m.reach(t, actor);
      UnitState u = m.unitOf(actor);
      if ((actor & 1) != 0) {
        units.complete(u, t);
      } else if (u.kind == Machine.SEQ) {
        issue.step(m.sequencer[u.core], t);
      } else {
        units.wake(u, t);
      }
      if (m.checkpoint != 0) {
        look(t);
      }
    }
    m.addUp();
    List<Diagnostic> stuck = stuck();
    if (!stuck.isEmpty()) {
      return Optional.of(new NpusimException(ExitCode.USAGE, stuck));
    }
    findEnd();
    closeAccounts();
    return Optional.empty();
  }

  /** Whether iterations were left out that need not have been like those before. */
  boolean leapt() {
    return leaps != null && leaps.skipped() > 0;
  }

  /** Whether all that was ever given has been taken. */
  boolean settled() {
    return Arrays.stream(m.semaphore).allMatch(left -> left == 0);
  }

  /** The first core is back at the start of a loop. */
  private void look(long t) {
    int body = m.checkpoint;
    m.checkpoint = 0;
    units.settle();
    m.addUp();
    if (layers != null && layers.wants(body)) {
      layers.look(body);
    } else if (leaps != null) {
      leaps.look(body, t);
    } else if (repeats != null) {
      repeats.look(body, t);
    }
  }

  long total() {
    return total;
  }

  /** Loops that were shortened. */
  List<LayerWatch.Period> shortened() {
    return layers == null ? List.of() : layers.periods();
  }

  /** Instructions whose effect was multiplied in instead of simulated. */
  long skipped() {
    return repeats != null ? repeats.skipped() : leaps != null ? leaps.skipped() : 0;
  }

  /** Cycles by (node + 1) · categories + category along the critical path. */
  long[] pathCycles(int nodes) {
    var sums = new long[(nodes + 1) * Category.COUNT];
    m.paths.accumulate(lastPath, sums);
    return sums;
  }

  private void findEnd() {
    for (SequencerState s : m.sequencer) {
      if (s.haltTime > total || lastPath == PathPool.NONE) {
        total = s.haltTime;
        lastPath = issue.pathAt(s, s.node(), total);
      }
    }
    for (int unit = 0; unit < m.units; unit++) {
      if (m.unit[unit].lastEnd > total) {
        total = m.unit[unit].lastEnd;
        lastPath = m.unit[unit].lastPath;
      }
    }
  }

  /** Idle is what is left of the total. */
  private void closeAccounts() {
    for (int unit = 0; unit < m.units; unit++) {
      int at = unit * Tally.UNIT_FIELDS;
      long used = 0;
      for (int f = 0; f < Tally.UNIT_FIELDS; f++) {
        used += f == Tally.IDLE ? 0 : m.tally.unit[at + f];
      }
      m.tally.unit[at + Tally.IDLE] = total - used;
    }
  }

  /** What waits for something that will never be. */
  private List<Diagnostic> stuck() {
    List<Diagnostic> stuck = new ArrayList<>();
    for (int unit = 0; unit < m.units; unit++) {
      int core = unit / Machine.U;
      boolean sequencer = unit % Machine.U == Machine.SEQ;
      if (sequencer
          ? m.sequencer[core].halted
          : m.unit[unit].queueSize == 0 && m.unit[unit].state != Machine.MEETING) {
        continue;
      }
      boolean meets = m.unit[unit].state == Machine.MEETING;
      UnitState u = m.unit[unit];
      int pc = sequencer ? m.sequencer[core].pc : (meets ? u.last : u.head().op).pc;
      var name = TimingResult.unit(unit).label();
      var waits = new StringBuilder();
      // What meets a partner has taken its semaphores.
      for (long w = meets ? 0 : m.code[core].ops[pc].waits; w != 0; w >>>= 16) {
        int sem = (int) (w >> 8 & 63);
        waits
            .append(" needs ")
            .append(w & 255)
            .append(" of semaphore ")
            .append(sem)
            .append(", has ")
            .append(m.semaphore[core * 64 + sem])
            .append(';');
      }
      stuck.add(
          Diagnostic.error(
              "program-deadlock",
              "core "
                  + core
                  + " "
                  + name
                  + " waits forever at instruction "
                  + pc
                  + " ("
                  + m.code[core].ops[pc].instruction.op().mnemonic()
                  + ")"
                  + waits));
      if (stuck.size() == 8) {
        break;
      }
    }
    return stuck;
  }
}
