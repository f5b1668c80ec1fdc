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

/**
 * Groups of four channels. While a group has got whole runs only, its channels are in the same
 * state and only the first one's is kept. A smaller access splits the group; once the channels have
 * become equal again, after a refresh, one stands for all again.
 */
final class ChannelQuads {
  /** Clocks that a request may be older than the one before; older state is of no effect. */
  private static final int PAST = 4096;

  private final JedecState st;
  private final boolean[] split;
  private final boolean[] mayJoin;

  /** Busy clocks of a bus beyond those of the one that stands for it. */
  private final long[] busyBeyond;

  ChannelQuads(JedecState state) {
    st = state;
    split = new boolean[st.channels >> 2];
    mayJoin = new boolean[split.length];
    busyBeyond = new long[st.channels * st.pseudoChannels];
  }

  /** The bus that stands for {@code bus}: itself, or that of the first of four alike channels. */
  int lead(int bus) {
    int channel = bus / st.pseudoChannels;
    return split[channel >> 2] ? bus : (channel & ~3) * st.pseudoChannels + bus % st.pseudoChannels;
  }

  /** Clocks that a bus has moved data. */
  long busy(int bus) {
    int lead = lead(bus);
    return st.busy(lead) + (lead == bus ? 0 : busyBeyond[bus]);
  }

  /** Whether an access, of whole runs or not, does the same to the group's channels. */
  boolean alike(int quad, boolean wholeRuns, long arrival) {
    if (split[quad]) {
      if (!mayJoin[quad] || !wholeRuns) {
        return false;
      }
      mayJoin[quad] = false;
      join(quad, arrival - PAST);
      return !split[quad];
    }
    if (!wholeRuns) {
      split(quad);
      return false;
    }
    return true;
  }

  void refreshed(int quad) {
    mayJoin[quad] = split[quad];
  }

  private void split(int quad) {
    int pseudoChannels = st.pseudoChannels;
    int from = quad * 4 * pseudoChannels;
    for (int bus = from + pseudoChannels; bus < from + 4 * pseudoChannels; bus++) {
      int lead = from + bus % pseudoChannels;
      copy(st.buses, lead, bus, BUS_FIELDS);
      st.buses[bus * BUS_FIELDS + BUSY] += busyBeyond[bus];
      copy(st.banks, lead, bus, st.banksPerBus * BANK_FIELDS);
      copy(st.groupFree, lead, bus, st.groupsPerBus);
    }
    for (int channel = quad * 4 + 1; channel < quad * 4 + 4; channel++) {
      int base = channel * st.writeRing;
      int lead = quad * 4 * st.writeRing;
      int by = channel - quad * 4;
      for (int i = 0; i < st.writeRing; i++) {
        st.writeBank[base + i] = st.writeBank[lead + i] + by * pseudoChannels * st.banksPerBus;
        st.writeGroup[base + i] = st.writeGroup[lead + i] + by * pseudoChannels * st.groupsPerBus;
        st.writeRow[base + i] = st.writeRow[lead + i];
        st.writeColumns[base + i] = st.writeColumns[lead + i];
        st.writeArrival[base + i] = st.writeArrival[lead + i];
      }
      st.writeHead[channel] = st.writeHead[quad * 4];
      st.writeCount[channel] = st.writeCount[quad * 4];
      st.buffered[channel] = st.buffered[quad * 4];
      st.commandFree[channel] = st.commandFree[quad * 4];
      st.reads.copy(quad * 4, channel);
      st.writes.copy(quad * 4, channel);
    }
    split[quad] = true;
    mayJoin[quad] = false;
  }

  private static void copy(long[] a, int from, int to, int length) {
    System.arraycopy(a, from * length, a, to * length, length);
  }

  private void join(int quad, long since) {
    int pseudoChannels = st.pseudoChannels;
    int first = quad * 4;
    for (int channel = first + 1; channel < first + 4; channel++) {
      if (!sameWrites(first, channel, since)) {
        return;
      }
    }
    int from = first * pseudoChannels;
    for (int bus = from + pseudoChannels; bus < from + 4 * pseudoChannels; bus++) {
      if (!sameBus(from + bus % pseudoChannels, bus, since)) {
        return;
      }
    }
    split[quad] = false;
    for (int bus = from + pseudoChannels; bus < from + 4 * pseudoChannels; bus++) {
      int lead = from + bus % pseudoChannels;
      busyBeyond[bus] = st.buses[bus * BUS_FIELDS + BUSY] - st.buses[lead * BUS_FIELDS + BUSY];
    }
  }

  private boolean sameWrites(int a, int b, long since) {
    if (st.writeCount[a] != st.writeCount[b]
        || st.buffered[a] != st.buffered[b]
        || !same(st.commandFree[a], st.commandFree[b], since * st.ticksPerClock)
        || !st.reads.alike(a, b, since)
        || !st.writes.alike(a, b, since)) {
      return false;
    }
    int buses = (b - a) * st.pseudoChannels;
    for (int i = 0; i < st.writeCount[a]; i++) {
      int x = a * st.writeRing + (st.writeHead[a] + i & st.writeRing - 1);
      int y = b * st.writeRing + (st.writeHead[b] + i & st.writeRing - 1);
      if (st.writeBank[y] - st.writeBank[x] != buses * st.banksPerBus
          || st.writeRow[x] != st.writeRow[y]
          || st.writeColumns[x] != st.writeColumns[y]
          || !same(st.writeArrival[x], st.writeArrival[y], since)) {
        return false;
      }
    }
    return true;
  }

  private boolean sameBus(int a, int b, long since) {
    int x = a * BUS_FIELDS;
    int y = b * BUS_FIELDS;
    boolean same =
        st.buses[x + NEXT_REFRESH] == st.buses[y + NEXT_REFRESH]
            && st.buses[x + WRITING] == st.buses[y + WRITING]
            && same(st.buses[x + BUS_FREE], st.buses[y + BUS_FREE], since)
            && same(st.buses[x + ACTIVATE_FREE], st.buses[y + ACTIVATE_FREE], since)
            && st.buses[x + RANK] == st.buses[y + RANK]
            && st.buses[x + RANK_COLUMNS] == st.buses[y + RANK_COLUMNS]
            && same(st.buses[x + TURNED], st.buses[y + TURNED], since)
            && same(st.buses[x + LAST_OPENED], st.buses[y + LAST_OPENED], since)
            && same(st.buses[x + LAST_WRITE], st.buses[y + LAST_WRITE], since);
    for (int g = 0; same && g < st.groupsPerBus; g++) {
      same =
          same(st.groupFree[a * st.groupsPerBus + g], st.groupFree[b * st.groupsPerBus + g], since);
    }
    for (int k = 0; same && k < st.banksPerBus; k++) {
      same =
          sameBank(
              (a * st.banksPerBus + k) * BANK_FIELDS,
              (b * st.banksPerBus + k) * BANK_FIELDS,
              since);
    }
    return same;
  }

  private boolean sameBank(int x, int y, long since) {
    return st.banks[x + OPEN_ROW] == st.banks[y + OPEN_ROW]
        && same(st.banks[x + ACTIVATE_READY], st.banks[y + ACTIVATE_READY], since)
        && (st.banks[x + OPEN_ROW] < 0
            || same(st.banks[x + COLUMN_READY], st.banks[y + COLUMN_READY], since)
                && same(st.banks[x + PRECHARGE], st.banks[y + PRECHARGE], since));
  }

  private static boolean same(long a, long b, long since) {
    return Math.max(a, since) == Math.max(b, since);
  }
}
