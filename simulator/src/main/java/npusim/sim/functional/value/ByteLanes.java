package npusim.sim.functional.value;

import npusim.isa.DType;

/** Signed and unsigned 8-bit integers, and BOOL (read as 0 or 1, any nonzero written as 1). */
final class ByteLanes extends Lanes {
  private final boolean bool;
  private final int mask;
  private final int sign;

  ByteLanes(DType type) {
    super(type);
    bool = type == DType.BOOL;
    mask = type == DType.I8 ? -1 : 0xff;
    // (b & 0xff ^ 0x80) - 0x80 sign-extends; with sign 0 it leaves the zero-extended value.
    sign = type == DType.I8 ? 0x80 : 0;
  }

  private int value(byte b) {
    int v = ((b & 0xff) ^ sign) - sign;
    return bool ? Math.min(v, 1) : v;
  }

  @Override
  public void loadFloats(byte[] mem, int base, int e, int stride, float[] out, int at, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++) {
      out[at + i] = value(mem[p + i * stride]);
    }
  }

  @Override
  public void loadInts(byte[] mem, int base, int e, int stride, int[] out, int at, int n) {
    int p = base + e;
    if (stride == 1 && !bool) {
      for (int i = 0; i < n; i++) {
        out[at + i] = mem[p + i] & mask;
      }
      return;
    }
    for (int i = 0; i < n; i++) {
      out[at + i] = value(mem[p + i * stride]);
    }
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++) {
      out[i] = value(mem[p + i * stride]);
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++) {
      out[i] = value(mem[p + i * stride]);
    }
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++, p += stride) {
      // Compared as a float: NaN and fractions below one are nonzero.
      mem[p] = bool ? (byte) (in[i] != 0 ? 1 : 0) : (byte) (long) in[i];
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++, p += stride) {
      mem[p] = bool ? (byte) (in[i] != 0 ? 1 : 0) : (byte) in[i];
    }
  }
}
