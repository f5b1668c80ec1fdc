package npusim.sim.dram;

import java.util.Arrays;

/** Waiting requests of a channel, oldest first, in primitive arrays. */
final class RequestQueue {
  private int[] bank = new int[64];
  private int[] row = new int[64];
  private long[] arrival = new long[64];
  private boolean[] write = new boolean[64];
  private int size;

  /** Requests whose row is not open; -1 when that has to be counted again. */
  int misses = -1;

  int size() {
    return size;
  }

  int bank(int i) {
    return bank[i];
  }

  int row(int i) {
    return row[i];
  }

  long arrival(int i) {
    return arrival[i];
  }

  boolean write(int i) {
    return write[i];
  }

  void add(int itsBank, int itsRow, long itsArrival, boolean isWrite) {
    if (size == bank.length) {
      bank = Arrays.copyOf(bank, size * 2);
      row = Arrays.copyOf(row, size * 2);
      arrival = Arrays.copyOf(arrival, size * 2);
      write = Arrays.copyOf(write, size * 2);
    }
    bank[size] = itsBank;
    row[size] = itsRow;
    arrival[size] = itsArrival;
    write[size] = isWrite;
    size++;
  }

  void remove(int i) {
    int tail = --size - i;
    if (tail > 0) {
      System.arraycopy(bank, i + 1, bank, i, tail);
      System.arraycopy(row, i + 1, row, i, tail);
      System.arraycopy(arrival, i + 1, arrival, i, tail);
      System.arraycopy(write, i + 1, write, i, tail);
    }
  }
}
