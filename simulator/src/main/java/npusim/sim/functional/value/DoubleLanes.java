package npusim.sim.functional.value;

import npusim.isa.DType;

/** binary64. */
final class DoubleLanes extends Lanes {
  DoubleLanes() {
    super(DType.F64);
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    int p = base + 8 * e;
    for (int i = 0; i < n; i++, p += 8 * stride) {
      out[i] = (double) Bytes.F64.get(mem, p);
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    int p = base + 8 * e;
    for (int i = 0; i < n; i++, p += 8 * stride) {
      out[i] = (long) (double) Bytes.F64.get(mem, p);
    }
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    int p = base + 8 * e;
    for (int i = 0; i < n; i++, p += 8 * stride) {
      Bytes.F64.set(mem, p, in[i]);
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    int p = base + 8 * e;
    for (int i = 0; i < n; i++, p += 8 * stride) {
      Bytes.F64.set(mem, p, (double) in[i]);
    }
  }
}
