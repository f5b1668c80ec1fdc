package npusim.sim.functional.value;

import java.lang.foreign.MemorySegment;
import npusim.isa.DType;

/** Signed and unsigned 32-bit integers. */
final class IntLanes extends Lanes {
  private final long mask;

  IntLanes(DType type) {
    super(type);
    mask = type == DType.I32 ? -1L : 0xffffffffL;
  }

  @Override
  public void loadInts(byte[] mem, int base, int e, int stride, int[] out, int at, int n) {
    int p = base + 4 * e;
    if (stride == 1) {
      MemorySegment.copy(MemorySegment.ofArray(mem), Bytes.INTS, p, out, at, n);
      return;
    }
    for (int i = 0; i < n; i++, p += 4 * stride) {
      out[at + i] = (int) Bytes.I32.get(mem, p);
    }
  }

  @Override
  public void loadDoubles(byte[] mem, int base, int e, int stride, double[] out, int n) {
    int p = base + 4 * e;
    for (int i = 0; i < n; i++, p += 4 * stride) {
      out[i] = (int) Bytes.I32.get(mem, p) & mask;
    }
  }

  @Override
  public void loadLongs(byte[] mem, int base, int e, int stride, long[] out, int n) {
    int p = base + 4 * e;
    for (int i = 0; i < n; i++, p += 4 * stride) {
      out[i] = (int) Bytes.I32.get(mem, p) & mask;
    }
  }

  @Override
  public void storeDoubles(byte[] mem, int base, int e, int stride, double[] in, int n) {
    int p = base + 4 * e;
    for (int i = 0; i < n; i++, p += 4 * stride) {
      Bytes.I32.set(mem, p, (int) (long) in[i]);
    }
  }

  @Override
  public void storeLongs(byte[] mem, int base, int e, int stride, long[] in, int n) {
    int p = base + 4 * e;
    for (int i = 0; i < n; i++, p += 4 * stride) {
      Bytes.I32.set(mem, p, (int) in[i]);
    }
  }

  @Override
  public void storeInts(byte[] mem, int base, int e, int stride, int[] in, int at, int n) {
    int p = base + 4 * e;
    if (stride == 1) {
      MemorySegment.copy(in, at, MemorySegment.ofArray(mem), Bytes.INTS, p, n);
      return;
    }
    for (int i = 0; i < n; i++, p += 4 * stride) {
      Bytes.I32.set(mem, p, in[at + i]);
    }
  }
}
