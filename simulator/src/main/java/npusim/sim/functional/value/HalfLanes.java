package npusim.sim.functional.value;

import npusim.isa.DType;
import npusim.isa.Numeric;

/** binary16 and bfloat16. */
final class HalfLanes extends Lanes {
  private final boolean brain;

  HalfLanes(DType type) {
    super(type);
    brain = type == DType.BF16;
  }

  @Override
  public void loadFloats(byte[] mem, int base, int e, int stride, float[] out, int at, int n) {
    int p = base + 2 * e;
    int step = 2 * stride;
    if (brain) {
      for (int i = 0; i < n; i++) {
        out[at + i] = Numeric.bf16ToFloat((short) Bytes.I16.get(mem, p + step * i));
      }
    } else {
      for (int i = 0; i < n; i++) {
        out[at + i] = Float.float16ToFloat((short) Bytes.I16.get(mem, p + step * i));
      }
    }
  }

  @Override
  public void storeFloats(byte[] mem, int base, int e, int stride, float[] in, int at, int n) {
    int p = base + 2 * e;
    int step = 2 * stride;
    if (brain) {
      for (int i = 0; i < n; i++) {
        Bytes.I16.set(mem, p + step * i, Numeric.floatToBf16(in[at + i]));
      }
    } else {
      for (int i = 0; i < n; i++) {
        Bytes.I16.set(mem, p + step * i, Float.floatToFloat16(in[at + i]));
      }
    }
  }

  private float at(byte[] mem, int p) {
    short s = (short) Bytes.I16.get(mem, p);
    return brain ? Numeric.bf16ToFloat(s) : Float.float16ToFloat(s);
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    int p = base + 2 * e;
    for (int i = 0; i < n; i++, p += 2 * stride) {
      out[i] = at(mem, p);
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    int p = base + 2 * e;
    for (int i = 0; i < n; i++, p += 2 * stride) {
      out[i] = (long) at(mem, p);
    }
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    int p = base + 2 * e;
    for (int i = 0; i < n; i++, p += 2 * stride) {
      Bytes.I16.set(mem, p, brain ? Numeric.doubleToBf16(in[i]) : Numeric.doubleToF16(in[i]));
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    int p = base + 2 * e;
    for (int i = 0; i < n; i++, p += 2 * stride) {
      double v = in[i];
      Bytes.I16.set(mem, p, brain ? Numeric.doubleToBf16(v) : Numeric.doubleToF16(v));
    }
  }
}
