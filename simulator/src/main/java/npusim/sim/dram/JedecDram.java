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
  private final int batch;
  private final boolean refresh;
  private final boolean closedPage;

  // By bus.
  private final long[] busFree;
  private final long[] activateFree;
  private final long[] nextRefresh;
  private final long[] busyTicks;
  private final int[] pendingWrites;
  private final boolean[] lastWrite;

  // By bus and group.
  private final long[] groupFree;

  // By bus and bank.
  private final int[] openRow;
  private final long[] columnReady;
  private final long[] activateReady;
  private final long[] precharge;

  private long activates;
  private long refreshes;
  private long hits;
  private long conflicts;

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
    batch = Math.max(1, (int) Math.round(c.writeQueue() * (c.writeHigh() - c.writeLow())));
    refresh = dram.refresh();
    closedPage = c.rowPolicy() == Dram.RowPolicy.CLOSED;
    int buses = map.buses();
    busFree = new long[buses];
    activateFree = new long[buses];
    nextRefresh = new long[buses];
    Arrays.fill(nextRefresh, t.refi());
    busyTicks = new long[buses];
    pendingWrites = new int[buses];
    lastWrite = new boolean[buses];
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
    for (long from = first; from < end; ) {
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

  /** Serves transactions of one run; a XOR mapping may put each into another bank. */
  private long pieces(long from, long to, long arrival, boolean write) {
    if (map.mapping() != Dram.Mapping.MOP4CLXOR) {
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
    int group = bus * map.groupsPerBus() + map.group();
    int bank = bus * banksPerBus + map.group() * map.banksPerGroup() + map.bank();
    if (refresh) {
      refresh(bus, Math.max(arrival, busFree[bus] - 16L * t.ccdS()));
    }
    int ccdS = write ? t.ccdWriteS() : t.ccdS();
    int ccdL = write ? t.ccdWriteL() : t.ccdL();
    long ready = arrival;
    if (openRow[bank] == map.row()) {
      hits++;
      ready = Math.max(ready, columnReady[bank]);
    } else {
      long act = Math.max(arrival, activateReady[bank]);
      if (openRow[bank] >= 0) {
        conflicts++;
        act = Math.max(act, Math.max(arrival, precharge[bank]) + t.rp());
      }
      long slot = Math.max(arrival, activateFree[bus]);
      activateFree[bus] = slot + Math.max(t.rrdS(), Math.ceilDiv(t.faw(), 4));
      act = Math.max(act, slot);
      activates++;
      openRow[bank] = map.row();
      activateReady[bank] = act + t.rc();
      precharge[bank] = act + t.ras();
      columnReady[bank] = act + (write ? t.rcdWrite() : t.rcdRead());
      ready = columnReady[bank];
    }
    long turn = turnaround(bus, n, write);
    long slot = Math.max(busFree[bus], arrival) + turn;
    busFree[bus] = slot + (long) n * ccdS;
    busyTicks[bus] += (long) n * t.bl();
    long firstColumn = Math.max(Math.max(ready, groupFree[group]), slot);
    long lastColumn = firstColumn + (n - 1L) * ccdL;
    groupFree[group] = lastColumn + ccdL;
    columnReady[bank] = Math.max(columnReady[bank], lastColumn);
    long data = lastColumn + (write ? t.cwl() : t.cl()) + t.bl();
    precharge[bank] = Math.max(precharge[bank], write ? data + t.wr() : lastColumn + t.rtp());
    if (closedPage) {
      openRow[bank] = -1;
      activateReady[bank] = Math.max(activateReady[bank], precharge[bank] + t.rp());
    }
    return data;
  }

  /** Clocks the bus stands still because its direction changes; writes are drained in batches. */
  private long turnaround(int bus, int n, boolean write) {
    if (write) {
      pendingWrites[bus] += n;
      lastWrite[bus] = true;
      return 0;
    }
    if (!lastWrite[bus] && pendingWrites[bus] < batch) {
      return 0;
    }
    lastWrite[bus] = false;
    if (pendingWrites[bus] < batch) {
      return 0;
    }
    long batches = pendingWrites[bus] / batch;
    pendingWrites[bus] -= (int) (batches * batch);
    int toWrite = Math.max(t.rtw(), t.cl() + t.bl() + 2 - t.cwl());
    return batches * (toWrite + t.cwl() + t.bl() + t.wtrL());
  }

  /** Executes the refreshes of a bus that are due at {@code now}. */
  private void refresh(int bus, long now) {
    if (now < nextRefresh[bus]) {
      return;
    }
    long due = (now - nextRefresh[bus]) / t.refi();
    refreshes += due + 1;
    long last = nextRefresh[bus] + due * t.refi();
    nextRefresh[bus] = last + t.refi();
    long end = Math.max(last, Math.min(busFree[bus], last + t.refi())) + t.rpAll() + t.rfc();
    int base = bus * banksPerBus;
    for (int b = 0; b < banksPerBus; b++) {
      openRow[base + b] = -1;
      activateReady[base + b] = Math.max(activateReady[base + b], end);
    }
    activateFree[bus] = Math.max(activateFree[bus], end);
    busFree[bus] = Math.max(busFree[bus], end + t.rcdRead());
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
