package npusim.sim.dram;

import java.util.Arrays;
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
  private final int banksPerBus;
  private final int high;
  private final int low;
  private final int toWrite;
  private final boolean refresh;
  private final boolean closedPage;

  // By bus.
  private final long[] busFree;
  private final long[] activateFree;
  private final long[] nextRefresh;
  private final long[] busyTicks;
  private final boolean[] writing;
  private final long[] lastWriteColumn;

  // By bus and group.
  private final long[] groupFree;

  // By bus and bank.
  private final int[] openRow;
  private final long[] columnReady;
  private final long[] activateReady;
  private final long[] precharge;

  // By channel: buffered writes, oldest at the head.
  private final int writeRing;
  private final int[] writeBank;
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
    banksPerBus = map.groupsPerBus() * map.banksPerGroup();
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
    writeRow = new int[ring * map.channels()];
    writeColumns = new int[ring * map.channels()];
    writeArrival = new long[ring * map.channels()];
    writeHead = new int[map.channels()];
    writeCount = new int[map.channels()];
    buffered = new int[map.channels()];
    drained = new long[map.channels()];
    refresh = dram.refresh();
    closedPage = c.rowPolicy() == Dram.RowPolicy.CLOSED;
    int buses = map.buses();
    busFree = new long[buses];
    activateFree = new long[buses];
    nextRefresh = new long[buses];
    Arrays.fill(nextRefresh, t.refi());
    busyTicks = new long[buses];
    writing = new boolean[buses];
    lastWriteColumn = new long[buses];
    groupFree = new long[buses * map.groupsPerBus()];
    openRow = new int[buses * banksPerBus];
    Arrays.fill(openRow, -1);
    columnReady = new long[buses * banksPerBus];
    activateReady = new long[buses * banksPerBus];
    precharge = new long[buses * banksPerBus];
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
    long done = arrival;
    int run = map.run();
    int lanes = map.lanes();
    long block = (long) run * lanes;
    int closed = map.isXor() ? map.closedBlock() : 0;
    for (long from = first; from < end; ) {
      if (closed > 0 && from % closed == 0 && end - from >= closed) {
        // Within the block the XOR only exchanges banks: each of them gets one whole run.
        for (long stop = from + closed; from < stop; from += run) {
          map.decode(from);
          done = Math.max(done, segment(run, arrival, write));
        }
        continue;
      }
      long to = Math.min(end, (from / block + 1) * block);
      if (lanes == 1) {
        done = Math.max(done, pieces(from, to, arrival, write));
      } else {
        for (int lane = 0; lane < Math.min(lanes, to - from); lane++) {
          int n = (int) ((to - from - lane - 1) / lanes) + 1;
          map.decode(from + lane);
          done = Math.max(done, segment(n, arrival, write));
        }
      }
      from = to;
    }
    return cycles(done) + controllerCycles;
  }

  /** Serves one transaction in memory clocks: the memory without the path to the core. */
  long transaction(long number, long arrivalClock, boolean write) {
    map.decode(number);
    return segment(1, arrivalClock, write);
  }

  /** Clock of the column command that ended the last segment served. */
  long lastColumn() {
    return lastColumn;
  }

  /** Serves transactions of one run; a XOR mapping may put each into another bank. */
  private long pieces(long from, long to, long arrival, boolean write) {
    if (!map.isXor()) {
      map.decode(from);
      return segment((int) (to - from), arrival, write);
    }
    long done = arrival;
    for (long i = from; i < to; i++) {
      map.decode(i);
      done = Math.max(done, segment(1, arrival, write));
    }
    return done;
  }

  /**
   * Serves {@code n} consecutive columns at the decoded address; returns when the last data has
   * moved.
   */
  private long segment(int n, long arrival, boolean write) {
    int bus = map.bus();
    int bank = bus * banksPerBus + map.group() * map.banksPerGroup() + map.bank();
    int group = bus * map.groupsPerBus() + map.group();
    if (!write) {
      return columns(bus, group, bank, map.row(), n, arrival, false);
    }
    int channel = bus / map.pseudoChannels();
    int base = channel * writeRing;
    if (buffered[channel] + n > high && buffered[channel] > 0) {
      drain(channel, arrival, low);
    }
    int slot = base + (writeHead[channel] + writeCount[channel] & writeRing - 1);
    writeBank[slot] = bank;
    writeRow[slot] = map.row();
    writeColumns[slot] = n;
    writeArrival[slot] = arrival;
    writeCount[channel]++;
    buffered[channel] += n;
    lastColumn = Math.max(arrival, drained[channel]);
    return lastColumn + t.cwl() + t.bl();
  }

  /** Moves buffered writes to the banks until at most {@code until} columns are left. */
  private void drain(int channel, long now, int until) {
    int base = channel * writeRing;
    int first = channel * map.pseudoChannels();
    for (int bus = first; bus < first + map.pseudoChannels(); bus++) {
      if (!writing[bus]) {
        busFree[bus] = Math.max(busFree[bus], now) + toWrite;
        writing[bus] = true;
      }
    }
    long last = now;
    while (buffered[channel] > until && writeCount[channel] > 0) {
      int slot = base + writeHead[channel];
      writeHead[channel] = writeHead[channel] + 1 & writeRing - 1;
      writeCount[channel]--;
      buffered[channel] -= writeColumns[slot];
      int bank = writeBank[slot];
      int bus = bank / banksPerBus;
      int group = bus * map.groupsPerBus() + bank % banksPerBus / map.banksPerGroup();
      columns(bus, group, bank, writeRow[slot], writeColumns[slot], writeArrival[slot], true);
      last = Math.max(last, lastColumn);
    }
    drained[channel] = last;
  }

  /** Activates if need be and moves {@code n} columns; returns when the last data has moved. */
  private long columns(int bus, int group, int bank, int row, int n, long arrival, boolean write) {
    if (!write && writing[bus]) {
      writing[bus] = false;
      long turned = lastWriteColumn[bus] + t.cwl() + t.bl() + t.wtrL();
      busFree[bus] = Math.max(busFree[bus], turned);
      activateFree[bus] = Math.max(activateFree[bus], lastWriteColumn[bus]);
    }
    int ccdS = write ? t.ccdWriteS() : t.ccdS();
    int ccdL = write ? t.ccdWriteL() : t.ccdL();
    long slot = Math.max(busFree[bus], arrival);
    if (refresh) {
      long service =
          openRow[bank] == row ? slot : Math.max(slot - t.rcdRead(), activateReady[bank]);
      if (service >= nextRefresh[bus]) {
        refresh(bus, service);
        slot = Math.max(busFree[bus], arrival);
      }
    }
    long ready = arrival;
    if (openRow[bank] == row) {
      hits++;
      ready = Math.max(ready, columnReady[bank]);
    } else {
      long act = Math.max(arrival, activateReady[bank]);
      if (openRow[bank] >= 0) {
        conflicts++;
        act = Math.max(act, Math.max(arrival, precharge[bank]) + t.rp());
      }
      long from = Math.max(arrival, activateFree[bus]);
      activateFree[bus] = from + Math.max(t.rrdS(), Math.ceilDiv(t.faw(), 4));
      act = Math.max(act, from);
      activates++;
      openRow[bank] = row;
      activateReady[bank] = act + t.rc();
      precharge[bank] = act + t.ras();
      columnReady[bank] = act + (write ? t.rcdWrite() : t.rcdRead());
      ready = columnReady[bank];
    }
    busFree[bus] = slot + (long) n * ccdS;
    busyTicks[bus] += (long) n * t.bl();
    long firstColumn = Math.max(Math.max(ready, groupFree[group]), slot);
    lastColumn = firstColumn + (n - 1L) * ccdL;
    groupFree[group] = lastColumn + ccdL;
    columnReady[bank] = Math.max(columnReady[bank], lastColumn);
    if (write) {
      lastWriteColumn[bus] = Math.max(lastWriteColumn[bus], lastColumn);
    }
    long data = lastColumn + (write ? t.cwl() : t.cl()) + t.bl();
    precharge[bank] = Math.max(precharge[bank], write ? data + t.wr() : lastColumn + t.rtp());
    if (closedPage) {
      openRow[bank] = -1;
      activateReady[bank] = Math.max(activateReady[bank], precharge[bank] + t.rp());
    }
    return data;
  }

  /**
   * Executes the refreshes of a bus that are due when something is to be served at {@code service}.
   */
  private void refresh(int bus, long service) {
    int base = bus * banksPerBus;
    while (service >= nextRefresh[bus]) {
      long skipped = (service - nextRefresh[bus]) / t.refi();
      if (skipped > 0 && busFree[bus] < nextRefresh[bus]) {
        // An idle bus refreshes without anybody noticing.
        refreshes += skipped;
        nextRefresh[bus] += skipped * t.refi();
      }
      long start = nextRefresh[bus] + t.rtp();
      long end = start + t.rpAll() + t.rfc();
      long lost = end - nextRefresh[bus];
      for (int b = 0; b < banksPerBus; b++) {
        openRow[base + b] = -1;
        activateReady[base + b] =
            activateReady[base + b] > nextRefresh[bus] ? activateReady[base + b] + lost : end;
      }
      activateFree[bus] = activateFree[bus] > nextRefresh[bus] ? activateFree[bus] + lost : end;
      busFree[bus] = busFree[bus] > nextRefresh[bus] ? busFree[bus] + lost : end;
      refreshes++;
      nextRefresh[bus] += t.refi();
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
    for (int bus = 0; bus < busyTicks.length; bus++) {
      busy[bus / map.pseudoChannels()] += cycles(busyTicks[bus]) / map.pseudoChannels();
    }
    return busy;
  }

  @Override
  public int snapshotLength() {
    return busFree.length;
  }

  @Override
  public void snapshot(long now, long[] to, int at) {
    long base = clocks(now);
    for (int bus = 0; bus < busFree.length; bus++) {
      to[at + bus] = Math.max(0, busFree[bus] - base) / Math.max(1, 4L * t.ccdS());
    }
  }

  @Override
  public void shift(long cycles) {
    long by = clocks(cycles);
    add(busFree, by);
    add(activateFree, by);
    add(nextRefresh, by);
    add(groupFree, by);
    add(columnReady, by);
    add(activateReady, by);
    add(precharge, by);
    add(lastWriteColumn, by);
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
    var counts = new long[4 + busyTicks.length];
    counts[0] = activates;
    counts[1] = refreshes;
    counts[2] = hits;
    counts[3] = conflicts;
    System.arraycopy(busyTicks, 0, counts, 4, busyTicks.length);
    return counts;
  }

  @Override
  void repeatCounters(long times, long[] before, long[] after) {
    activates += times * (after[2] - before[2]);
    refreshes += times * (after[3] - before[3]);
    hits += times * (after[4] - before[4]);
    conflicts += times * (after[5] - before[5]);
    for (int i = 0; i < busyTicks.length; i++) {
      busyTicks[i] += times * (after[6 + i] - before[6 + i]);
    }
  }
}
