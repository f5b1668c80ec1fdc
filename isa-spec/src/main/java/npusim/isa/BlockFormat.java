package npusim.isa;

/**
 * Form of a compressed block that {@code dma.ldz} expands. A block has a fixed number of elements
 * and a fixed number of bytes in DRAM, so that the address of every block is affine; what a block
 * doesn't need of its bytes is padding. An element is a pattern of bits, and only the pattern of
 * all zeros is left out: expansion gives back every bit, negative zeros and NaN included.
 *
 * @param coding how elements that are not zero are found
 * @param keep elements stored per group ({@link Coding#NM})
 * @param of elements per group ({@link Coding#NM})
 * @param block elements of a block, a multiple of 8 and of {@code of}
 * @param bits bits of an element
 * @param bytes bytes of a compressed block
 */
public record BlockFormat(Coding coding, int keep, int of, int block, int bits, int bytes) {
  /** Bits of a number of zeros ({@link Coding#RLE}). */
  private static final int RUN_BITS = 4;

  private static final int MAX_RUN = (1 << RUN_BITS) - 1;

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException when they don't fit each other
   */
  public BlockFormat {
    if (block < 8 || block % 8 != 0) {
      throw new IllegalArgumentException("a block of " + block + " elements: not a multiple of 8");
    }
    if (coding == Coding.NM && (keep < 1 || of < 2 || keep > of || block % of != 0)) {
      throw new IllegalArgumentException(keep + " of " + of + " in blocks of " + block);
    }
    if (bytes < 1) {
      throw new IllegalArgumentException(bytes + " bytes per block");
    }
  }

  /** Keeps {@code keep} of every {@code of} elements. */
  public static BlockFormat nm(int keep, int of, int block, int bits) {
    long stored = (long) block / of * keep;
    long size = (stored * bits + 7) / 8 + (stored * placeBits(of) + 7) / 8;
    return new BlockFormat(Coding.NM, keep, of, block, bits, Math.toIntExact(size));
  }

  /** A bit per element and room for so many values. */
  public static BlockFormat bitmap(int block, int bits, int values) {
    int size = block / 8 + (values * bits + 7) / 8;
    return new BlockFormat(Coding.BITMAP, 1, 2, block, bits, size);
  }

  /** Pairs of run and value, so many per block. */
  public static BlockFormat rle(int block, int bits, int pairs) {
    int size = Math.max(1, (pairs * (RUN_BITS + bits) + 7) / 8);
    return new BlockFormat(Coding.RLE, 1, 2, block, bits, size);
  }

  /** Bits of a place in a group. */
  private static int placeBits(int of) {
    return 32 - Integer.numberOfLeadingZeros(of - 1);
  }

  /** Pairs that run-length coding needs for a block. */
  public static int pairs(long[] elements, int from, int block) {
    int pairs = 0;
    int run = 0;
    for (int i = 0; i < block; i++) {
      if (elements[from + i] != 0 || run == MAX_RUN) {
        pairs++;
        run = 0;
      } else {
        run++;
      }
    }
    return run > 0 ? pairs + 1 : pairs;
  }

  /** Bytes of a block before compression. */
  public int denseBytes() {
    return block * bits / 8;
  }

  /**
   * Compresses a block.
   *
   * @param elements bit patterns, from {@code from} on
   * @param out gets {@link #bytes} bytes at {@code at}
   * @return false when the block has more values than the format has room for; {@code out} is then
   *     undefined
   */
  public boolean encode(long[] elements, int from, byte[] out, int at) {
    java.util.Arrays.fill(out, at, at + bytes, (byte) 0);
    return switch (coding) {
      case NM -> encodeGroups(elements, from, out, at);
      case BITMAP -> encodeBitmap(elements, from, out, at);
      case RLE -> encodeRuns(elements, from, out, at);
    };
  }

  private boolean encodeGroups(long[] elements, int from, byte[] out, int at) {
    int stored = block / of * keep;
    int width = placeBits(of);
    int places = at + (stored * bits + 7) / 8;
    int n = 0;
    for (int g = 0; g < block; g += of) {
      int left = keep;
      for (int i = 0; i < of; i++) {
        long v = elements[from + g + i];
        // Groups with fewer values are filled up with zeros, the last ones of the group.
        if (v != 0 || of - i == left) {
          if (left == 0) {
            return false;
          }
          put(out, at, (long) n * bits, bits, v);
          put(out, places, (long) n * width, width, i);
          n++;
          left--;
        }
      }
    }
    return true;
  }

  private boolean encodeBitmap(long[] elements, int from, byte[] out, int at) {
    int room = (bytes - block / 8) * 8 / bits;
    int n = 0;
    for (int i = 0; i < block; i++) {
      long v = elements[from + i];
      if (v != 0) {
        if (n == room) {
          return false;
        }
        out[at + i / 8] |= (byte) (1 << i % 8);
        put(out, at + block / 8, (long) n++ * bits, bits, v);
      }
    }
    return true;
  }

  private boolean encodeRuns(long[] elements, int from, byte[] out, int at) {
    if (pairs(elements, from, block) * (RUN_BITS + bits) > bytes * 8) {
      return false;
    }
    long p = 0;
    int run = 0;
    for (int i = 0; i < block; i++) {
      long v = elements[from + i];
      if (v != 0 || run == MAX_RUN || i == block - 1) {
        put(out, at, p, RUN_BITS, run);
        put(out, at, p + RUN_BITS, bits, v);
        p += RUN_BITS + bits;
        run = 0;
      } else {
        run++;
      }
    }
    return true;
  }

  /**
   * Expands a block.
   *
   * @param out gets the bit patterns of {@link #block} elements from {@code to} on
   * @throws IllegalArgumentException when the bytes are no block of this format
   */
  public void decode(byte[] in, int at, long[] out, int to) {
    java.util.Arrays.fill(out, to, to + block, 0);
    switch (coding) {
      case NM -> decodeGroups(in, at, out, to);
      case BITMAP -> decodeBitmap(in, at, out, to);
      case RLE -> decodeRuns(in, at, out, to);
    }
  }

  private void decodeGroups(byte[] in, int at, long[] out, int to) {
    int stored = block / of * keep;
    int width = placeBits(of);
    int places = at + (stored * bits + 7) / 8;
    require(places - at + (stored * width + 7) / 8 <= bytes, "values and places");
    for (int n = 0; n < stored; n++) {
      int place = (int) get(in, places, (long) n * width, width);
      require(place < of, "a place beyond its group");
      out[to + n / keep * of + place] = get(in, at, (long) n * bits, bits);
    }
  }

  private void decodeBitmap(byte[] in, int at, long[] out, int to) {
    require(block / 8 <= bytes, "the bitmap");
    int room = (bytes - block / 8) * 8 / bits;
    int n = 0;
    for (int i = 0; i < block; i++) {
      if ((in[at + i / 8] >> i % 8 & 1) != 0) {
        require(n < room, "a value for every bit");
        out[to + i] = get(in, at + block / 8, (long) n++ * bits, bits);
      }
    }
  }

  private void decodeRuns(byte[] in, int at, long[] out, int to) {
    long p = 0;
    for (int i = 0; i < block; i++) {
      require(p + RUN_BITS + bits <= bytes * 8L, "pairs up to the block's end");
      i += (int) get(in, at, p, RUN_BITS);
      require(i < block, "runs within the block");
      out[to + i] = get(in, at, p + RUN_BITS, bits);
      p += RUN_BITS + bits;
    }
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(
          "a compressed block of "
              + bytes
              + " bytes lacks "
              + what
              + " ("
              + coding.mnemonic()
              + ")");
    }
  }

  /** Sets bits of a stream that is zero there; bit 0 is the lowest of the first byte. */
  private static void put(byte[] b, int at, long bit, int width, long value) {
    for (int done = 0; done < width; ) {
      int shift = (int) (bit + done & 7);
      int n = Math.min(width - done, 8 - shift);
      long part = value >>> done & (1L << n) - 1;
      b[at + (int) (bit + done >> 3)] |= (byte) (part << shift);
      done += n;
    }
  }

  private static long get(byte[] b, int at, long bit, int width) {
    long v = 0;
    for (int done = 0; done < width; ) {
      int shift = (int) (bit + done & 7);
      int n = Math.min(width - done, 8 - shift);
      long part = (b[at + (int) (bit + done >> 3)] & 0xff) >>> shift & (1L << n) - 1;
      v |= part << done;
      done += n;
    }
    return v;
  }
}
