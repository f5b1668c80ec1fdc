package npusim.sim.functional.value;

import java.lang.foreign.MemorySegment;
import npusim.isa.DType;

/** binary32. */
final class FloatLanes extends Lanes {
  /** Elements from which a bulk copy pays its checks. */
  private static final int BULK = 16;

  FloatLanes() {
    super(DType.F32);
  }

  @Override
  public void loadFloats(byte[] mem, int base, int e, int stride, float[] out, int at, int n) {
    int p = base + 4 * e;
    if (stride == 1 && n >= BULK) {
      MemorySegment.copy(MemorySegment.ofArray(mem), Bytes.FLOATS, p, out, at, n);
      return;
    }
    for (int i = 0; i < n; i++, p += 4 * stride) {
      out[at + i] = (float) Bytes.F32.get(mem, p);
    }
  }

  @Override
  public void storeFloats(byte[] mem, int base, int e, int stride, float[] in, int at, int n) {
    int p = base + 4 * e;
    if (stride == 1 && n >= BULK) {
      MemorySegment.copy(in, at, MemorySegment.ofArray(mem), Bytes.FLOATS, p, n);
      return;
    }
    for (int i = 0; i < n; i++, p += 4 * stride) {
      Bytes.F32.set(mem, p, in[at + i]);
    }
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    int p = base + 4 * e;
    if (stride == 1) {
      for (int i = 0; i < n; i++) {
        out[i] = (float) Bytes.F32.get(mem, p + 4 * i);
      }
      return;
    }
    for (int i = 0; i < n; i++, p += 4 * stride) {
      out[i] = (float) Bytes.F32.get(mem, p);
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    int p = base + 4 * e;
    for (int i = 0; i < n; i++, p += 4 * stride) {
      out[i] = (long) (float) Bytes.F32.get(mem, p);
    }
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    int p = base + 4 * e;
    if (stride == 1) {
      for (int i = 0; i < n; i++) {
        Bytes.F32.set(mem, p + 4 * i, (float) in[i]);
      }
      return;
    }
    for (int i = 0; i < n; i++, p += 4 * stride) {
      Bytes.F32.set(mem, p, (float) in[i]);
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    int p = base + 4 * e;
    for (int i = 0; i < n; i++, p += 4 * stride) {
      Bytes.F32.set(mem, p, (float) in[i]);
    }
  }
}
