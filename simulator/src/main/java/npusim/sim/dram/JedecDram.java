package npusim.sim.dram;

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

  private final AddressMapping map;
  private final DramSpec.Timing t;

  private final long ticksPerCycle;
  private final long controllerCycles;
  private final double peakBytesPerCycle;
  private final int requestBytes;
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

  // By bus · BUS_FIELDS.
  private static final int BUS_FREE = 0;
  private static final int ACTIVATE_FREE = 1;
  private static final int NEXT_REFRESH = 2;
  private static final int LAST_WRITE = 3;
  private static final int WRITING = 4;
  private static final int BUSY = 5;
  private static final int BUS_FIELDS = 8;
  private final long[] buses;

  // By bus and bank · BANK_FIELDS.
  private static final int OPEN_ROW = 0;
  private static final int COLUMN_READY = 1;
  private static final int ACTIVATE_READY = 2;
  private static final int PRECHARGE = 3;
  private static final int BANK_FIELDS = 4;
  private final long[] banks;

  // By bus and group.
  private final long[] groupFree;

  // By channel: buffered writes, oldest at the head.
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
    var spec = dram.spec().orElseThrow();
    map = new AddressMapping(dram, spec);
    t = spec.timing();

    double cyclePs = 1e6 / clockMhz;
    ticksPerCycle = Math.round(cyclePs / spec.tckPs() * (1 << SCALE_BITS));
    controllerCycles = (long) Math.ceil(dram.controllerLatencyNs() * clockMhz / 1000 - 1e-9);
    peakBytesPerCycle = dram.peakBytesPerSecond(clockMhz) / (clockMhz * 1e6);
    requestBytes = map.requestBytes();
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
    int ring = 1;
    while (ring < c.writeQueue() + 1) {
      ring <<= 1;
    }
    writeRing = ring;
    writeBank = new int[ring * map.channels()];
    writeGroup = new int[ring * map.channels()];
    writeRow = new int[ring * map.channels()];
    writeColumns = new int[ring * map.channels()];
    writeArrival = new long[ring * map.channels()];
    writeHead = new int[map.channels()];
    writeCount = new int[map.channels()];
    buffered = new int[map.channels()];
    drained = new long[map.channels()];
    closedPage = c.rowPolicy() == Dram.RowPolicy.CLOSED;
    activateSpacing = Math.max(t.rrdS(), Math.ceilDiv(t.faw(), 4));
    buses = new long[map.buses() * BUS_FIELDS];
    for (int at = 0; at < buses.length; at += BUS_FIELDS) {
      buses[at + NEXT_REFRESH] = dram.refresh() ? t.refi() : Long.MAX_VALUE / 2;
    }
    banks = new long[map.buses() * banksPerBus * BANK_FIELDS];
    for (int at = 0; at < banks.length; at += BANK_FIELDS) {
      banks[at + OPEN_ROW] = -1;
    }
    groupFree = new long[map.buses() * map.groupsPerBus()];
  }

  /** Core cycles to memory clocks, rounded down. */
  private long clocks(long cycles) {
    return cycles * ticksPerCycle >> SCALE_BITS;
  }

  private long cycles(long clocks) {
    return Math.ceilDiv(clocks << SCALE_BITS, ticksPerCycle);
  }

  @Override
  long serve(long cycle, long address, long bytes, boolean write) {
    long arrival = clocks(cycle);
    long first = address / requestBytes;
    long end = Math.ceilDiv(address + bytes, (long) requestBytes);
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
   * An XOR mapping that only exchanges channels within a stripe: in a block of four runs each
   * column of a run lies in another of four channels, so that these get one segment each.
   */
  private long stripes(long first, long end, long arrival, boolean write) {
    int channels = map.channels();
    int pseudoChannels = map.pseudoChannels();
    long done = arrival;
    for (long from = first; from < end; ) {
      long start = from & -(long) stripe;
      long stop = Math.min(end, start + stripe);
      map.decode(start);
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
        for (int j = 0; j < 4; j++) {
          int n = to - at == 16 ? 4 : shareOf(j, at, to);
          if (n > 0) {
            int bus = (channel ^ j) * pseudoChannels + pseudo;
            done = Math.max(done, segment(bus, group, bank, row, n, arrival, write));
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
      hits++;
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
      conflicts++;
      act = Math.max(act, Math.max(arrival, banks[bb + PRECHARGE]) + t.rp());
    }
    long from = Math.max(arrival, buses[ub + ACTIVATE_FREE]);
    buses[ub + ACTIVATE_FREE] = from + activateSpacing;
    act = Math.max(act, from);
    activates++;
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
        refreshes += skipped;
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
      refreshes++;
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
          cycles(buses[bus * BUS_FIELDS + BUSY]) / map.pseudoChannels();
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
          Math.max(0, buses[bus * BUS_FIELDS + BUS_FREE] - base) / Math.max(1, 4L * ccdS);
    }
  }

  @Override
  public void shift(long cycles) {
    long by = clocks(cycles);
    for (int u = 0; u < buses.length; u += BUS_FIELDS) {
      buses[u + BUS_FREE] += by;
      buses[u + ACTIVATE_FREE] += by;
      buses[u + NEXT_REFRESH] += by;
      buses[u + LAST_WRITE] += by;
    }
    for (int b = 0; b < banks.length; b += BANK_FIELDS) {
      banks[b + COLUMN_READY] += by;
      banks[b + ACTIVATE_READY] += by;
      banks[b + PRECHARGE] += by;
    }
    add(groupFree, by);
    add(writeArrival, by);
    add(drained, by);
  }

  private static void add(long[] a, long by) {
    for (int i = 0; i < a.length; i++) {
      a[i] += by;
    }
  }

  @Override
  long[] ownCounters() {
    var counts = new long[4 + map.buses()];
    counts[0] = activates;
    counts[1] = refreshes;
    counts[2] = hits;
    counts[3] = conflicts;
    for (int bus = 0; bus < map.buses(); bus++) {
      counts[4 + bus] = buses[bus * BUS_FIELDS + BUSY];
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
      buses[bus * BUS_FIELDS + BUSY] += times * (after[6 + bus] - before[6 + bus]);
    }
  }
}
