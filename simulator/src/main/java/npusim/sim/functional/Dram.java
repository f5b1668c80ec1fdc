package npusim.sim.functional;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * DRAM of one chip: pages created when first written; what was never written reads as zeros.
 * Constant data is copied in when it is first touched, so that a weight nobody reads costs nothing.
 */
final class Dram {
  private static final int PAGE_BITS = 20;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final byte[] ZEROS = new byte[PAGE];

  /** Constant data not yet copied in. */
  private static final class Constant {
    final long address;
    final long bytes;
    final Supplier<byte[]> data;
    boolean loaded;

    Constant(long address, long bytes, Supplier<byte[]> data) {
      this.address = address;
      this.bytes = bytes;
      this.data = data;
    }
  }

  private final long bytes;
  private final byte[][] pages;
  private final List<Constant> constants = new ArrayList<>();
  private final int[] constantPages;
  private AccessObserver observer;

  /**
   * @param bytes addressable bytes
   */
  Dram(long bytes) {
    this.bytes = bytes;
    int n = Math.toIntExact((bytes + PAGE - 1) >>> PAGE_BITS);
    pages = new byte[n][];
    constantPages = new int[n];
  }

  /** Tells somebody of every access from now on, or with null nobody. */
  void observe(AccessObserver newObserver) {
    observer = newObserver;
  }

  /** Addressable bytes. */
  long bytes() {
    return bytes;
  }

  /**
   * Places constant data of {@code length} bytes, asked for when one of its pages is first touched.
   *
   * @throws IllegalArgumentException then, when the data has another length
   */
  void place(long address, long length, Supplier<byte[]> data) {
    if (length == 0) {
      return;
    }
    checkRange("constant", address, address + length);
    Constant c = new Constant(address, length, data);
    constants.add(c);
    boolean touched = false;
    for (int p = (int) (address >>> PAGE_BITS);
        p <= (int) ((address + length - 1) >>> PAGE_BITS);
        p++) {
      constantPages[p]++;
      touched |= pages[p] != null;
    }
    if (touched) {
      load(c);
    }
  }

  private void load(Constant c) {
    if (c.loaded) {
      return;
    }
    c.loaded = true;
    byte[] content = c.data.get();
    if (content.length != c.bytes) {
      throw new IllegalArgumentException(
          "constant data at DRAM byte "
              + c.address
              + " has "
              + content.length
              + " bytes instead of "
              + c.bytes);
    }
    copyIn(c.address, content, 0, content.length);
  }

  /** Checks that bytes {@code from} to {@code to} (exclusive) exist. */
  void checkRange(String operand, long from, long to) {
    if (from < 0 || to > bytes) {
      throw Fault.program(
          "exec-address",
          String.format(
              Locale.ROOT,
              "operand %s covers DRAM bytes 0x%x..0x%x, but the program has 0x%x bytes of DRAM",
              operand,
              from,
              to - 1,
              bytes));
    }
  }

  private byte[] create(int page) {
    byte[] b = new byte[PAGE];
    pages[page] = b;
    if (constantPages[page] > 0) {
      long from = (long) page << PAGE_BITS;
      for (Constant c : constants) {
        if (c.address < from + PAGE && c.address + c.bytes > from) {
          load(c);
        }
      }
    }
    return b;
  }

  private byte[] forRead(int page) {
    byte[] b = pages[page];
    if (b != null) {
      return b;
    }
    return constantPages[page] > 0 ? create(page) : ZEROS;
  }

  private byte[] forWrite(int page) {
    byte[] b = pages[page];
    return b != null ? b : create(page);
  }

  /** Reads {@code n} bytes into {@code out} at {@code at}; the range has been checked. */
  void read(long address, byte[] out, int at, int n) {
    if (observer != null) {
      observer.read(address, address + n);
    }
    while (n > 0) {
      int o = (int) address & (PAGE - 1);
      int run = Math.min(n, PAGE - o);
      System.arraycopy(forRead((int) (address >>> PAGE_BITS)), o, out, at, run);
      address += run;
      at += run;
      n -= run;
    }
  }

  /** Writes {@code n} bytes from {@code in} at {@code at}; the range has been checked. */
  void write(long address, byte[] in, int at, int n) {
    if (observer != null) {
      observer.write(address, address + n);
    }
    copyIn(address, in, at, n);
  }

  private void copyIn(long address, byte[] in, int at, int n) {
    while (n > 0) {
      int o = (int) address & (PAGE - 1);
      int run = Math.min(n, PAGE - o);
      System.arraycopy(in, at, forWrite((int) (address >>> PAGE_BITS)), o, run);
      address += run;
      at += run;
      n -= run;
    }
  }

  /** One byte. */
  byte get(long address) {
    if (observer != null) {
      observer.read(address, address + 1);
    }
    return forRead((int) (address >>> PAGE_BITS))[(int) address & (PAGE - 1)];
  }

  /** Writes one byte. */
  void put(long address, byte value) {
    if (observer != null) {
      observer.write(address, address + 1);
    }
    forWrite((int) (address >>> PAGE_BITS))[(int) address & (PAGE - 1)] = value;
  }
}
