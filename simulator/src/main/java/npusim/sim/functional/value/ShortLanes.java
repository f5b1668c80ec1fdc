package npusim.sim.functional.value;

import npusim.isa.DType;

/** Signed and unsigned 16-bit integers. */
final class ShortLanes extends Lanes {
  private final int mask;

  ShortLanes(DType type) {
    super(type);
    mask = type == DType.I16 ? -1 : 0xffff;
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    int p = base + 2 * e;
    for (int i = 0; i < n; i++, p += 2 * stride) {
      out[i] = (short) Bytes.I16.get(mem, p) & mask;
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    int p = base + 2 * e;
    for (int i = 0; i < n; i++, p += 2 * stride) {
      out[i] = (short) Bytes.I16.get(mem, p) & mask;
    }
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    int p = base + 2 * e;
    for (int i = 0; i < n; i++, p += 2 * stride) {
      Bytes.I16.set(mem, p, (short) (long) in[i]);
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    int p = base + 2 * e;
    for (int i = 0; i < n; i++, p += 2 * stride) {
      Bytes.I16.set(mem, p, (short) in[i]);
    }
  }
}
