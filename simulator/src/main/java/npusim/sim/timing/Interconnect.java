package npusim.sim.timing;

import java.util.Arrays;
import npusim.hardware.Noc;
import npusim.isa.Opcode;

/**
 * Everything between cores: transfers and messages over the network on chip, barriers, and
 * chip-to-chip links. A core has one port into and one out of the network; a transfer takes from
 * the ports at both ends, and from every link of a mesh or ring on its way ({@link Ways}), as long
 * as its bytes take at their full rate; a slower engine at either end leaves the rest to others. A
 * multicast takes each link of the tree to its targets once. Transfers between chips take {@link
 * ChipLinks}; an exchange uses both directions at once.
 */
final class Interconnect {
  private static final int FRACTION = 10;
  private static final int NOC = Category.NOC.ordinal();
  private static final int LINK = Category.LINK.ordinal();
  private static final int ISSUE = Category.ISSUE.ordinal();
  private static final int FILL = Category.FILL_DRAIN.ordinal();

  private final Machine m;
  private final Noc noc;
  private final long[] portIn;
  private final long[] portOut;
  private final Ways ways;
  private final int memoryHops;
  private Units units;

  // Communication units that wait for a partner, by core.
  private final int[] waitingPc;
  private final int[] waitingCost;
  private final long[] waitingSince;
  private final long[] waitingPeer;
  private final long[] waitingTag;
  private final long[] waitingMask;

  Interconnect(Machine machine) {
    m = machine;
    noc = m.hw.noc();
    portIn = new long[m.cores];
    portOut = new long[m.cores];
    ways = new Ways(noc.topology(), m.cores, m.coresPerChip);
    memoryHops =
        switch (noc.topology()) {
          case CROSSBAR -> 1;
          case RING -> Math.max(1, m.coresPerChip / 4);
          case MESH -> Math.max(1, (int) Math.sqrt(m.coresPerChip));
        };
    waitingPc = new int[m.cores];
    waitingCost = new int[m.cores];
    waitingSince = new long[m.cores];
    waitingPeer = new long[m.cores];
    waitingTag = new long[m.cores];
    waitingMask = new long[m.cores];
    Arrays.fill(waitingPc, -1);
  }

  void connect(Units theUnits) {
    units = theUnits;
  }

  /** Hops between a core and a memory channel on average. */
  int memoryHops() {
    return memoryHops;
  }

  /** Cycles one way between a core and a memory channel. */
  long memoryLatency() {
    return (long) memoryHops * noc.hopLatencyCycles();
  }

  /** Cycles that {@code bytes} hold a port, in fixed point. */
  long portTime(long bytes) {
    return (long) Math.ceil(bytes * (double) (1 << FRACTION) / noc.bytesPerCycle());
  }

  /** Since when the core's communication unit has been waiting for its partner. */
  long waitingSince(int core) {
    return waitingSince[core];
  }

  void snapshot(Snapshot s) {
    for (int core = 0; core < m.cores; core++) {
      port(s, portIn[core]);
      port(s, portOut[core]);
      s.fact(waitingPc[core]);
      if (waitingPc[core] >= 0) {
        s.fact(waitingMask[core]);
      }
    }
    for (long free : ways.free()) {
      port(s, free);
    }
    m.links.snapshot(s);
    if (m.steps != null) {
      m.steps.snapshot(s);
    }
  }

  private static void port(Snapshot s, long free) {
    s.future((free >> FRACTION) + 1);
    s.fact(free >> FRACTION >= s.now() ? free & (1 << FRACTION) - 1 : 0);
  }

  void shift(long since, long by) {
    for (int core = 0; core < m.cores; core++) {
      portIn[core] = Repeats.moved(portIn[core], since << FRACTION, by << FRACTION);
      portOut[core] = Repeats.moved(portOut[core], since << FRACTION, by << FRACTION);
      waitingSince[core] = Repeats.moved(waitingSince[core], since, by);
    }
    long[] way = ways.free();
    for (int i = 0; i < way.length; i++) {
      way[i] = Repeats.moved(way[i], since << FRACTION, by << FRACTION);
    }
    m.links.shift(since, by);
    if (m.steps != null) {
      m.steps.shift(since, by);
    }
  }

  /** Begins a core-to-core or chip-to-chip instruction, a message or a barrier. */
  void start(UnitState u, UnitState.Waiting w, int node, long t, int cause) {
    int core = u.core;
    switch (w.op.work) {
      case Code.CORE_DMA -> copy(u, w, node, t, cause);
      case Code.MESSAGE -> {
        int p = m.paths.open(cause, node);
        long mask = w.extra;
        long latency = 0;
        for (long left = mask; left != 0; left &= left - 1) {
          latency =
              Math.max(
                  latency, ways.hops(core, firstOfChip(core) + Long.numberOfTrailingZeros(left)));
        }
        latency = Math.max(1, latency * Math.max(1, noc.hopLatencyCycles()));
        m.paths.add(p, NOC, latency);
        waitingMask[core] = mask;
        // One message at a time: the mask is kept per core.
        int q = m.paths.open(p, node);
        m.paths.add(q, NOC, 1);
        units.accept(u, t + latency + 1, q);
        units.fly(u, w.op, -1, t, t + latency, p);
      }
      case Code.BARRIER -> barrier(u, w, t, cause);
      default -> meet(u, w, t, cause);
    }
  }

  /** Adds a message's amount to the semaphores of its cores. */
  void deliver(Units to, int core, Decoded op, long t, int cause) {
    int semaphore = (int) (op.immediate >> 8);
    int amount = (int) (op.immediate & 255);
    for (long left = waitingMask[core]; left != 0; left &= left - 1) {
      int other = firstOfChip(core) + Long.numberOfTrailingZeros(left);
      if (other < m.cores) {
        to.add(other, semaphore, amount, t, cause);
      }
    }
  }

  private void copy(UnitState u, UnitState.Waiting w, int node, long t, int cause) {
    int core = u.core;
    int row = w.cost;
    int first = firstOfChip(core);
    boolean get = w.op.instruction.op() == Opcode.DMA_GET;
    long bytes = m.costs.rows[row + Costs.BYTES];
    int p = m.paths.open(cause, node);
    if (bytes == 0) {
      units.accept(u, t, p);
      units.fly(u, w.op, row, t, t, p);
      return;
    }
    var engine = get ? m.hw.core().dma().load() : m.hw.core().dma().store();
    long segments =
        m.costs.rows[row + Costs.EXTENT0]
            * m.costs.rows[row + Costs.EXTENT1]
            * m.costs.rows[row + Costs.EXTENT2];
    long beats = Math.ceilDiv(m.costs.rows[row + Costs.SEGMENT], (long) engine.busBytes());
    long cycles =
        Math.round((double) (beats * segments << FRACTION) * engine.cyclesPerBeat())
            + (segments * engine.rowCycles() << FRACTION);
    long held = portTime(bytes);
    long time = Math.max(held, cycles) + (get ? 0 : reserving(core, w.extra, bytes));
    long begin = t + engine.startupCycles() << FRACTION;
    long mask = get ? 1L << core - first : w.extra;
    int source = get ? first + (int) w.extra : core;
    long from = Math.max(begin, portOut[source]);
    long end = from;
    int distance = 0;
    long hopsTaken = 0;
    ways.begin();
    for (long left = mask; left != 0; left &= left - 1) {
      int to = first + Long.numberOfTrailingZeros(left);
      if (to >= m.cores || to >= first + m.coresPerChip) {
        continue;
      }
      int h = ways.hops(source, to);
      if (to != source) {
        long start = Math.max(ways.take(source, to, from, held), portIn[to]);
        portIn[to] = start + held;
        end = Math.max(end, start + time);
        if (noc.multicast()) {
          hopsTaken += ways.taken();
        } else {
          // Copies leave one after the other.
          from = start + time;
          hopsTaken += h;
          ways.begin();
        }
      } else {
        end = Math.max(end, from + time);
      }
      distance = Math.max(distance, h);
      if (!get) {
        m.tally
                .totals[
                m.costs.rows[row + Costs.ACC_READ] > 0 ? Tally.ACC_WRITE : Tally.SPM_WRITE] +=
            bytes;
        m.tally.node(node, Tally.NODE_SPM, bytes);
      }
    }
    if (get) {
      m.tally.totals[Tally.SPM_READ] += bytes;
      m.tally.node(node, Tally.NODE_SPM, bytes);
    }
    portOut[source] = end - time + held;
    m.tally.totals[Tally.NOC_BYTE_HOPS] += bytes * hopsTaken;
    m.tally.node(node, Tally.NODE_NOC, bytes * hopsTaken);
    long sent = end + (1 << FRACTION) - 1 >> FRACTION;
    long latency = (long) distance * noc.hopLatencyCycles() * (get ? 2 : 1);
    m.paths.add(p, FILL, engine.startupCycles());
    m.paths.add(p, NOC, sent - t - engine.startupCycles());
    int d = m.paths.open(p, node);
    m.paths.add(d, NOC, latency);
    m.paths.add(d, FILL, engine.finishCycles());
    units.fly(u, w.op, row, t, sent + latency + engine.finishCycles(), d);
    units.accept(u, sent, p);
  }

  /** Fixed-point time that a copy to several other cores at once takes to reserve its ways. */
  private long reserving(int source, long mask, long bytes) {
    int others = 0;
    int farthest = 0;
    int first = firstOfChip(source);
    for (long left = mask; left != 0; left &= left - 1) {
      int hops = ways.hops(source, first + Long.numberOfTrailingZeros(left));
      others += hops > 0 ? 1 : 0;
      farthest = Math.max(farthest, hops);
    }
    boolean several = noc.multicast() && others > 1;
    return several ? Math.round(noc.reserving(bytes, farthest) * (1 << FRACTION)) : 0;
  }

  private void barrier(UnitState u, UnitState.Waiting w, long t, int cause) {
    int core = u.core;
    long mask = w.extra;
    int first = firstOfChip(core);
    waitingPc[core] = w.op.pc;
    waitingMask[core] = mask;
    waitingSince[core] = t;
    u.state = Machine.MEETING;
    m.events.set(u.actor, EventTree.NEVER);
    for (long left = mask; left != 0; left &= left - 1) {
      int other = first + Long.numberOfTrailingZeros(left);
      if (other >= m.cores
          || m.unit[other * Machine.U + Machine.COM].state != Machine.MEETING
          || m.code[other].ops[waitingPc[other]].work != Code.BARRIER
          || waitingMask[other] != mask) {
        return;
      }
    }
    int farthest = 0;
    for (long left = mask; left != 0; left &= left - 1) {
      farthest = Math.max(farthest, ways.hops(core, first + Long.numberOfTrailingZeros(left)));
    }
    long latency = Math.max(1, 2L * farthest * noc.hopLatencyCycles());
    long start = w.op.immediate != 0 ? m.hw.core().sequencer().kernelCycles() : 0;
    for (long left = mask; left != 0; left &= left - 1) {
      int other = first + Long.numberOfTrailingZeros(left);
      int p = m.paths.open(cause, m.code[other].ops[waitingPc[other]].node);
      m.paths.add(p, NOC, latency);
      m.paths.add(p, ISSUE, start);
      m.tally.unit(other * Machine.U + Machine.COM, Tally.STALL_PARTNER, t - waitingSince[other]);
      meeting(other, t, t + latency + start, -1, p);
    }
  }

  /** A unit's meeting takes place at {@code t} and its instruction completes at {@code end}. */
  private void meeting(int core, long t, long end, int cost, int p) {
    UnitState u = m.unit[core * Machine.U + Machine.COM];
    u.lastEnd = Math.max(u.lastEnd, t);
    units.fly(u, m.code[core].ops[waitingPc[core]], cost, t, end, p);
    units.accept(u, end, p);
    waitingPc[core] = -1;
  }

  private void meet(UnitState u, UnitState.Waiting w, long t, int cause) {
    int core = u.core;
    int peer = (int) w.extra;
    waitingPc[core] = w.op.pc;
    waitingCost[core] = w.cost;
    waitingSince[core] = t;
    waitingPeer[core] = peer;
    waitingTag[core] = w.address;
    u.state = Machine.MEETING;
    m.events.set(u.actor, EventTree.NEVER);
    if (m.mirrored) {
      mirrored(core, t, cause);
      return;
    }
    if (peer < 0
        || peer >= m.cores
        || m.unit[peer * Machine.U + Machine.COM].state != Machine.MEETING
        || waitingPc[peer] < 0
        || waitingPeer[peer] != core
        || waitingTag[peer] != waitingTag[core]
        || m.code[peer].ops[waitingPc[peer]].work != Code.partner(w.op.work)) {
      return;
    }
    long end = m.steps == null ? transfer(core, peer, t) : exchange(core, peer, t);
    for (int c : new int[] {Math.min(core, peer), Math.max(core, peer)}) {
      int p = m.paths.open(cause, m.code[c].ops[waitingPc[c]].node);
      m.paths.add(p, LINK, end - t);
      m.tally.unit(c * Machine.U + Machine.COM, Tally.STALL_PARTNER, t - waitingSince[c]);
      meeting(c, t, end, waitingCost[c], p);
    }
  }

  /** What two cores that have met send each other; returns when the last byte is there. */
  private long transfer(int core, int peer, long t) {
    int work = m.code[core].ops[waitingPc[core]].work;
    long end = t;
    if (work != Code.RECEIVE) {
      end = Math.max(end, send(core, peer, t));
    }
    if (work != Code.SEND) {
      end = Math.max(end, send(peer, core, t));
    }
    return end;
  }

  /** Two cores' part of an exchange that all chips carry out. */
  private long exchange(int core, int peer, long t) {
    long most = 0;
    for (int c : new int[] {core, peer}) {
      long bytes = m.costs.rows[waitingCost[c] + Costs.BYTES];
      int to = m.chipOf(c == core ? peer : core);
      crossed(m.code[c].ops[waitingPc[c]].node, bytes * m.links.hops(m.chipOf(c), to));
      most = Math.max(most, bytes);
    }
    return m.steps.pair(core, peer, m.code[core].ops[waitingPc[core]].instruction, most, t);
  }

  /** Sends what a core that has met its partner sends; returns when the last byte is there. */
  private long send(int sender, int receiver, long t) {
    long bytes = m.costs.rows[waitingCost[sender] + Costs.BYTES];
    int node = m.code[sender].ops[waitingPc[sender]].node;
    int from = m.chipOf(sender);
    int to = m.chipOf(receiver);
    if (from == to) {
      return t + (portTime(bytes) >> FRACTION);
    }
    crossed(node, bytes * m.links.hops(from, to));
    return m.links.send(from, to, bytes, t);
  }

  private void crossed(int node, long bytes) {
    m.tally.totals[Tally.LINK_BYTES] += bytes;
    m.tally.node(node, Tally.NODE_LINK, bytes);
  }

  /** The same exchange on all chips, of which the first is simulated. */
  private void mirrored(int core, long t, int cause) {
    var exchange = m.code[core].ops[waitingPc[core]].instruction;
    int node = m.code[core].ops[waitingPc[core]].node;
    long bytes = m.costs.rows[waitingCost[core] + Costs.BYTES];
    long end = m.steps.all(core, exchange, bytes, t);
    crossed(node, bytes * m.steps.step(core, exchange).crossed());
    int p = m.paths.open(cause, node);
    m.paths.add(p, LINK, end - t);
    meeting(core, t, end, waitingCost[core], p);
  }

  private int firstOfChip(int core) {
    return core / m.coresPerChip * m.coresPerChip;
  }
}
