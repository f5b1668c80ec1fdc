package npusim.sim.functional.value;

import npusim.isa.DType;
import npusim.isa.Numeric;

/** The 8-bit floats, read through a table of their 256 values. */
final class TableFloatLanes extends Lanes {
  private final boolean e4m3;
  private final float[] values = new float[256];

  TableFloatLanes(DType type) {
    super(type);
    e4m3 = type == DType.F8E4M3FN;
    for (int i = 0; i < 256; i++) {
      values[i] = e4m3 ? Numeric.f8E4M3FNToFloat((byte) i) : Numeric.f8E5M2ToFloat((byte) i);
    }
  }

  @Override
  public void loadFloats(byte[] mem, int base, int e, int stride, float[] out, int at, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++, p += stride) {
      out[at + i] = values[mem[p] & 0xff];
    }
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++, p += stride) {
      out[i] = values[mem[p] & 0xff];
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++, p += stride) {
      out[i] = (long) values[mem[p] & 0xff];
    }
  }

  private byte encode(double v) {
    float f = Numeric.toFloatRoundToOdd(v);
    return e4m3 ? Numeric.floatToF8E4M3FN(f, false) : Numeric.floatToF8E5M2(f, false);
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++, p += stride) {
      mem[p] = encode(in[i]);
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    int p = base + e;
    for (int i = 0; i < n; i++, p += stride) {
      mem[p] = encode(in[i]);
    }
  }
}
