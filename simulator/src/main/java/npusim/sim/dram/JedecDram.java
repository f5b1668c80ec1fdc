package npusim.sim.dram;

import static npusim.sim.dram.JedecState.ACTIVATE_FREE;
import static npusim.sim.dram.JedecState.ACTIVATE_READY;
import static npusim.sim.dram.JedecState.BANK_FIELDS;
import static npusim.sim.dram.JedecState.BUSY;
import static npusim.sim.dram.JedecState.BUS_FIELDS;
import static npusim.sim.dram.JedecState.BUS_FREE;
import static npusim.sim.dram.JedecState.COLUMN_READY;
import static npusim.sim.dram.JedecState.LAST_WRITE;
import static npusim.sim.dram.JedecState.NEXT_REFRESH;
import static npusim.sim.dram.JedecState.OPEN_ROW;
import static npusim.sim.dram.JedecState.PRECHARGE;
import static npusim.sim.dram.JedecState.WRITING;

import npusim.hardware.Dram;
import npusim.hardware.DramSpec;

/**
 * Channels, bank groups, banks and open rows with JEDEC-style timing. The unit of work is a row
 * segment: consecutive columns of one row, served in one step. A bus hands out its cycles in the
 * order of arrival, and a segment whose bank is not ready does not keep later ones from using them,
 * as a first-ready controller would; activations are spaced by tRRD and tFAW; a bank group moves a
 * column every tCCD_L; reads and writes are batched and pay the turnaround once per batch; refresh
 * closes all rows.
 */
public final class JedecDram extends DramModel {
  private static final int SCALE_BITS = 20;

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
  private final int bl;
  private final int clBl;
  private final int cwlBl;
  private final int ccdS;
  private final int ccdL;
  private final int ccdWriteS;
  private final int ccdWriteL;
  private final int rcdRead;
  private final int rtp;
  private final int wr;
  private final int high;
  private final int low;
  private final int toWrite;
  private final int activateSpacing;
  private final boolean closedPage;

  private final JedecState state;
  private final long[] buses;
  private final long[] banks;
  private final long[] groupFree;
  private final int writeRing;
  private final int[] writeBank;
  private final int[] writeGroup;
  private final int[] writeRow;
  private final int[] writeColumns;
  private final long[] writeArrival;
  private final int[] writeHead;
  private final int[] writeCount;
  private final int[] buffered;
  private final long[] drained;

  /** Channels that the segment being served stands for. */
  private int weight = 1;

  /** Groups of four channels that may be alike; null when the mapping has none. */
  private final ChannelQuads quads;

  private long activates;
  private long refreshes;
  private long hits;
  private long conflicts;
  private long lastColumn;

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
    bl = t.bl();
    clBl = t.cl() + t.bl();
    cwlBl = t.cwl() + t.bl();
    ccdS = t.ccdS();
    ccdL = t.ccdL();
    ccdWriteS = t.ccdWriteS();
    ccdWriteL = t.ccdWriteL();
    rcdRead = t.rcdRead();
    rtp = t.rtp();
    wr = t.wr();
    var c = dram.controller();
    high = Math.max(1, (int) (c.writeQueue() * c.writeHigh()));
    low = (int) (c.writeQueue() * c.writeLow());
    toWrite = Math.max(t.rtw(), t.cl() + t.bl() + 2 - t.cwl()) - t.ccdS();
    closedPage = c.rowPolicy() == Dram.RowPolicy.CLOSED;
    activateSpacing = Math.max(t.rrdS(), Math.ceilDiv(t.faw(), 4));
    state = new JedecState(map, c.writeQueue(), dram.refresh() ? t.refi() : Long.MAX_VALUE / 2);
    buses = state.buses;
    banks = state.banks;
    groupFree = state.groupFree;
    writeRing = state.writeRing;
    writeBank = state.writeBank;
    writeGroup = state.writeGroup;
    writeRow = state.writeRow;
    writeColumns = state.writeColumns;
    writeArrival = state.writeArrival;
    writeHead = state.writeHead;
    writeCount = state.writeCount;
    buffered = state.buffered;
    drained = state.drained;
    quads = stripe > 0 && together ? new ChannelQuads(state) : null;
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
        int bus = channel * pseudoChannels + pseudo;
        boolean wholeRuns = ((at | to) & 3) == 0;
        if (quads != null && quads.alike(channel >> 2, wholeRuns, arrival)) {
          weight = 4;
          done = Math.max(done, segment(bus, group, bank, row, to - at >> 2, arrival, write));
          weight = 1;
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
    int b = bus * banksPerBus + group * banksPerGroup + bank;
    int g = bus * groupsPerBus + group;
    if (!write) {
      return columns(bus, g, b, row, n, arrival, false);
    }
    int channel = bus / map.pseudoChannels();
    int base = channel * writeRing;
    if (buffered[channel] + n > high && buffered[channel] > 0) {
      drain(channel, arrival, low);
    }
    int slot = base + (writeHead[channel] + writeCount[channel] & writeRing - 1);
    writeBank[slot] = b;
    writeGroup[slot] = g;
    writeRow[slot] = row;
    writeColumns[slot] = n;
    writeArrival[slot] = arrival;
    writeCount[channel]++;
    buffered[channel] += n;
    lastColumn = Math.max(arrival, drained[channel]);
    return lastColumn + cwlBl;
  }

  /** Moves buffered writes to the banks until at most {@code until} columns are left. */
  private void drain(int channel, long now, int until) {
    int base = channel * writeRing;
    int pseudoChannels = map.pseudoChannels();
    for (int bus = channel * pseudoChannels; bus < (channel + 1) * pseudoChannels; bus++) {
      int u = bus * BUS_FIELDS;
      if (buses[u + WRITING] == 0) {
        buses[u + BUS_FREE] = Math.max(buses[u + BUS_FREE], now) + toWrite;
        buses[u + WRITING] = 1;
      }
    }
    long last = now;
    while (buffered[channel] > until && writeCount[channel] > 0) {
      int slot = base + writeHead[channel];
      writeHead[channel] = writeHead[channel] + 1 & writeRing - 1;
      writeCount[channel]--;
      buffered[channel] -= writeColumns[slot];
      int group = writeGroup[slot];
      columns(
          group / groupsPerBus,
          group,
          writeBank[slot],
          writeRow[slot],
          writeColumns[slot],
          writeArrival[slot],
          true);
      last = Math.max(last, lastColumn);
    }
    drained[channel] = last;
  }

  /** Activates if need be and moves {@code n} columns; returns when the last data has moved. */
  private long columns(int bus, int group, int bank, int row, int n, long arrival, boolean write) {
    long[] u = buses;
    long[] b = banks;
    int ub = bus * BUS_FIELDS;
    int bb = bank * BANK_FIELDS;
    if (!write && u[ub + WRITING] != 0) {
      turnToRead(ub);
    }
    long slot = Math.max(u[ub + BUS_FREE], arrival);
    boolean hit = b[bb + OPEN_ROW] == row;
    long service = hit ? slot : Math.max(slot - rcdRead, b[bb + ACTIVATE_READY]);
    if (service >= u[ub + NEXT_REFRESH]) {
      refresh(bus, service);
      slot = Math.max(u[ub + BUS_FREE], arrival);
      hit = b[bb + OPEN_ROW] == row;
    }
    if (hit) {
      hits += weight;
    } else {
      activate(ub, bb, row, arrival, write);
    }
    int spacing = write ? ccdWriteL : ccdL;
    u[ub + BUS_FREE] = slot + (long) n * (write ? ccdWriteS : ccdS);
    u[ub + BUSY] += (long) n * bl;
    long start = Math.max(Math.max(b[bb + COLUMN_READY], groupFree[group]), slot);
    long last = start + (n - 1L) * spacing;
    lastColumn = last;
    groupFree[group] = last + spacing;
    b[bb + COLUMN_READY] = last;
    long data;
    long close;
    if (write) {
      u[ub + LAST_WRITE] = Math.max(u[ub + LAST_WRITE], last);
      data = last + cwlBl;
      close = data + wr;
    } else {
      data = last + clBl;
      close = last + rtp;
    }
    b[bb + PRECHARGE] = Math.max(b[bb + PRECHARGE], close);
    if (closedPage) {
      b[bb + OPEN_ROW] = -1;
      b[bb + ACTIVATE_READY] = Math.max(b[bb + ACTIVATE_READY], b[bb + PRECHARGE] + t.rp());
    }
    return data;
  }

  private void turnToRead(int ub) {
    buses[ub + WRITING] = 0;
    long turned = buses[ub + LAST_WRITE] + cwlBl + t.wtrL();
    buses[ub + BUS_FREE] = Math.max(buses[ub + BUS_FREE], turned);
    buses[ub + ACTIVATE_FREE] = Math.max(buses[ub + ACTIVATE_FREE], buses[ub + LAST_WRITE]);
  }

  /** Opens a row, closing the one that is open. */
  private void activate(int ub, int bb, int row, long arrival, boolean write) {
    long act = Math.max(arrival, banks[bb + ACTIVATE_READY]);
    if (banks[bb + OPEN_ROW] >= 0) {
      conflicts += weight;
      act = Math.max(act, Math.max(arrival, banks[bb + PRECHARGE]) + t.rp());
    }
    long from = Math.max(arrival, buses[ub + ACTIVATE_FREE]);
    buses[ub + ACTIVATE_FREE] = from + activateSpacing;
    act = Math.max(act, from);
    activates += weight;
    banks[bb + OPEN_ROW] = row;
    banks[bb + ACTIVATE_READY] = act + t.rc();
    banks[bb + PRECHARGE] = act + t.ras();
    banks[bb + COLUMN_READY] = act + (write ? t.rcdWrite() : rcdRead);
  }

  /**
   * Executes the refreshes of a bus that are due when something is to be served at {@code service}.
   */
  private void refresh(int bus, long service) {
    int at = bus * BUS_FIELDS;
    int firstBank = bus * banksPerBus * BANK_FIELDS;
    while (service >= buses[at + NEXT_REFRESH]) {
      long due = buses[at + NEXT_REFRESH];
      long skipped = (service - due) / t.refi();
      if (skipped > 0 && buses[at + BUS_FREE] < due) {
        // An idle bus refreshes without anybody noticing.
        refreshes += weight * skipped;
        due += skipped * t.refi();
      }
      long end = due + t.rtp() + t.rpAll() + t.rfc();
      long lost = end - due;
      for (int b = firstBank; b < firstBank + banksPerBus * BANK_FIELDS; b += BANK_FIELDS) {
        banks[b + OPEN_ROW] = -1;
        long ready = banks[b + ACTIVATE_READY];
        banks[b + ACTIVATE_READY] = ready > due ? ready + lost : end;
      }
      long activate = buses[at + ACTIVATE_FREE];
      buses[at + ACTIVATE_FREE] = activate > due ? activate + lost : end;
      long free = buses[at + BUS_FREE];
      buses[at + BUS_FREE] = free > due ? free + lost : end;
      refreshes += weight;
      if (quads != null) {
        quads.refreshed(bus / map.pseudoChannels() >> 2);
      }
      buses[at + NEXT_REFRESH] = due + t.refi();
    }
  }

  @Override
  public double peakBytesPerCycle() {
    return peakBytesPerCycle;
  }

  @Override
  public long activates() {
    return activates;
  }

  @Override
  public long refreshes() {
    return refreshes;
  }

  @Override
  public long rowHits() {
    return hits;
  }

  @Override
  public long rowConflicts() {
    return conflicts;
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
  }

  @Override
  long[] ownCounters() {
    var counts = new long[4 + map.buses()];
    counts[0] = activates;
    counts[1] = refreshes;
    counts[2] = hits;
    counts[3] = conflicts;
    for (int bus = 0; bus < map.buses(); bus++) {
      counts[4 + bus] = quads == null ? state.busy(bus) : quads.busy(bus);
    }
    return counts;
  }

  @Override
  void repeatCounters(long times, long[] before, long[] after) {
    activates += times * (after[2] - before[2]);
    refreshes += times * (after[3] - before[3]);
    hits += times * (after[4] - before[4]);
    conflicts += times * (after[5] - before[5]);
    for (int bus = 0; bus < map.buses(); bus++) {
      if (quads == null || quads.lead(bus) == bus) {
        buses[bus * BUS_FIELDS + BUSY] += times * (after[6 + bus] - before[6 + bus]);
      }
    }
  }
}
