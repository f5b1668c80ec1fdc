package npusim.sim.dram;

import npusim.hardware.Dram;
import npusim.hardware.DramSpec;

/**
 * Cuts a byte address into channel, pseudo-channel, rank, bank group, bank, row and column. Linear
 * mappings take fields from the low end of the transaction number; {@code MOP4CLXOR} keeps four
 * transactions in a row's column, spreads the next over all banks and XORs the bank fields with the
 * column.
 */
final class AddressMapping {
  private final Dram.Mapping mapping;
  private final int requestBytes;
  private final int channels;
  private final int pseudoChannels;
  private final int ranks;
  private final int groups;
  private final int banks;
  private final int columns;
  private final int rows;

  // The address last decoded.
  private int unit;
  private int group;
  private int bank;
  private int row;
  private int column;

  AddressMapping(Dram dram, DramSpec spec) {
    mapping = dram.mapping();
    var o = spec.organization();
    requestBytes = spec.requestBytes();
    channels = dram.channels();
    pseudoChannels = o.pseudoChannels();
    ranks = o.ranks();
    groups = o.bankGroups();
    banks = o.banksPerGroup();
    columns = Math.max(1, o.rowBytes() / requestBytes);
    rows = o.rows();
  }

  int requestBytes() {
    return requestBytes;
  }

  /** Pseudo-channels of all channels: parts with a data bus of their own. */
  int buses() {
    return channels * pseudoChannels;
  }

  int channels() {
    return channels;
  }

  int pseudoChannels() {
    return pseudoChannels;
  }

  /** Bank groups of one bus, over all ranks. */
  int groupsPerBus() {
    return ranks * groups;
  }

  int banksPerGroup() {
    return banks;
  }

  /** Transactions in one row of one bank. */
  int columns() {
    return columns;
  }

  /** Transactions that follow each other in one row of one channel when addresses ascend. */
  int run() {
    return switch (mapping) {
      case ROBARACOCH, CHRABAROCO -> columns;
      case ROCORABACH -> 1;
      case MOP4CLXOR -> Math.min(4, columns);
    };
  }

  /** Transactions that ascending addresses put side by side: one on each channel. */
  int lanes() {
    return mapping == Dram.Mapping.CHRABAROCO || mapping == Dram.Mapping.MOP4CLXOR ? 1 : channels;
  }

  Dram.Mapping mapping() {
    return mapping;
  }

  /** Decodes transaction number {@code t} = address / {@link #requestBytes}. */
  void decode(long t) {
    long rest = t;
    int ch;
    int pc;
    int rank;
    switch (mapping) {
      case ROBARACOCH -> {
        ch = (int) (rest % channels);
        rest /= channels;
        column = (int) (rest % columns);
        rest /= columns;
        pc = (int) (rest % pseudoChannels);
        rest /= pseudoChannels;
        rank = (int) (rest % ranks);
        rest /= ranks;
        group = (int) (rest % groups);
        rest /= groups;
        bank = (int) (rest % banks);
        rest /= banks;
        row = (int) (rest % rows);
      }
      case ROCORABACH -> {
        ch = (int) (rest % channels);
        rest /= channels;
        pc = (int) (rest % pseudoChannels);
        rest /= pseudoChannels;
        group = (int) (rest % groups);
        rest /= groups;
        bank = (int) (rest % banks);
        rest /= banks;
        rank = (int) (rest % ranks);
        rest /= ranks;
        column = (int) (rest % columns);
        rest /= columns;
        row = (int) (rest % rows);
      }
      case CHRABAROCO -> {
        column = (int) (rest % columns);
        rest /= columns;
        row = (int) (rest % rows);
        rest /= rows;
        bank = (int) (rest % banks);
        rest /= banks;
        group = (int) (rest % groups);
        rest /= groups;
        rank = (int) (rest % ranks);
        rest /= ranks;
        pc = (int) (rest % pseudoChannels);
        rest /= pseudoChannels;
        ch = (int) (rest % channels);
      }
      default -> {
        int low = Math.min(4, columns);
        column = (int) (rest % low);
        rest /= low;
        ch = (int) (rest % channels);
        rest /= channels;
        pc = (int) (rest % pseudoChannels);
        rest /= pseudoChannels;
        rank = (int) (rest % ranks);
        rest /= ranks;
        group = (int) (rest % groups);
        rest /= groups;
        bank = (int) (rest % banks);
        rest /= banks;
        column += low * (int) (rest % Math.max(1, columns / low));
        rest /= Math.max(1, columns / low);
        row = (int) (rest % rows);
        int shift = 0;
        ch = xor(ch, channels, column >> shift);
        shift += bits(channels);
        pc = xor(pc, pseudoChannels, column >> shift);
        shift += bits(pseudoChannels);
        rank = xor(rank, ranks, column >> shift);
        shift += bits(ranks);
        group = xor(group, groups, column >> shift);
        shift += bits(groups);
        bank = xor(bank, banks, column >> shift);
      }
    }
    unit = ch * pseudoChannels + pc;
    group += rank * groups;
  }

  private static int bits(int n) {
    return Integer.bitCount(n) == 1 ? Integer.numberOfTrailingZeros(n) : 0;
  }

  private static int xor(int value, int n, int with) {
    return Integer.bitCount(n) == 1 ? (value ^ with) & n - 1 : value;
  }

  int bus() {
    return unit;
  }

  /** Bank group on the bus, ranks included. */
  int group() {
    return group;
  }

  /** Bank within its group. */
  int bank() {
    return bank;
  }

  int row() {
    return row;
  }

  int column() {
    return column;
  }
}
