package npusim.sim.dram;

import npusim.hardware.Dram;
import npusim.hardware.DramSpec;

/**
 * Cuts a transaction number (byte address over bytes per request) into channel, pseudo-channel,
 * rank, bank group, bank, row and column. Linear mappings take fields from the low end; the {@code
 * MOP4} mappings keep four transactions in a row, spread the next over all banks and XOR the fields
 * of the bank with the column. A number of channels that is no power of two can't be XORed; {@code
 * MOP4ChXOR} turns such channels by all that is above them in the address, so that strides of a
 * multiple of all channels meet every channel, too. {@code MOP4ChHash} does that with any number,
 * and turns banks by the row.
 */
final class AddressMapping {
  private static final int CHANNEL = 0;
  private static final int PSEUDO = 1;
  private static final int RANK = 2;
  private static final int GROUP = 3;
  private static final int BANK = 4;
  private static final int ROW = 5;
  private static final int COLUMN = 6;
  private static final int LOW_COLUMN = 7;
  private static final int HIGH_COLUMN = 8;

  private final boolean xor;
  private final boolean hash;
  private final boolean channelsApart;
  private final int run;
  private final int requestBytes;
  private final int[] size = new int[9];
  private final int[] order;
  private final int[] xored;
  private final int[] shift;
  private final int[] field = new int[9];
  private final int stripeShift;
  private final boolean plainStripes;
  private final boolean turns;
  private final boolean plainTurns;

  /** Reciprocal of the number of channels. */
  private final double perChannel;

  /** Sums of the digits of numbers to the base of the channels, modulo these; for turned ones. */
  private final byte[] digitSums;

  AddressMapping(Dram dram, DramSpec spec) {
    var o = spec.organization();
    requestBytes = spec.requestBytes();
    int columns = Math.max(1, o.rowBytes() / requestBytes);
    size[CHANNEL] = dram.channels();
    size[PSEUDO] = o.pseudoChannels();
    size[RANK] = o.ranks();
    size[GROUP] = o.bankGroups();
    size[BANK] = o.banksPerGroup();
    size[ROW] = o.rows();
    size[COLUMN] = columns;
    size[LOW_COLUMN] = Math.min(4, columns);
    size[HIGH_COLUMN] = columns / size[LOW_COLUMN];
    boolean byLine = dram.mapping() == Dram.Mapping.MOP4CLXOR;
    hash = dram.mapping() == Dram.Mapping.MOP4CHHASH;
    boolean byRun = dram.mapping() == Dram.Mapping.MOP4CHXOR || hash;
    xor = byLine || byRun;
    turns = byRun && Integer.bitCount(dram.channels()) != 1;
    perChannel = 1.0 / dram.channels();
    digitSums = turns ? digitSums(dram.channels()) : new byte[0];
    xored =
        byLine
            ? new int[] {PSEUDO, RANK, GROUP, BANK, ROW}
            : byRun ? new int[] {CHANNEL, PSEUDO, RANK, GROUP, BANK} : new int[0];
    order =
        switch (dram.mapping()) {
          case ROBARACOCH -> new int[] {CHANNEL, COLUMN, PSEUDO, RANK, GROUP, BANK, ROW};
          case CHRABAROCO -> new int[] {COLUMN, ROW, BANK, GROUP, RANK, PSEUDO, CHANNEL};
          case ROCORABACH -> new int[] {CHANNEL, PSEUDO, GROUP, BANK, RANK, COLUMN, ROW};
          case MOP4CLXOR ->
              new int[] {CHANNEL, LOW_COLUMN, PSEUDO, RANK, GROUP, BANK, HIGH_COLUMN, ROW};
          case MOP4CHXOR, MOP4CHHASH ->
              new int[] {LOW_COLUMN, CHANNEL, PSEUDO, RANK, GROUP, BANK, HIGH_COLUMN, ROW};
        };
    channelsApart = order[0] == CHANNEL;
    run = order[0] == COLUMN || order[1] == COLUMN ? columns : xor ? size[LOW_COLUMN] : 1;
    shift = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      int n = size[order[i]];
      shift[i] = Integer.bitCount(n) == 1 ? Integer.numberOfTrailingZeros(n) : -1;
    }
    plainTurns =
        turns && shift[2] >= 0 && shift[3] >= 0 && shift[4] >= 0 && shift[5] >= 0 && shift[6] >= 0;
    int stripe = stripe();
    stripeShift = stripe > 0 ? Integer.numberOfTrailingZeros(stripe) : 0;
    plainStripes = stripe > 0 && shift[4] >= 0 && shift[5] >= 0 && shift[6] >= 0;
  }

  private static byte[] digitSums(int n) {
    int count = n;
    while (n > 1 && n <= Byte.MAX_VALUE && (long) count * n <= 1 << 16) {
      count *= n;
    }
    var sums = new byte[n <= Byte.MAX_VALUE ? count : 0];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = (byte) ((i % n + (i < n ? 0 : sums[i / n])) % n);
    }
    return sums;
  }

  /** As {@link #decode} for a transaction in turned channels, of which only the run matters. */
  void decodeTurned(long t) {
    long runs = t >> 2;
    if (size[LOW_COLUMN] != 4 || runs > Integer.MAX_VALUE || !plainTurns) {
      decode(t);
      return;
    }
    int n = size[CHANNEL];
    int rest = (int) (runs * perChannel);
    int channel = (int) runs - rest * n;
    if (channel < 0) {
      rest--;
      channel += n;
    } else if (channel >= n) {
      rest++;
      channel -= n;
    }
    channel += turn(rest);
    field[CHANNEL] = channel >= n ? channel - n : channel;
    int pseudo = rest & size[PSEUDO] - 1;
    rest >>= shift[2];
    int rank = rest & size[RANK] - 1;
    rest >>= shift[3];
    int group = rest & size[GROUP] - 1;
    rest >>= shift[4];
    int bank = rest & size[BANK] - 1;
    rest >>= shift[5];
    int column = rest & size[HIGH_COLUMN] - 1;
    rest >>= shift[6];
    field[PSEUDO] = pseudo ^ column & size[PSEUDO] - 1;
    column >>= shift[2];
    field[RANK] = rank ^ column & size[RANK] - 1;
    column >>= shift[3];
    field[GROUP] = group ^ column & size[GROUP] - 1;
    field[BANK] = bank ^ column >> shift[4] & size[BANK] - 1;
    field[ROW] = shift[7] >= 0 ? rest & size[ROW] - 1 : rest % size[ROW];
    if (hash) {
      hashBank();
    }
  }

  /** By how many channels the runs of block {@code number} of all channels are turned. */
  private int turn(long number) {
    int n = size[CHANNEL];
    long sum = 0;
    int base = Math.max(n, digitSums.length);
    for (long rest = number; rest > 0; rest /= base) {
      int digits = (int) (rest % base);
      sum += digitSums.length > 0 ? digitSums[digits] : digits;
    }
    return (int) (sum % n);
  }

  int requestBytes() {
    return requestBytes;
  }

  int channels() {
    return size[CHANNEL];
  }

  int pseudoChannels() {
    return size[PSEUDO];
  }

  /** Pseudo-channels of all channels: parts with a data bus of their own. */
  int buses() {
    return size[CHANNEL] * size[PSEUDO];
  }

  /** Bank groups of one bus, over all ranks. */
  int groupsPerBus() {
    return size[RANK] * size[GROUP];
  }

  int banksPerGroup() {
    return size[BANK];
  }

  /** Transactions that lie in one row of one channel when addresses ascend. */
  int run() {
    return run;
  }

  /** Channels that ascending transactions go round; 1 when they stay in one for a whole run. */
  int lanes() {
    return channelsApart ? size[CHANNEL] : 1;
  }

  /**
   * Transactions that lie in one row of the same bank of every bus, for an XOR mapping whose low
   * column bits only exchange channels; 0 for other mappings. Within such an aligned stripe, four
   * runs side by side use the same four channels.
   */
  int stripe() {
    boolean powers = Integer.bitCount(size[CHANNEL]) == 1 && Integer.bitCount(size[PSEUDO]) == 1;
    return xor && !channelsApart && powers && size[LOW_COLUMN] == 4 && size[CHANNEL] >= 4
        ? 4 * buses()
        : 0;
  }

  /**
   * Transactions that lie in one row of the same bank of every channel, a run in each, for channels
   * that are turned; 0 for others. The runs of such an aligned block lie in channels that follow
   * each other, from that of the block's first transaction.
   */
  int turnedBlock() {
    return turns && size[LOW_COLUMN] > 0 ? size[LOW_COLUMN] * size[CHANNEL] : 0;
  }

  boolean isXor() {
    return xor;
  }

  /** Decodes transaction number {@code t}. */
  void decode(long t) {
    long rest = t;
    for (int i = 0; i < order.length; i++) {
      int f = order[i];
      int s = shift[i];
      if (s >= 0) {
        field[f] = (int) rest & size[f] - 1;
        rest >>= s;
      } else {
        field[f] = (int) (rest % size[f]);
        rest /= size[f];
      }
    }
    if (turns) {
      int n = size[CHANNEL];
      field[CHANNEL] = (field[CHANNEL] + turn(t / size[LOW_COLUMN] / n)) % n;
    }
    if (xor) {
      int column = field[LOW_COLUMN] + size[LOW_COLUMN] * field[HIGH_COLUMN];
      field[COLUMN] = column;
      // What would exchange the channels: turned channels keep the lines of a run together.
      column = turns ? field[HIGH_COLUMN] : column;
      for (int f : xored) {
        int n = size[f];
        if (Integer.bitCount(n) == 1) {
          field[f] ^= column & n - 1;
          column >>= Integer.numberOfTrailingZeros(n);
        }
      }
    }
    if (hash && stripeShift > 0) {
      field[CHANNEL] ^= folded(t >> stripeShift, shift[1]);
    }
    if (hash && (stripeShift > 0 || turns)) {
      hashBank();
    }
  }

  /** Arrays that lie a multiple of all banks apart don't meet in a bank. */
  private void hashBank() {
    if (shift[4] >= 0 && shift[5] >= 0) {
      int f = folded(field[ROW], shift[4] + shift[5]);
      field[GROUP] ^= f & size[GROUP] - 1;
      field[BANK] ^= f >> shift[4];
    }
  }

  /** A number's bits, all folded into so many. */
  private static int folded(long number, int bits) {
    int f = 0;
    for (long rest = number; rest != 0 && bits > 0; rest >>>= bits) {
      f ^= (int) rest;
    }
    return f & (1 << bits) - 1;
  }

  /** As {@link #decode} for the first transaction of a {@link #stripe}. */
  void decodeStripe(long t) {
    long number = t >> stripeShift;
    if (!plainStripes || number > Integer.MAX_VALUE) {
      decode(t);
      return;
    }
    int rest = (int) number;
    int ranks = size[RANK];
    int rank = 0;
    if (ranks > 1) {
      int q = rest / ranks;
      rank = rest - q * ranks;
      rest = q;
    }
    int group = rest & size[GROUP] - 1;
    rest >>= shift[4];
    int bank = rest & size[BANK] - 1;
    rest >>= shift[5];
    int column = (rest & size[HIGH_COLUMN] - 1) * 4;
    rest >>= shift[6];
    field[CHANNEL] = column & size[CHANNEL] - 1;
    if (hash) {
      field[CHANNEL] ^= folded(number, shift[1]);
    }
    column >>= shift[1];
    field[PSEUDO] = column & size[PSEUDO] - 1;
    column >>= shift[2];
    if (shift[3] >= 0) {
      rank ^= column & ranks - 1;
      column >>= shift[3];
    }
    field[RANK] = rank;
    field[GROUP] = group ^ column & size[GROUP] - 1;
    field[BANK] = bank ^ column >> shift[4] & size[BANK] - 1;
    field[ROW] = shift[7] >= 0 ? rest & size[ROW] - 1 : rest % size[ROW];
    if (hash) {
      hashBank();
    }
  }

  /** Channel of the transaction last decoded. */
  int channel() {
    return field[CHANNEL];
  }

  /** Pseudo-channel of the transaction last decoded. */
  int pseudoChannel() {
    return field[PSEUDO];
  }

  /** Bus of the transaction last decoded. */
  int bus() {
    return field[CHANNEL] * size[PSEUDO] + field[PSEUDO];
  }

  /** Bank group on the bus, ranks included. */
  int group() {
    return field[RANK] * size[GROUP] + field[GROUP];
  }

  /** Rank of the transaction last decoded. */
  int rank() {
    return field[RANK];
  }

  /** Bank group within its rank. */
  int groupOfRank() {
    return field[GROUP];
  }

  /** Bank within its group. */
  int bank() {
    return field[BANK];
  }

  int row() {
    return field[ROW];
  }
}
