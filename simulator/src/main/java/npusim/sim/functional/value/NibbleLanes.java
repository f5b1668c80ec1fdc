package npusim.sim.functional.value;

import npusim.isa.DType;

/** Signed and unsigned 4-bit integers, two to a byte, the even element in the low nibble. */
final class NibbleLanes extends Lanes {
  private final int sign;

  NibbleLanes(DType type) {
    super(type);
    sign = type == DType.I4 ? 8 : 0;
  }

  private int get(byte[] mem, int base, int e) {
    int raw = (mem[base + (e >> 1)] >> ((e & 1) << 2)) & 15;
    return (raw ^ sign) - sign;
  }

  /** Replaces one nibble, leaving its neighbour. */
  static void put(byte[] mem, int base, int e, int nibble) {
    int p = base + (e >> 1);
    int shift = (e & 1) << 2;
    mem[p] = (byte) ((mem[p] & ~(15 << shift)) | ((nibble & 15) << shift));
  }

  @Override
  public void loadFloats(byte[] mem, int base, int e, int stride, float[] out, int at, int n) {
    for (int i = 0; i < n; i++) {
      out[at + i] = get(mem, base, e + i * stride);
    }
  }

  @Override
  public void loadInts(byte[] mem, int base, int e, int stride, int[] out, int at, int n) {
    for (int i = 0; i < n; i++) {
      out[at + i] = get(mem, base, e + i * stride);
    }
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = get(mem, base, e + i * stride);
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = get(mem, base, e + i * stride);
    }
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    for (int i = 0; i < n; i++) {
      put(mem, base, e + i * stride, (int) (long) in[i]);
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    for (int i = 0; i < n; i++) {
      put(mem, base, e + i * stride, (int) in[i]);
    }
  }
}
