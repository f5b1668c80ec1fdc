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
 * What happens to a row segment at its bank: commands, activation, columns on the data bus,
 * refresh. Buses hand out their time in order of arrival, whether or not a segment can use it at
 * once: a first-ready controller lets others use it instead.
 */
final class RowSegments {
  /** Columns of one rank that are served before another's: ready ones go first, and those are. */
  private static final int RANK_RUN = 3;

  private final AddressMapping map;
  private final DramSpec.Timing t;
  private final int groupsPerBus;
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
  private final int toWrite;
  private final int activateSpacing;
  private final boolean closedPage;
  private final boolean perBank;
  private final long[] buses;
  private final long[] banks;
  private final long[] groupFree;
  private final long[] commandFree;

  /** Groups of four channels that may be alike; null when the mapping has none. */
  private final ChannelQuads quads;

  /** When the row last opened could have been, had its bank been ready. */
  private long activateSlot;

  /** When the queue's places of the columns last served are free again. */
  long placeFree;

  /** Channels that a segment stands for. */
  int weight = 1;

  long activates;
  long refreshes;
  long hits;
  long conflicts;

  RowSegments(Dram dram, AddressMapping map, JedecState state, ChannelQuads quads) {
    this.map = map;
    this.quads = quads;
    DramSpec spec = dram.spec().orElseThrow();
    t = spec.timing();
    groupsPerBus = map.groupsPerBus();
    banksPerBus = groupsPerBus * map.banksPerGroup();
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
    toWrite = Math.max(t.rtw(), t.cl() + t.bl() + 2 - t.cwl()) - t.ccdS();
    perBank = dram.refreshPerBank();
    closedPage = dram.controller().rowPolicy() == Dram.RowPolicy.CLOSED;
    activateSpacing = Math.max(t.rrdS(), Math.ceilDiv(t.faw(), 4));
    buses = state.buses;
    banks = state.banks;
    groupFree = state.groupFree;
    commandFree = state.commandFree;
  }

  /** Rows for a batch of writes are opened at once; the data bus first moves the reads' data. */
  void turnToWrite(int bus, int bank, boolean hit, long now) {
    int ub = bus * BUS_FIELDS;
    int bb = bank * BANK_FIELDS;
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
  long columns(int bus, int group, int bank, int row, int n, long arrival, boolean write) {
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
    long free = commandFree[channel];
    long from = Math.max(free, now);
    commandFree[channel] = from + ticks;
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
    if (perBank) {
      refreshBanks(bus, service);
      return;
    }
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
      // Columns that wait for others of their rank: none are left.
      buses[at + RANK_COLUMNS] = 0;
      refreshes += weight;
      if (quads != null) {
        quads.refreshed(bus / map.pseudoChannels() >> 2);
      }
      buses[at + NEXT_REFRESH] = due + t.refi();
    }
  }

  /** Refreshes that are due, of one bank each, the banks of a bus in turn. */
  private void refreshBanks(int bus, long service) {
    int at = bus * BUS_FIELDS;
    long due = buses[at + NEXT_REFRESH];
    long turn = (long) banksPerBus * t.refiPerBank();
    long rounds = (service - due) / turn - 1;
    if (rounds > 0) {
      // Only the last one of each bank is of any effect.
      refreshes += weight * rounds * banksPerBus;
      due += rounds * turn;
    }
    for (; service >= due; due += t.refiPerBank()) {
      int bank = (int) (due / t.refiPerBank() % banksPerBus);
      int b = (bus * banksPerBus + bank) * BANK_FIELDS;
      boolean open = banks[b + OPEN_ROW] >= 0;
      long close = open ? Math.max(due, Math.min(banks[b + PRECHARGE], due + t.ras())) : due;
      long end = close + (open ? t.rp() : 0) + t.rfcPerBank();
      banks[b + OPEN_ROW] = -1;
      banks[b + ACTIVATE_READY] = after(banks[b + ACTIVATE_READY], due, end - due);
      refreshes += weight;
    }
    buses[at + NEXT_REFRESH] = due;
    if (quads != null) {
      quads.refreshed(channelOf[bus] >> 2);
    }
  }

  /** A time that nothing can be at for {@code lost} clocks from {@code due} on. */
  private static long after(long time, long due, long lost) {
    return Math.max(time, due) + lost;
  }
}
