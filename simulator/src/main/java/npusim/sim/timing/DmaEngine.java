package npusim.sim.timing;

import java.util.Arrays;
import npusim.hardware.Dma;
import npusim.isa.Word;
import npusim.sim.dram.DramModel;

/**
 * Transfers between DRAM and local memory. A transfer is a sequence of contiguous segments, each
 * cut into requests. A request leaves when the engine has issued the one before it, the engine's
 * data bus (for stores) is free and fewer than the allowed number wait for their answer. Requests
 * of one segment go to the memory in groups of a quarter of those that may be in flight, so that a
 * long transfer takes a step per group, not per request.
 *
 * <p>Engines that share a memory with bank state take turns every few cycles rather than with every
 * request: within an epoch of the clock the one that is first issues all it has. Whether an engine
 * goes on into later epochs at once or is asked again makes no difference: it does only as long as
 * nothing else happens in them.
 */
final class DmaEngine {
  /** Bits behind the binary point of bus and port times. */
  private static final int FRACTION = MemoryNetwork.FRACTION;

  private static final int FILL = Category.FILL_DRAIN.ordinal();
  private static final int BANDWIDTH = Category.DRAM_BANDWIDTH.ordinal();
  private static final int LATENCY = Category.DRAM_LATENCY.ordinal();
  private static final int NOC = Category.NOC.ordinal();
  private static final int SHARED = Category.SHARED_SRAM.ordinal();

  private final Machine m;
  private final TraceSink trace;
  private final Interconnect net;
  private final Dma.Path[] path;
  private final int[] window;
  private final int[] group;

  /** Cycles of an epoch, a power of two; 1 for memories that take requests strictly in order. */
  private final long epoch;

  private final double cyclesPerByte;
  private final double sharedCyclesPerByte;

  /** Addresses of the transfers started since it was cleared. */
  private final BorderWatch border;

  private Units units;

  // The transfer each unit is issuing.
  private final boolean[] busy;
  private final int[] pc;
  private final int[] cost;
  private final long[] address;
  private final long[] extra;
  private final long[] started;
  private final long[] i0;
  private final long[] i1;
  private final long[] i2;
  private final long[] done;
  private final long[] issueFree;
  private final long[] lastAnswer;
  private final long[] chipBytesBefore;
  private final int[] startPath;
  private final long[] randomState;

  // Groups of requests without an answer yet: rings of completion times and request counts.
  private final int ring;
  private final long[] groupEnd;
  private final int[] groupRequests;
  private final int[] groupHead;
  private final int[] groupCount;
  private final int[] outstanding;

  /**
   * When the data path between a core and the network is free, by core · 2 + (0 in, 1 out); fixed
   * point.
   */
  private final long[] busFree;

  private final MemoryNetwork network;

  /** Bytes by chip at the DRAM, then by chip at the shared SRAM. */
  private final long[] chipBytes;

  /** A run that only counts, with an ideal memory in the place of one with bank state. */
  private final boolean countsOnly;

  // By unit: the last size asked about and the answer.
  private final long[] groupBytes;
  private final long[] knownLeft;
  private final long[] knownRequests;
  private final long[] knownBytes;
  private final long[] knownBeats;

  DmaEngine(Machine machine, Interconnect net, TraceSink trace) {
    m = machine;
    this.net = net;
    this.trace = trace;
    int units = m.units;
    path = new Dma.Path[] {m.hw.core().dma().load(), m.hw.core().dma().store()};
    int limit = m.dram[0].requestsInFlight();
    window =
        new int[] {
          Math.min(path[0].requestsInFlight(), limit), Math.min(path[1].requestsInFlight(), limit)
        };
    group = new int[] {Math.max(1, window[0] / 4), Math.max(1, window[1] / 4)};
    epoch = m.hw.dram().model() == npusim.hardware.Dram.Model.DDR ? 32 : 1;
    border = new BorderWatch(m.dramBase);
    cyclesPerByte = 1 / m.dram[0].peakBytesPerCycle();
    sharedCyclesPerByte = m.hw.sharedSram().map(s -> 1 / s.bytesPerCycle()).orElse(0.0);
    int r = 1;
    while (r < Math.max(window[0], window[1]) + 1) {
      r <<= 1;
    }
    ring = r;
    busy = new boolean[units];
    pc = new int[units];
    cost = new int[units];
    address = new long[units];
    extra = new long[units];
    started = new long[units];
    i0 = new long[units];
    i1 = new long[units];
    i2 = new long[units];
    done = new long[units];
    issueFree = new long[units];
    lastAnswer = new long[units];
    chipBytesBefore = new long[units];
    startPath = new int[units];
    randomState = new long[units];
    groupEnd = new long[units * ring];
    groupRequests = new int[units * ring];
    groupHead = new int[units];
    groupCount = new int[units];
    outstanding = new int[units];
    busFree = new long[m.cores * 2];
    network = new MemoryNetwork(m.hw.noc(), m.dram.length);
    chipBytes = new long[2 * m.dram.length];
    groupBytes =
        new long[] {
          (long) group[0] * path[0].requestBytes(), (long) group[1] * path[1].requestBytes()
        };
    knownLeft = new long[units];
    knownRequests = new long[units];
    knownBytes = new long[units];
    knownBeats = new long[units];
    countsOnly = epoch > 1 && m.dram[0].isIdeal();
  }

  void connect(Units theUnits) {
    units = theUnits;
  }

  /** Whether the unit is in the middle of issuing a transfer's requests. */
  boolean busy(int unit) {
    return busy[unit];
  }

  /** Bytes requested so far, by chip from its DRAM, then by chip from its shared SRAM. */
  long[] chipBytes() {
    return chipBytes;
  }

  /** What of the address space transfers have touched since the watch was last cleared. */
  BorderWatch border() {
    return border;
  }

  /** Shows the addresses of transfers that are being issued. */
  void addressesUnderWay(BorderWatch to) {
    for (int unit = 0; unit < m.units; unit++) {
      if (m.dramBase > 0 && busy[unit]) {
        showAddresses(unit, to);
      }
    }
  }

  /** Address and extra operand of the transfer that each unit is issuing or issued last. */
  long[] addresses() {
    long[] all = Arrays.copyOf(address, 2 * m.units);
    System.arraycopy(extra, 0, all, m.units, m.units);
    return all;
  }

  /** Moves the addresses of transfers {@code times} as far as they have moved since the mark. */
  private void moveAddresses(long times, long[] atMark) {
    for (int unit = 0; unit < m.units; unit++) {
      address[unit] += times * (address[unit] - atMark[unit]);
      extra[unit] += times * (extra[unit] - atMark[m.units + unit]);
    }
  }

  private void showAddresses(int unit, BorderWatch to) {
    int row = cost[unit];
    long[] c = m.costs.rows;
    long limit = c[row + Costs.LIMIT];
    long pattern = c[row + Costs.PATTERN];
    long first = pattern == Costs.INDEXED ? limit : c[row + Costs.EXTENT0];
    long second = pattern == Costs.CIRCULAR ? limit : c[row + Costs.EXTENT1];
    long a = (first - 1) * c[row + Costs.STRIDE0];
    long b = (second - 1) * c[row + Costs.STRIDE1];
    long d = (c[row + Costs.EXTENT2] - 1) * c[row + Costs.STRIDE2];
    to.see(
        address[unit] + Math.min(a, 0) + Math.min(b, 0) + Math.min(d, 0),
        address[unit] + Math.max(a, 0) + Math.max(b, 0) + Math.max(d, 0) + c[row + Costs.SEGMENT]);
  }

  /** Which of a node's counts the bytes of a transfer go to. */
  static int tallyField(boolean shared, boolean write) {
    return shared ? Tally.NODE_SHARED : write ? Tally.NODE_DRAM_WRITTEN : Tally.NODE_DRAM_READ;
  }

  /** Whether a unit's transfer is with the shared SRAM. */
  private boolean shared(int unit) {
    return address[unit] < m.dramBase;
  }

  /** Index in {@link #chipBytes} of the memory a unit's transfer is with. */
  private int memory(int unit) {
    int chip = m.chipOf(unit / Machine.U);
    return shared(unit) ? m.dram.length + chip : chip;
  }

  void holders(Holders h) {
    for (int unit = 0; unit < m.units; unit++) {
      if (busy[unit]) {
        h.add(startPath, unit);
      }
    }
  }

  void snapshot(Snapshot s) {
    for (int unit = 0; unit < m.units; unit++) {
      s.fact(busy[unit] ? pc[unit] : -1);
      if (busy[unit]) {
        s.fact(cost[unit]);
        s.fact(i0[unit]);
        s.fact(i1[unit]);
        s.fact(i2[unit]);
        s.fact(done[unit]);
        s.fact(chipBytes[memory(unit)] - chipBytesBefore[unit]);
        s.time(started[unit]);
        s.time(issueFree[unit]);
        s.future(lastAnswer[unit]);
      }
      int waiting = 0;
      for (int i = 0; i < groupCount[unit]; i++) {
        int g = unit * ring + (groupHead[unit] + i & ring - 1);
        if (groupEnd[g] > s.now()) {
          waiting++;
          s.future(groupEnd[g]);
          s.fact(groupRequests[g]);
        }
      }
      s.fact(waiting);
    }
    MemoryNetwork.snapshot(s, busFree);
    network.snapshot(s);
  }

  void shift(long since, long by, long times, long[] chipBytesAtMark, long[] addressesAtMark) {
    moveAddresses(times, addressesAtMark);
    for (int unit = 0; unit < m.units; unit++) {
      started[unit] += by;
      issueFree[unit] = Repeats.moved(issueFree[unit], since, by);
      lastAnswer[unit] = Repeats.moved(lastAnswer[unit], since, by);
      int memory = memory(unit);
      chipBytesBefore[unit] += times * (chipBytes[memory] - chipBytesAtMark[memory]);
    }
    for (int g = 0; g < groupEnd.length; g++) {
      groupEnd[g] = Repeats.moved(groupEnd[g], since, by);
    }
    MemoryNetwork.shift(busFree, since, by);
    network.shift(since, by);
    for (int chip = 0; chip < chipBytes.length; chip++) {
      chipBytes[chip] += times * (chipBytes[chip] - chipBytesAtMark[chip]);
    }
  }

  /**
   * Begins the transfer {@code w} of the queue of {@code u}.
   *
   * @param ready when nothing but the unit kept it from starting
   */
  void start(UnitState u, UnitState.Waiting w, int node, long t, long ready, int cause) {
    int unit = u.number;
    int row = w.cost;
    int p = m.paths.open(cause, node);
    int direction = unit % Machine.U == Machine.ST ? 1 : 0;
    pc[unit] = w.op.pc;
    if (m.costs.rows[row + Costs.BYTES] == 0) {
      units.accept(u, t, p);
      units.fly(u, w.op, row, t, t, p);
      return;
    }
    busy[unit] = true;
    cost[unit] = row;
    address[unit] = w.address;
    extra[unit] = w.extra;
    if (m.dramBase > 0) {
      showAddresses(unit, border);
    }
    started[unit] = t;
    i0[unit] = 0;
    i1[unit] = 0;
    i2[unit] = 0;
    done[unit] = 0;
    lastAnswer[unit] = t;
    startPath[unit] = p;
    chipBytesBefore[unit] = chipBytes[memory(unit)];
    randomState[unit] = address[unit] * 0x9E3779B97F4A7C15L + pc[unit];
    long[] c = m.costs.rows;
    long bytes = c[row + Costs.BYTES];
    m.tally.node(node, tallyField(shared(unit), direction == 1), bytes);
    m.tally.node(node, Tally.NODE_NOC, bytes * net.memoryHops());
    m.tally.totals[Tally.NOC_BYTE_HOPS] += bytes * net.memoryHops();
    Dma.Path engine = path[direction];
    long decoded = engine.overlap() == Dma.Overlap.STARTUP ? Math.min(ready, t) : t;
    issueFree[unit] = Math.max(t, decoded + engine.startupCycles());
    u.state = Machine.ACTIVE;
    // What lets this transfer start may let others start in the same cycle: it must not run ahead.
    issueUntil(unit, t, t | epoch - 1);
  }

  /**
   * Issues requests that are due at {@code t}, and later ones if nothing else happens before them.
   */
  void step(int unit, long t) {
    m.events.set(m.unit[unit].actor, EventTree.NEVER);
    issueUntil(unit, t, Math.max(t | epoch - 1, (m.events.firstTime() & -epoch) - 1));
  }

  private void issueUntil(int unit, long t, long horizon) {
    long[] c = m.costs.rows;
    int row = cost[unit];
    int core = unit / Machine.U;
    int direction = unit % Machine.U == Machine.ST ? 1 : 0;
    Dma.Path engine = path[direction];
    DramModel memory = m.dram[m.chipOf(core)];
    if (countsOnly) {
      // Time is of no interest: the whole transfer at once.
      long bytes = c[row + Costs.BYTES];
      chipBytes[memory(unit)] += bytes;
      lastAnswer[unit] =
          direction == 0
              ? memory.read(t, address[unit], bytes)
              : memory.write(t, address[unit], bytes);
      finish(unit, direction);
      return;
    }
    while (true) {
      boolean last = i2[unit] + 1 == c[row + Costs.EXTENT2];
      long segment = c[row + (last ? Costs.LAST_SEGMENT : Costs.SEGMENT)];
      long left = segment - done[unit];
      long requests = requests(unit, direction, left);
      long bytes = Math.min(left, requests * engine.requestBytes());
      long rowStart = done[unit] == 0 ? engine.rowCycles() : 0;
      long when = room(unit, direction, (int) requests, issueFree[unit] + rowStart);
      if (when > horizon) {
        issueFree[unit] = when - rowStart;
        m.events.set(m.unit[unit].actor, when);
        return;
      }
      issue(unit, core, direction, memory, bytes, (int) requests, when);
      done[unit] += bytes;
      if (done[unit] == segment) {
        done[unit] = 0;
        if (!nextSegment(unit, row)) {
          break;
        }
      }
    }
    finish(unit, direction);
  }

  /** Requests of the next group when {@code left} bytes of a segment are still to be asked for. */
  private long requests(int unit, int direction, long left) {
    if (left >= groupBytes[direction]) {
      return group[direction];
    }
    if (left != knownLeft[unit]) {
      knownLeft[unit] = left;
      knownRequests[unit] = Math.ceilDiv(left, (long) path[direction].requestBytes());
    }
    return knownRequests[unit];
  }

  /** Time that {@code bytes} hold the data path of a unit; fixed point. */
  private long beats(int unit, Dma.Path engine, long bytes) {
    if (bytes != knownBytes[unit]) {
      knownBytes[unit] = bytes;
      knownBeats[unit] =
          Math.max(
              Math.round(
                  (Math.ceilDiv(bytes, (long) engine.busBytes()) << FRACTION)
                      * engine.cyclesPerBeat()),
              net.portTime(bytes));
    }
    return knownBeats[unit];
  }

  /** Earliest cycle from {@code when} on at which {@code requests} more may be outstanding. */
  private long room(int unit, int direction, int requests, long when) {
    long at = when;
    int base = unit * ring;
    while (groupCount[unit] > 0) {
      int g = base + groupHead[unit];
      if (groupEnd[g] > at) {
        if (outstanding[unit] + requests <= window[direction]) {
          break;
        }
        at = groupEnd[g];
      }
      outstanding[unit] -= groupRequests[g];
      groupHead[unit] = groupHead[unit] + 1 & ring - 1;
      groupCount[unit]--;
    }
    return at;
  }

  private void issue(
      int unit, int core, int direction, DramModel memory, long bytes, int requests, long when) {
    Dma.Path engine = path[direction];
    long asked = engine.requested(bytes);
    long beats = beats(unit, engine, asked) + ((long) engine.discarding(asked, bytes) << FRACTION);
    // A decompressor passes compressed bytes on at the rate at which it gives out what they stand
    // for.
    beats = Math.max(beats, bytes * m.costs.rows[cost[unit] + Costs.EXPAND]);
    long hops = net.memoryLatency();
    int bus = core * 2 + direction;
    int chip = m.chipOf(core);
    boolean far = !shared(unit);
    long held = far ? network.holding(asked) : 0;
    long answer;
    if (direction == 0) {
      // A read is let onto a shared path when there is room for its answer, a write for its data.
      long asking = when << FRACTION;
      long entered = far ? network.enter(chip, asked, asking) : asking;
      long asks = entered + held >> FRACTION;
      long data = memory.read(asks + hops, addressNow(unit), asked) + hops;
      long come = data << FRACTION;
      boolean placed = far && m.code[core].ops[pc[unit]].placed;
      long passed = far ? network.cross(chip, 0, placed, asked, come) : come;
      long end = Math.max(busFree[bus] + beats, passed);
      busFree[bus] = end;
      answer = end + (1 << FRACTION) - 1 >> FRACTION;
      if (m.bankWrites.length > 0 && extra[unit] < Word.ACC_BASE) {
        var spm = m.hw.core().scratchpad();
        // Memory without latency answers at once: nothing is written before it was asked for.
        long from = Math.max(end - beats >> FRACTION, when);
        long words = Math.ceilDiv(bytes, (long) spm.bytesPerCyclePerBank());
        m.bankWrites[core].add(spm.bankOf(extra[unit]), from, Math.min(answer, from + words));
      }
      long next = when + Math.max(1, (long) requests * Math.max(1, engine.requestCycles()));
      issueFree[unit] = Math.max(next, entered >> FRACTION);
    } else {
      long end = Math.max(busFree[bus], when << FRACTION) + beats;
      busFree[bus] = end;
      long entered = far ? network.enter(chip, asked, end) : end;
      long crossed = far ? network.cross(chip, 1, false, asked, end) : end;
      long passed = Math.max(crossed, entered + held);
      long out = passed + (1 << FRACTION) - 1 >> FRACTION;
      answer = memory.write(out + hops, addressNow(unit), asked) + hops;
      long next = Math.max(end >> FRACTION, when + (long) requests * engine.requestCycles());
      issueFree[unit] = Math.max(next, entered >> FRACTION);
    }
    chipBytes[memory(unit)] += asked;
    lastAnswer[unit] = Math.max(lastAnswer[unit], answer);
    if (groupCount[unit] == ring) {
      room(unit, direction, window[direction], when);
    }
    int g = unit * ring + (groupHead[unit] + groupCount[unit] & ring - 1);
    groupEnd[g] = answer + engine.releaseCycles();
    groupRequests[g] = requests;
    groupCount[unit]++;
    outstanding[unit] += requests;
    if (trace != null) {
      long read = direction == 0 ? asked : 0;
      if (shared(unit)) {
        trace.sharedSram(m.chipOf(core), when, answer, read, asked - read);
      } else {
        trace.dram(m.chipOf(core), when, answer, read, asked - read);
      }
    }
  }

  private long addressNow(int unit) {
    long[] c = m.costs.rows;
    int row = cost[unit];
    long first = i0[unit];
    long second = i1[unit];
    if (c[row + Costs.PATTERN] == Costs.CIRCULAR) {
      second = Math.floorMod(extra[unit] + second, c[row + Costs.LIMIT]);
    } else if (c[row + Costs.PATTERN] == Costs.INDEXED) {
      // The index list is data: rows spread over the table stand for it.
      long z = randomState[unit] + first * 0x9E3779B97F4A7C15L;
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z ^= z >>> 27;
      first = (z >>> 1) % c[row + Costs.LIMIT];
    }
    return address[unit]
        + first * c[row + Costs.STRIDE0]
        + second * c[row + Costs.STRIDE1]
        + i2[unit] * c[row + Costs.STRIDE2]
        + done[unit];
  }

  private boolean nextSegment(int unit, int row) {
    long[] c = m.costs.rows;
    if (++i2[unit] < c[row + Costs.EXTENT2]) {
      return true;
    }
    i2[unit] = 0;
    if (++i1[unit] < c[row + Costs.EXTENT1]) {
      return true;
    }
    i1[unit] = 0;
    return ++i0[unit] < c[row + Costs.EXTENT0];
  }

  /**
   * All requests are out: the unit can take the next transfer; this one completes with its last
   * answer.
   */
  private void finish(int unit, int direction) {
    busy[unit] = false;
    int core = unit / Machine.U;
    Dma.Path engine = path[direction];
    long[] c = m.costs.rows;
    long bytes = c[cost[unit] + Costs.BYTES];
    Decoded op = m.code[core].ops[pc[unit]];
    int node = op.node;
    long accepted = Math.max(started[unit], issueFree[unit]);
    long first = accepted - started[unit];
    long second = lastAnswer[unit] + engine.finishCycles() - accepted;
    if (second < 0) {
      second = 0;
    }
    boolean shared = shared(unit);
    double perByte = shared ? sharedCyclesPerByte : cyclesPerByte;
    int bandwidthIs = shared ? SHARED : BANDWIDTH;
    int latencyIs = shared ? SHARED : LATENCY;
    long chip = chipBytes[memory(unit)] - chipBytesBefore[unit];
    int p = m.paths.open(startPath[unit], node);
    long fill = Math.min(first, engine.startupCycles());
    long rest = first - fill;
    long bandwidth = Math.min(rest, (long) (chip * perByte));
    rest -= bandwidth;
    long port = net.portTime(bytes) >> FRACTION;
    long noc = Math.min(rest, Math.max(0, port - bandwidth));
    m.paths.add(p, FILL, fill);
    m.paths.add(p, bandwidthIs, bandwidth);
    m.paths.add(p, NOC, noc);
    m.paths.add(p, latencyIs, rest - noc);
    int d = m.paths.open(p, node);
    long end = Math.min(second, engine.finishCycles());
    long tail = second - end;
    long moved = Math.min(tail, Math.max(0, (long) (bytes * perByte) - bandwidth));
    long hops = Math.min(tail - moved, Math.max(0, port - noc - bandwidth - moved));
    m.paths.add(d, FILL, end);
    m.paths.add(d, bandwidthIs, moved);
    m.paths.add(d, NOC, hops);
    m.paths.add(d, latencyIs, tail - moved - hops);
    boolean alone = engine.overlap() == Dma.Overlap.NONE;
    UnitState u = m.unit[unit];
    units.accept(u, alone ? accepted + second : accepted, alone ? d : p);
    units.fly(u, op, cost[unit], started[unit], accepted + second, d);
  }
}
