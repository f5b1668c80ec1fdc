package npusim.sim.dram;

import static npusim.sim.dram.JedecState.ACTIVATE_FREE;
import static npusim.sim.dram.JedecState.ACTIVATE_READY;
import static npusim.sim.dram.JedecState.BANK_FIELDS;
import static npusim.sim.dram.JedecState.BUSY;
import static npusim.sim.dram.JedecState.BUS_FIELDS;
import static npusim.sim.dram.JedecState.BUS_FREE;
import static npusim.sim.dram.JedecState.COLUMN_READY;
import static npusim.sim.dram.JedecState.LAST_OPENED;
import static npusim.sim.dram.JedecState.LAST_WRITE;
import static npusim.sim.dram.JedecState.NEXT_REFRESH;
import static npusim.sim.dram.JedecState.OPEN_ROW;
import static npusim.sim.dram.JedecState.PRECHARGE;
import static npusim.sim.dram.JedecState.RANK;
import static npusim.sim.dram.JedecState.RANK_COLUMNS;
import static npusim.sim.dram.JedecState.TURNED;
import static npusim.sim.dram.JedecState.WRITING;

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

  /** Columns of one rank that are served before another's: ready ones go first, and those are. */
  private static final int RANK_RUN = 3;

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
  private final int[] channelOf;
  private final int[] rankOf;

  /** Clocks that the data bus is idle when another rank takes it over. */
  private final int otherRank;

  private final boolean oneCommandBus;
  private final int activateTicks;
  private final int columnTicks;
  private final int ticksShift;

  /** Ticks that the row commands of another row in each part of the channel take. */
  private final int commandWait;

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
  private final int mostColumns;
  private final int activateSpacing;
  private final boolean closedPage;

  private final JedecState state;
  private final QueuePlaces reads;
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

  /** Memory clock at which the last of the requests so far got a place in its channel's queue. */
  private long admitted;

  /** When the places of the columns last served are free again, and the number of write batches. */
  private long placeFree;

  private int drains;

  /** When the row last opened could have been, had its bank been ready. */
  private long activateSlot;

  /** The batch in which a bank was last written to. */
  private final int[] drainOf;

  /** Channels that the segment being served stands for. */
  private int weight = 1;

  /** Groups of four channels that may be alike; null when the mapping has none. */
  private final ChannelQuads quads;

  private long activates;
  private long refreshes;
  private long hits;
  private long conflicts;

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
    int ranks = spec.organization().ranks();
    channelOf = new int[map.buses()];
    Arrays.setAll(channelOf, bus -> bus / map.pseudoChannels());
    rankOf = new int[map.buses() * groupsPerBus];
    Arrays.setAll(rankOf, g -> g % groupsPerBus / (groupsPerBus / ranks));
    var rules = new CommandRules(spec);
    otherRank =
        ranks > 1 ? (rules.readToReadOtherRank - rules.readToRead) / spec.ticksPerClock() : 0;
    ticksShift = Integer.numberOfTrailingZeros(rules.ticksPerClock);
    oneCommandBus = rules.bus == CommandRules.Bus.SINGLE || rules.bus == CommandRules.Bus.SPLIT;
    activateTicks = rules.activateTicks + (rules.bus == CommandRules.Bus.SPLIT ? 1 : 0);
    columnTicks = rules.columnTicks;
    commandWait = (activateTicks + 1) * map.pseudoChannels();
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
    mostColumns = Math.max(1, Math.min(c.readQueue(), c.writeQueue()) / 4);
    toWrite = Math.max(t.rtw(), t.cl() + t.bl() + 2 - t.cwl()) - t.ccdS();
    closedPage = c.rowPolicy() == Dram.RowPolicy.CLOSED;
    activateSpacing = Math.max(t.rrdS(), Math.ceilDiv(t.faw(), 4));
    state =
        new JedecState(map, c, rules.ticksPerClock, dram.refresh() ? t.refi() : Long.MAX_VALUE / 2);
    reads = state.reads;
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
    drainOf = new int[banks.length / BANK_FIELDS];
    quads = stripe > 0 && together ? new ChannelQuads(state) : null;
  }

  /** Memory clock at which the last of the requests so far was taken by its controller. */
  long admitted() {
    return admitted;
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
    if (!write) {
      long at = reads.room(channel, n, 0, arrival);
      admitted = Math.max(admitted, at);
      long data = columns(bus, g, b, row, n, at, false);
      reads.take(channel, n, placeFree);
      return data;
    }
    if (buffered[channel] + n > high && buffered[channel] > 0) {
      drain(channel, arrival, low);
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
   */
  private void drain(int channel, long now, int until) {
    int base = channel * writeRing;
    drains++;
    for (int pass = 0; pass < 2; pass++) {
      int count = writeCount[channel];
      int kept = 0;
      for (int i = 0; i < count; i++) {
        int slot = base + (writeHead[channel] + i & writeRing - 1);
        int bank = writeBank[slot];
        int row = writeRow[slot];
        boolean hit = banks[bank * BANK_FIELDS + OPEN_ROW] == row;
        if (buffered[channel] > until && (pass > 0 || hit || drainOf[bank] != drains)) {
          drainOf[bank] = drains;
          int group = writeGroup[slot];
          int n = writeColumns[slot];
          int bus = group / groupsPerBus;
          buffered[channel] -= n;
          turnToWrite(bus * BUS_FIELDS, bank * BANK_FIELDS, hit, now);
          columns(bus, group, bank, row, n, writeArrival[slot], true);
          state.writes.take(channel, n, placeFree);
          continue;
        }
        int to = base + (writeHead[channel] + kept++ & writeRing - 1);
        writeBank[to] = bank;
        writeGroup[to] = writeGroup[slot];
        writeRow[to] = row;
        writeColumns[to] = writeColumns[slot];
        writeArrival[to] = writeArrival[slot];
      }
      writeCount[channel] = kept;
    }
  }

  /** Rows for a batch of writes are opened at once; the data bus first moves the reads' data. */
  private void turnToWrite(int ub, int bb, boolean hit, long now) {
    if (buses[ub + WRITING] != 0) {
      return;
    }
    long row = hit ? 0 : t.rcdWrite() + (banks[bb + OPEN_ROW] >= 0 ? t.rp() : 0);
    buses[ub + WRITING] = 1;
    buses[ub + TURNED] = now;
    buses[ub + BUS_FREE] = Math.max(Math.max(buses[ub + BUS_FREE], now) + toWrite, now + row);
  }

  /** Rows for reads are opened once the rows of all writes of a batch are. */
  private void turnToRead(int ub, int bb, boolean hit) {
    long from = buses[ub + LAST_OPENED];
    long row = hit ? 0 : rcdRead + (banks[bb + OPEN_ROW] >= 0 ? t.rp() : 0);
    long turned = buses[ub + LAST_WRITE] + cwlBl + (hit ? t.wtrL() : t.wtrS());
    buses[ub + WRITING] = 0;
    buses[ub + TURNED] = from;
    buses[ub + BUS_FREE] = Math.max(buses[ub + BUS_FREE], Math.max(turned, from + row));
  }

  /** Activates if need be and moves {@code n} columns; returns when the last data has moved. */
  private long columns(int bus, int group, int bank, int row, int n, long arrival, boolean write) {
    long[] u = buses;
    long[] b = banks;
    int ub = bus * BUS_FIELDS;
    int bb = bank * BANK_FIELDS;
    boolean hit = b[bb + OPEN_ROW] == row;
    if (!write && u[ub + WRITING] != 0) {
      turnToRead(ub, bb, hit);
    }
    long slot = Math.max(u[ub + BUS_FREE], arrival);
    long service = hit ? slot : Math.max(slot - rcdRead, b[bb + ACTIVATE_READY]);
    if (service >= u[ub + NEXT_REFRESH]) {
      refresh(bus, service);
      slot = Math.max(u[ub + BUS_FREE], arrival);
      hit = b[bb + OPEN_ROW] == row;
    }
    long turn = Math.max(arrival, u[ub + TURNED]);
    long command = command(bus, turn, n, hit, b[bb + OPEN_ROW] >= 0);
    long opened = 0;
    if (hit) {
      hits += weight;
    } else {
      opened = activate(ub, bb, row, Math.max(turn, command), write);
    }
    if (oneCommandBus) {
      slot = Math.max(slot, command);
    }
    int spacing = write ? ccdWriteL : ccdL;
    long moving = (long) n * (write ? ccdWriteS : ccdS);
    if (otherRank > 0) {
      int rank = rankOf[group];
      if (u[ub + RANK] != rank) {
        u[ub + RANK] = rank;
        u[ub + RANK_COLUMNS] += Math.min(n, RANK_RUN);
        if (u[ub + RANK_COLUMNS] >= RANK_RUN) {
          u[ub + RANK_COLUMNS] -= RANK_RUN;
          moving += otherRank;
        }
      }
    }
    u[ub + BUS_FREE] = slot + moving;
    u[ub + BUSY] += (long) n * bl;
    long groupSlot = Math.max(groupFree[group], slot);
    groupFree[group] = groupSlot + (long) n * spacing;
    long start = Math.max(Math.max(b[bb + COLUMN_READY], groupSlot), slot);
    long last = start + (n - 1L) * spacing;
    // On average over the columns; the one that a row is opened for leaves the queue with that.
    placeFree = (start + last >> 1) - (hit ? 0 : (int) (start - opened) / n);
    b[bb + COLUMN_READY] = last + spacing;
    long data;
    long close;
    if (write) {
      // A batch ends when enough writes are on their way; those whose bank is busy stay behind.
      long ready = hit ? slot : activateSlot;
      long moved = hit ? last : Math.max(slot, activateSlot + t.rcdWrite());
      u[ub + LAST_OPENED] = Math.max(u[ub + LAST_OPENED], ready);
      u[ub + LAST_WRITE] = Math.max(u[ub + LAST_WRITE], moved);
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

  /**
   * When the channel's bus for row commands takes those of a segment; column commands go over the
   * same bus unless they have one of their own. Buses hand out their time in order of arrival.
   */
  private long command(int bus, long arrival, int n, boolean hit, boolean open) {
    int ticks = (hit ? 0 : activateTicks + (open ? 1 : 0)) + (oneCommandBus ? n * columnTicks : 0);
    if (ticks == 0) {
      return arrival;
    }
    int channel = channelOf[bus];
    long now = arrival << ticksShift;
    long free = state.commandFree[channel];
    long from = Math.max(free, now);
    state.commandFree[channel] = from + ticks;
    if (open && !hit && free + commandWait > now) {
      // Both commands find others' on the bus.
      from += commandWait;
    }
    return from >> ticksShift;
  }

  /** Opens a row, closing the one that is open; returns when. */
  private long activate(int ub, int bb, int row, long arrival, boolean write) {
    long act = Math.max(arrival, banks[bb + ACTIVATE_READY]);
    if (banks[bb + OPEN_ROW] >= 0) {
      conflicts += weight;
      act = Math.max(act, Math.max(arrival, banks[bb + PRECHARGE]) + t.rp());
    }
    long from = Math.max(arrival, buses[ub + ACTIVATE_FREE]);
    activateSlot = from;
    buses[ub + ACTIVATE_FREE] = from + activateSpacing;
    act = Math.max(act, from);
    activates += weight;
    banks[bb + OPEN_ROW] = row;
    banks[bb + ACTIVATE_READY] = act + t.rc();
    banks[bb + PRECHARGE] = act + t.ras();
    banks[bb + COLUMN_READY] = act + (write ? t.rcdWrite() : rcdRead);
    return act;
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
      // Rows are closed once the newest has been open for long enough.
      long close = due + rtp;
      for (int b = firstBank; b < firstBank + banksPerBus * BANK_FIELDS; b += BANK_FIELDS) {
        close = Math.max(close, Math.min(banks[b + PRECHARGE], due + t.ras()));
      }
      // The parts of a channel are closed and refreshed one after the other, and all wait for it.
      long end = close + (long) t.rpAll() * (1 + bus % map.pseudoChannels()) + t.rfc();
      long lost = end - due;
      for (int b = firstBank; b < firstBank + banksPerBus * BANK_FIELDS; b += BANK_FIELDS) {
        banks[b + OPEN_ROW] = -1;
        banks[b + ACTIVATE_READY] = after(banks[b + ACTIVATE_READY], due, lost);
      }
      buses[at + ACTIVATE_FREE] = after(buses[at + ACTIVATE_FREE], due, lost);
      // No column moves before a row has been opened again.
      buses[at + BUS_FREE] = after(buses[at + BUS_FREE], due, lost + rcdRead);
      for (int g = bus * groupsPerBus; g < (bus + 1) * groupsPerBus; g++) {
        groupFree[g] = after(groupFree[g], due, lost + rcdRead);
      }
      refreshes += weight;
      if (quads != null) {
        quads.refreshed(bus / map.pseudoChannels() >> 2);
      }
      buses[at + NEXT_REFRESH] = due + t.refi();
    }
  }

  /** A time that nothing can be at for {@code lost} clocks from {@code due} on. */
  private static long after(long time, long due, long lost) {
    return Math.max(time, due) + lost;
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
    admitted += by;
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
