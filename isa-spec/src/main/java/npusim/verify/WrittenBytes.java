package npusim.verify;

import java.util.Arrays;

/**
 * Which bytes of a memory have been written. Pages that are wholly written from the start share one
 * page.
 */
@SuppressWarnings("ReferenceEquality") // FULL is one shared array, known by its identity
final class WrittenBytes {
  private static final int PAGE_SHIFT = 16;
  private static final int PAGE_BYTES = 1 << PAGE_SHIFT;
  private static final long[] FULL = full();

  private long[][] pages = new long[16][];

  /** Marks bytes {@code from..to-1}. */
  void mark(long from, long to) {
    for (long at = from; at < to; ) {
      int page = Math.toIntExact(at >>> PAGE_SHIFT);
      long pageEnd = (long) (page + 1) << PAGE_SHIFT;
      long end = Math.min(to, pageEnd);
      if (at == (long) page << PAGE_SHIFT && end == pageEnd) {
        grow(page);
        pages[page] = FULL;
      } else {
        set(page(page), (int) at & (PAGE_BYTES - 1), (int) (end - 1) & (PAGE_BYTES - 1));
      }
      at = end;
    }
  }

  /** The first byte of {@code from..to-1} that was not written, -1 when all were. */
  long firstUnwritten(long from, long to) {
    for (long at = from; at < to; ) {
      long page = at >>> PAGE_SHIFT;
      long end = Math.min(to, (page + 1) << PAGE_SHIFT);
      long[] bits = page < pages.length ? pages[(int) page] : null;
      if (bits == null) {
        return at;
      }
      if (bits != FULL) {
        long missing =
            firstClear(bits, (int) at & (PAGE_BYTES - 1), (int) (end - 1) & (PAGE_BYTES - 1));
        if (missing >= 0) {
          return (page << PAGE_SHIFT) + missing;
        }
      }
      at = end;
    }
    return -1;
  }

  private long[] page(int page) {
    grow(page);
    if (pages[page] == null) {
      pages[page] = new long[PAGE_BYTES / Long.SIZE];
    }
    return pages[page];
  }

  private void grow(int page) {
    if (page >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(page + 1, pages.length * 2));
    }
  }

  private static void set(long[] bits, int first, int last) {
    if (bits == FULL) {
      return;
    }
    int a = first >> 6;
    int b = last >> 6;
    long head = -1L << first;
    long tail = -1L >>> (63 - (last & 63));
    if (a == b) {
      bits[a] |= head & tail;
      return;
    }
    bits[a] |= head;
    for (int i = a + 1; i < b; i++) {
      bits[i] = -1L;
    }
    bits[b] |= tail;
  }

  private static long firstClear(long[] bits, int first, int last) {
    int b = last >> 6;
    for (int i = first >> 6; i <= b; i++) {
      long clear = ~bits[i];
      if (i == first >> 6) {
        clear &= -1L << first;
      }
      if (i == b) {
        clear &= -1L >>> (63 - (last & 63));
      }
      if (clear != 0) {
        return ((long) i << 6) + Long.numberOfTrailingZeros(clear);
      }
    }
    return -1;
  }

  private static long[] full() {
    var bits = new long[PAGE_BYTES / Long.SIZE];
    Arrays.fill(bits, -1L);
    return bits;
  }
}
