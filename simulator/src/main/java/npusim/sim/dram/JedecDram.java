package npusim.sim.dram;

import static npusim.sim.dram.JedecState.BANK_FIELDS;
import static npusim.sim.dram.JedecState.BUSY;
import static npusim.sim.dram.JedecState.BUS_FIELDS;
import static npusim.sim.dram.JedecState.BUS_FREE;
import static npusim.sim.dram.JedecState.OPEN_ROW;

import java.util.Arrays;
import npusim.hardware.Dram;
import npusim.hardware.DramSpec;

/**
 * Channels, bank groups, banks and open rows with JEDEC-style timing. The unit of work is a row
 * segment: consecutive columns of one row, served in one step by {@link RowSegments}. A channel's
 * queues hold a limited number of requests, later ones wait for a place; writes are batched between
 * two marks of their queue. {@code RowSegmentsTest} holds all this against {@link
 * ChannelController}s.
 */
public final class JedecDram extends DramModel {
  private static final int SCALE_BITS = 20;

  /**
   * Clocks without a read after which a controller turns to the writes that wait. Requests may be
   * older than the one before by less.
   */
  private static final int IDLE = 256;

  /** Up to here every long is a double. */
  private static final long EXACT_DOUBLE = 1L << 52;

  private final AddressMapping map;
  private final DramSpec.Timing t;

  private final long ticksPerCycle;
  private final double cyclesPerTick;
  private final long controllerCycles;
  private final double peakBytesPerCycle;
  private final int requestBytes;
  private final int requestShift;
  private final int stripe;
  private final int groupsPerBus;
  private final int banksPerGroup;
  private final int banksPerBus;
  private final int cwlBl;
  private final int ccdS;
  private final int[] channelOf;
  private final int high;
  private final int low;
  private final int mostColumns;

  private final JedecState state;
  private final QueuePlaces reads;
  private final long[] buses;
  private final long[] banks;
  private final int writeRing;
  private final int[] writeBank;
  private final int[] writeGroup;
  private final int[] writeRow;
  private final int[] writeColumns;
  private final long[] writeArrival;
  private final int[] writeHead;
  private final int[] writeCount;
  private final int[] buffered;

  /** Memory clock at which the last of the requests so far got a place in its channel's queue. */
  private long admitted;

  /** Batches of writes so far. */
  private int drains;

  /** The batch in which a bank was last written to. */
  private final int[] drainOf;

  /** Groups of four channels that may be alike; null when the mapping has none. */
  private final ChannelQuads quads;

  private final RowSegments segments;

  /**
   * @param dram the memory's description; its spec is present
   * @param clockMhz core clock
   */
  public JedecDram(Dram dram, double clockMhz) {
    this(dram, clockMhz, true);
  }

  /** As the public one; one channel stands for others only if {@code together}. */
  JedecDram(Dram dram, double clockMhz, boolean together) {
    var spec = dram.spec().orElseThrow();
    map = new AddressMapping(dram, spec);
    t = spec.timing();

    double cyclePs = 1e6 / clockMhz;
    ticksPerCycle = Math.round(cyclePs / spec.tckPs() * (1 << SCALE_BITS));
    cyclesPerTick = 1.0 / ticksPerCycle;
    controllerCycles = (long) Math.ceil(dram.controllerLatencyNs() * clockMhz / 1000 - 1e-9);
    peakBytesPerCycle = dram.peakBytesPerSecond(clockMhz) / (clockMhz * 1e6);
    requestBytes = map.requestBytes();
    requestShift =
        Integer.bitCount(requestBytes) == 1 ? Integer.numberOfTrailingZeros(requestBytes) : -1;
    stripe = map.stripe();
    groupsPerBus = map.groupsPerBus();
    banksPerGroup = map.banksPerGroup();
    banksPerBus = groupsPerBus * banksPerGroup;
    channelOf = new int[map.buses()];
    Arrays.setAll(channelOf, bus -> bus / map.pseudoChannels());
    ccdS = t.ccdS();
    cwlBl = t.cwl() + t.bl();
    var c = dram.controller();
    int interval = dram.refreshPerBank() ? t.refiPerBank() : t.refi();
    long firstRefresh = dram.refresh() ? interval : Long.MAX_VALUE / 2;
    high = Math.max(1, (int) (c.writeQueue() * c.writeHigh()));
    low = (int) (c.writeQueue() * c.writeLow());
    mostColumns = Math.max(1, Math.min(c.readQueue(), c.writeQueue()) / 4);
    state = new JedecState(map, c, spec.ticksPerClock(), firstRefresh);
    reads = state.reads;
    buses = state.buses;
    banks = state.banks;
    writeRing = state.writeRing;
    writeBank = state.writeBank;
    writeGroup = state.writeGroup;
    writeRow = state.writeRow;
    writeColumns = state.writeColumns;
    writeArrival = state.writeArrival;
    writeHead = state.writeHead;
    writeCount = state.writeCount;
    buffered = state.buffered;
    drainOf = new int[banks.length / BANK_FIELDS];
    quads = stripe > 0 && together ? new ChannelQuads(state) : null;
    segments = new RowSegments(dram, map, state, quads);
  }

  /** Memory clock at which the last of the requests so far was taken by its controller. */
  long admitted() {
    return admitted;
  }

  /** Whether one channel stands for the group of four that {@code channel} is in. */
  boolean alike(int channel) {
    int bus = (channel | 3) * map.pseudoChannels();
    return quads != null && quads.lead(bus) != bus;
  }

  /** Core cycles to memory clocks, rounded down. */
  private long clocks(long cycles) {
    return cycles * ticksPerCycle >> SCALE_BITS;
  }

  /** Memory clocks to core cycles, rounded up. */
  private long cycles(long clocks) {
    long scaled = clocks << SCALE_BITS;
    if (scaled > EXACT_DOUBLE) {
      return Math.ceilDiv(scaled, ticksPerCycle);
    }
    // A product instead of a division; at most one off, which is put right.
    long q = (long) (scaled * cyclesPerTick);
    long left = scaled - q * ticksPerCycle;
    return left > 0 ? left > ticksPerCycle ? q + 2 : q + 1 : left > -ticksPerCycle ? q : q - 1;
  }

  @Override
  long serve(long cycle, long address, long bytes, boolean write) {
    long arrival = clocks(cycle);
    long first = requestShift >= 0 ? address >> requestShift : address / requestBytes;
    long end =
        requestShift >= 0
            ? address + bytes + requestBytes - 1 >> requestShift
            : Math.ceilDiv(address + bytes, (long) requestBytes);
    long done;
    if (stripe > 0) {
      done = stripes(first, end, arrival, write);
    } else if (map.turnedBlock() > 0) {
      done = turned(first, end, arrival, write);
    } else if (map.isXor()) {
      done = arrival;
      for (long i = first; i < end; i++) {
        done = Math.max(done, transaction(i, arrival, write));
      }
    } else {
      done = runs(first, end, arrival, write);
    }
    return cycles(done) + controllerCycles;
  }

  /** Serves one transaction. */
  private long transaction(long number, long arrival, boolean write) {
    map.decode(number);
    return segment(map.bus(), map.group(), map.bank(), map.row(), 1, arrival, write);
  }

  /** Turned channels: one segment per run. */
  private long turned(long first, long end, long arrival, boolean write) {
    int block = map.turnedBlock();
    int run = map.run();
    int channels = map.channels();
    long done = arrival;
    for (long from = first; from < end; ) {
      map.decodeTurned(from);
      int group = map.group();
      int bank = map.bank();
      int row = map.row();
      int pseudo = map.pseudoChannel();
      int channel = map.channel();
      long stop = end - from > run ? Math.min(end, from - from % block + block) : end;
      while (from < stop) {
        long to = Math.min(stop, (from & -run) + run);
        int bus = channel * map.pseudoChannels() + pseudo;
        done = Math.max(done, segment(bus, group, bank, row, (int) (to - from), arrival, write));
        channel = channel + 1 == channels ? 0 : channel + 1;
        from = to;
      }
    }
    return done;
  }

  /** A linear mapping: one segment per row and channel. */
  private long runs(long first, long end, long arrival, boolean write) {
    int lanes = map.lanes();
    long block = (long) map.run() * lanes;
    int channels = map.channels();
    int pseudoChannels = map.pseudoChannels();
    long done = arrival;
    for (long from = first; from < end; ) {
      long to = Math.min(end, (from / block + 1) * block);
      map.decode(from);
      int group = map.group();
      int bank = map.bank();
      int row = map.row();
      int pseudo = map.pseudoChannel();
      int channel = map.channel();
      int count = (int) Math.min(lanes, to - from);
      for (int lane = 0; lane < count; lane++) {
        int n = (int) ((to - from - lane - 1) / lanes) + 1;
        int bus = channel * pseudoChannels + pseudo;
        done = Math.max(done, segment(bus, group, bank, row, n, arrival, write));
        channel = channel + 1 == channels ? 0 : channel + 1;
      }
      from = to;
    }
    return done;
  }

  /**
   * An XOR mapping that only exchanges channels within a stripe: each column of a run lies in
   * another of four channels. Whole runs therefore do the same to all four, and as long as nothing
   * else came, one of them stands for all.
   */
  private long stripes(long first, long end, long arrival, boolean write) {
    int channels = map.channels();
    int pseudoChannels = map.pseudoChannels();
    long done = arrival;
    for (long from = first; from < end; ) {
      long start = from & -(long) stripe;
      long stop = Math.min(end, start + stripe);
      map.decodeStripe(start);
      int group = map.group();
      int bank = map.bank();
      int row = map.row();
      int channel0 = map.channel();
      int pseudo0 = map.pseudoChannel();
      while (from < stop) {
        int at = (int) (from - start);
        int run = at >> 4 << 2;
        int to = (int) Math.min(stop - start, (at | 15) + 1);
        int pseudo = pseudo0 ^ run / channels;
        int channel = channel0 ^ run & channels - 1;
        boolean wholeRuns = ((at | to) & 3) == 0;
        if (quads != null && quads.alike(channel >> 2, wholeRuns, arrival)) {
          // A hashed run may begin in any of the four.
          int bus = (channel & ~3) * pseudoChannels + pseudo;
          segments.weight = 4;
          done = Math.max(done, segment(bus, group, bank, row, to - at >> 2, arrival, write));
          segments.weight = 1;
        } else {
          for (int j = 0; j < 4; j++) {
            int n = wholeRuns ? to - at >> 2 : shareOf(j, at, to);
            if (n > 0) {
              int own = (channel ^ j) * pseudoChannels + pseudo;
              done = Math.max(done, segment(own, group, bank, row, n, arrival, write));
            }
          }
        }
        from = start + to;
      }
    }
    return done;
  }

  /** Transactions from {@code at} to {@code to} of a block that lie in its channel {@code j}. */
  private static int shareOf(int j, int at, int to) {
    int n = 0;
    for (int i = at; i < to; i++) {
      n += (i >> 2 & 3 ^ i & 3) == j ? 1 : 0;
    }
    return n;
  }

  /**
   * Serves {@code n} consecutive columns of a row; returns when the last data has moved.
   *
   * @param group bank group on the bus
   * @param bank bank within the group
   */
  private long segment(int bus, int group, int bank, int row, int n, long arrival, boolean write) {
    if (n <= mostColumns) {
      return part(bus, group, bank, row, n, arrival, write);
    }
    long done = arrival;
    int left = n;
    while (left > 0) {
      int part = Math.min(left, mostColumns);
      done = Math.max(done, part(bus, group, bank, row, part, arrival, write));
      left -= part;
    }
    return done;
  }

  /** As {@link #segment}, of so few columns that the channel's queue holds them. */
  private long part(int bus, int group, int bank, int row, int n, long arrival, boolean write) {
    int b = bus * banksPerBus + group * banksPerGroup + bank;
    int g = bus * groupsPerBus + group;
    int channel = channelOf[bus];
    if (buffered[channel] != 0 && arrival > reads.emptyFrom(channel) + IDLE) {
      drain(channel, reads.emptyFrom(channel) + IDLE, 0, arrival);
    }
    if (!write) {
      long at = reads.room(channel, n, 0, arrival);
      admitted = Math.max(admitted, at);
      long data = segments.columns(bus, g, b, row, n, at, false);
      reads.take(channel, n, segments.placeFree);
      return data;
    }
    if (buffered[channel] + n > high && buffered[channel] > 0) {
      drain(channel, arrival, low, Long.MAX_VALUE);
    }
    long at = state.writes.room(channel, n, buffered[channel], arrival);
    admitted = Math.max(admitted, at);
    int slot = channel * writeRing + (writeHead[channel] + writeCount[channel] & writeRing - 1);
    writeBank[slot] = b;
    writeGroup[slot] = g;
    writeRow[slot] = row;
    writeColumns[slot] = n;
    writeArrival[slot] = at;
    writeCount[channel]++;
    buffered[channel] += n;
    return at + cwlBl;
  }

  /**
   * Moves buffered writes to the banks until at most {@code until} columns are left; first those
   * that don't have to wait for another one's row.
   *
   * @param before none is moved when the data bus is not free by then
   */
  private void drain(int channel, long now, int until, long before) {
    int base = channel * writeRing;
    boolean idle = before < Long.MAX_VALUE;
    drains++;
    for (int pass = 0; pass < 2; pass++) {
      int count = writeCount[channel];
      int kept = 0;
      for (int i = 0; i < count; i++) {
        int slot = base + (writeHead[channel] + i & writeRing - 1);
        int bank = writeBank[slot];
        int row = writeRow[slot];
        boolean hit = banks[bank * BANK_FIELDS + OPEN_ROW] == row;
        int group = writeGroup[slot];
        int bus = group / groupsPerBus;
        if (buffered[channel] > until
            && (pass > 0 || hit || drainOf[bank] != drains)
            && buses[bus * BUS_FIELDS + BUS_FREE] < before) {
          drainOf[bank] = drains;
          int n = writeColumns[slot];
          long turn = idle ? Math.max(now, writeArrival[slot]) : now;
          buffered[channel] -= n;
          segments.turnToWrite(bus, bank, hit, turn);
          segments.columns(bus, group, bank, row, n, writeArrival[slot], true);
          state.writes.take(channel, n, segments.placeFree);
          continue;
        }
        int to = base + (writeHead[channel] + kept++ & writeRing - 1);
        writeBank[to] = bank;
        writeGroup[to] = group;
        writeRow[to] = row;
        writeColumns[to] = writeColumns[slot];
        writeArrival[to] = writeArrival[slot];
      }
      writeCount[channel] = kept;
    }
  }

  @Override
  public double peakBytesPerCycle() {
    return peakBytesPerCycle;
  }

  @Override
  public long activates() {
    return segments.activates;
  }

  @Override
  public long refreshes() {
    return segments.refreshes;
  }

  @Override
  public long rowHits() {
    return segments.hits;
  }

  @Override
  public long rowConflicts() {
    return segments.conflicts;
  }

  @Override
  public long[] channelBusyCycles() {
    var busy = new long[map.channels()];
    for (int bus = 0; bus < map.buses(); bus++) {
      busy[bus / map.pseudoChannels()] +=
          cycles(quads == null ? state.busy(bus) : quads.busy(bus)) / map.pseudoChannels();
    }
    return busy;
  }

  @Override
  public int snapshotLength() {
    return map.buses();
  }

  @Override
  public void snapshot(long now, long[] to, int at) {
    long base = clocks(now);
    for (int bus = 0; bus < map.buses(); bus++) {
      to[at + bus] =
          Math.max(0, buses[(quads == null ? bus : quads.lead(bus)) * BUS_FIELDS + BUS_FREE] - base)
              / Math.max(1, 4L * ccdS);
    }
  }

  @Override
  public void shift(long cycles) {
    long by = clocks(cycles);
    state.shift(by);
    admitted += by;
  }

  @Override
  long[] ownCounters() {
    var counts = new long[4 + map.buses()];
    counts[0] = segments.activates;
    counts[1] = segments.refreshes;
    counts[2] = segments.hits;
    counts[3] = segments.conflicts;
    for (int bus = 0; bus < map.buses(); bus++) {
      counts[4 + bus] = quads == null ? state.busy(bus) : quads.busy(bus);
    }
    return counts;
  }

  @Override
  void repeatCounters(long times, long[] before, long[] after) {
    segments.activates += times * (after[2] - before[2]);
    segments.refreshes += times * (after[3] - before[3]);
    segments.hits += times * (after[4] - before[4]);
    segments.conflicts += times * (after[5] - before[5]);
    for (int bus = 0; bus < map.buses(); bus++) {
      if (quads == null || quads.lead(bus) == bus) {
        buses[bus * BUS_FIELDS + BUSY] += times * (after[6 + bus] - before[6 + bus]);
      }
    }
  }
}
