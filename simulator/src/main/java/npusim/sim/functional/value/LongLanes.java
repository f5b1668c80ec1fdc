package npusim.sim.functional.value;

import npusim.isa.DType;
import npusim.isa.Numeric;

/** Signed and unsigned 64-bit integers; unsigned ones travel as the same 64 bits. */
final class LongLanes extends Lanes {
  private final boolean unsigned;

  LongLanes(DType type) {
    super(type);
    unsigned = type == DType.U64;
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    int p = base + 8 * e;
    for (int i = 0; i < n; i++, p += 8 * stride) {
      long v = (long) Bytes.I64.get(mem, p);
      out[i] = unsigned ? Numeric.u64ToDouble(v) : v;
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    int p = base + 8 * e;
    for (int i = 0; i < n; i++, p += 8 * stride) {
      out[i] = (long) Bytes.I64.get(mem, p);
    }
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    int p = base + 8 * e;
    for (int i = 0; i < n; i++, p += 8 * stride) {
      double v = in[i];
      // A negative value wraps as in the narrower unsigned types.
      Bytes.I64.set(mem, p, unsigned && v >= 0 ? Numeric.doubleToU64(v) : (long) v);
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    int p = base + 8 * e;
    for (int i = 0; i < n; i++, p += 8 * stride) {
      Bytes.I64.set(mem, p, in[i]);
    }
  }
}
