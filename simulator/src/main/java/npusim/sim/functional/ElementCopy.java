package npusim.sim.functional;

import npusim.isa.DType;
import npusim.sim.functional.value.Elements;

/** Bitwise strided copies between local memories and DRAM, in iteration order. */
final class ElementCopy {
  private ElementCopy() {}

  /** Copies between two local operands of one element size, possibly of different cores. */
  static void localToLocal(LocalOperand from, LocalOperand to, long[] extents) {
    if (from.type() != to.type()) {
      throw Fault.program(
          "exec-type",
          "source is " + from.type() + " but destination is " + to.type() + "; a copy is bitwise");
    }
    Nest nest = new Nest(extents, from.strides(), to.strides());
    byte[] src = from.bytes();
    byte[] dst = to.bytes();
    int bits = from.type().bits();
    int sf = nest.inner(0);
    int st = nest.inner(1);
    if (bits < 8) {
      nest.forEach(
          Integer.MAX_VALUE,
          (at, n) -> {
            if (sf == 1 && st == 1 && ((at[0] | at[1]) & 1) == 0) {
              System.arraycopy(
                  src,
                  from.base() + (int) (at[0] >> 1),
                  dst,
                  to.base() + (int) (at[1] >> 1),
                  n >> 1);
              if ((n & 1) != 0) {
                putNibble(dst, to.base(), at[1] + n - 1, nibble(src, from.base(), at[0] + n - 1));
              }
              return;
            }
            for (int i = 0; i < n; i++) {
              putNibble(
                  dst,
                  to.base(),
                  at[1] + (long) i * st,
                  nibble(src, from.base(), at[0] + (long) i * sf));
            }
          });
      return;
    }
    int size = bits >> 3;
    nest.forEach(
        Integer.MAX_VALUE,
        (at, n) -> {
          int p = from.base() + (int) at[0] * size;
          int q = to.base() + (int) at[1] * size;
          if (sf == 1 && st == 1) {
            System.arraycopy(src, p, dst, q, n * size);
          } else {
            Elements.copy(src, p, sf * size, dst, q, st * size, size, n);
          }
        });
  }

  private static int nibble(byte[] mem, int base, long e) {
    return (mem[base + (int) (e >> 1)] >> ((e & 1) << 2)) & 15;
  }

  private static void putNibble(byte[] mem, int base, long e, int value) {
    int p = base + (int) (e >> 1);
    mem[p] = withNibble(mem[p], e, value);
  }

  private static byte withNibble(byte old, long e, int value) {
    int shift = (int) (e & 1) << 2;
    return (byte) ((old & ~(15 << shift)) | (value << shift));
  }

  /** Copies the elements of an operand in iteration order densely into a message. */
  static void pack(LocalOperand from, long[] extents, byte[] message) {
    localToLocal(from, LocalOperand.dense(message, extents, from.type()), extents);
  }

  /** Spreads the elements of a message over an operand in iteration order. */
  static void unpack(byte[] message, LocalOperand to, long[] extents) {
    localToLocal(LocalOperand.dense(message, extents, to.type()), to, extents);
  }

  /** Checks that a strided DRAM operand lies in the memory. */
  static void checkDram(Dram dram, long base, long[] strides, long[] extents, DType type) {
    int bits = type.bits();
    dram.checkRange(
        "dram",
        base + Math.floorDiv(Nest.lowest(extents, strides) * bits, 8L),
        base + Math.floorDiv(Nest.highest(extents, strides) * bits + bits + 7, 8L));
  }

  /** Copies from DRAM to a local operand. */
  static void load(Dram dram, long base, long[] strides, LocalOperand to, long[] extents) {
    checkDram(dram, base, strides, extents, to.type());
    Nest nest = new Nest(extents, strides, to.strides());
    byte[] dst = to.bytes();
    int bits = to.type().bits();
    long sf = nest.innerLong(0);
    int st = nest.inner(1);
    if (bits < 8) {
      nest.forEach(
          Integer.MAX_VALUE,
          (at, n) -> {
            int i = 0;
            if (sf == 1 && st == 1 && ((at[0] | at[1]) & 1) == 0) {
              dram.read(base + (at[0] >> 1), dst, to.base() + (int) (at[1] >> 1), n >> 1);
              i = n & ~1;
            }
            for (; i < n; i++) {
              long e = at[0] + i * sf;
              int v = (dram.get(base + (e >> 1)) >> ((e & 1) << 2)) & 15;
              putNibble(dst, to.base(), at[1] + (long) i * st, v);
            }
          });
      return;
    }
    int size = bits >> 3;
    nest.forEach(
        Integer.MAX_VALUE,
        (at, n) -> {
          long p = base + at[0] * size;
          int q = to.base() + (int) at[1] * size;
          if (sf == 1 && st == 1) {
            dram.read(p, dst, q, n * size);
            return;
          }
          for (int i = 0; i < n; i++, p += sf * size, q += st * size) {
            dram.read(p, dst, q, size);
          }
        });
  }

  /** Copies from a local operand to DRAM. */
  static void store(LocalOperand from, Dram dram, long base, long[] strides, long[] extents) {
    checkDram(dram, base, strides, extents, from.type());
    Nest nest = new Nest(extents, strides, from.strides());
    byte[] src = from.bytes();
    int bits = from.type().bits();
    long st = nest.innerLong(0);
    int sf = nest.inner(1);
    if (bits < 8) {
      nest.forEach(
          Integer.MAX_VALUE,
          (at, n) -> {
            int i = 0;
            if (sf == 1 && st == 1 && ((at[0] | at[1]) & 1) == 0) {
              dram.write(base + (at[0] >> 1), src, from.base() + (int) (at[1] >> 1), n >> 1);
              i = n & ~1;
            }
            for (; i < n; i++) {
              long e = at[0] + i * st;
              long p = base + (e >> 1);
              dram.put(
                  p, withNibble(dram.get(p), e, nibble(src, from.base(), at[1] + (long) i * sf)));
            }
          });
      return;
    }
    int size = bits >> 3;
    nest.forEach(
        Integer.MAX_VALUE,
        (at, n) -> {
          long p = base + at[0] * size;
          int q = from.base() + (int) at[1] * size;
          if (sf == 1 && st == 1) {
            dram.write(p, src, q, n * size);
            return;
          }
          for (int i = 0; i < n; i++, p += st * size, q += sf * size) {
            dram.write(p, src, q, size);
          }
        });
  }
}
