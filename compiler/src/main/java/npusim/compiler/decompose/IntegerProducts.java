package npusim.compiler.decompose;

import java.util.Arrays;
import java.util.stream.IntStream;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/**
 * Products of 8-bit numbers, integers with zero points: Σ(a-za)(b-zb) = Σab - za·Σb - zb·Σa +
 * K·za·zb, where Σb of constant weights folds into a constant row and a zero point known to be 0
 * leaves nothing.
 */
public final class IntegerProducts {
  private IntegerProducts() {}

  private static boolean isZero(Emit e, Value zero) {
    Tensor t = e.constantOf(zero);
    return zero == null
        || (ReductionRules.known(t) && Arrays.stream(t.toLongs()).allMatch(z -> z == 0));
  }

  /**
   * Σ_k (a-za)(b-zb) + bias in int32; za a scalar or one per row, zb a scalar or one per column.
   *
   * @param bias int32 that broadcasts to the result, joined with the constant part of the
   *     correction; null for none
   */
  public static Value matmul(Emit e, Value a, Value za, Value b, Value zb, Value bias) {
    Value x = a.rank() == 1 ? e.reshape(a, 1, a.dim(0)) : a;
    Value w = b.rank() == 1 ? e.reshape(b, b.dim(0), 1) : b;
    Value sums = x.dtype().isFloat() ? e.matmulWide(x, w) : e.matmulInteger(x, w);
    boolean za0 = isZero(e, za);
    boolean zb0 = isZero(e, zb);
    Value row = za0 ? null : e.cast(rowPoint(e, za), DType.I32);
    Value column = zb0 ? null : e.cast(columnPoint(e, zb), DType.I32);
    if (!za0) {
      Value total = e.reduce("ReduceSum", e.cast(w, DType.I32), true, w.rank() - 2);
      total = zb0 ? total : e.sub(total, e.mul(column, w.dim(-2)));
      Value correction = e.mul(row, total);
      sums = bias == null ? e.sub(sums, correction) : e.add(sums, e.sub(bias, correction));
    } else if (bias != null) {
      sums = e.add(sums, bias);
    }
    if (!zb0) {
      Value total = e.reduce("ReduceSum", e.cast(x, DType.I32), true, x.rank() - 1);
      sums = e.sub(sums, e.mul(total, column));
    }
    if (a.rank() > 1 && b.rank() > 1) {
      return sums;
    }
    long[] s = sums.shape();
    long[] batch = Arrays.copyOf(s, s.length - 2);
    long[] kept =
        a.rank() > 1
            ? LongArrays.join(batch, s[s.length - 2])
            : b.rank() > 1 ? LongArrays.join(batch, s[s.length - 1]) : batch;
    return e.reshape(sums, kept);
  }

  private static Value rowPoint(Emit e, Value z) {
    return z.elements() == 1
        ? e.reshape(z, new long[0])
        : z.rank() == 1 ? e.reshape(z, z.dim(0), 1) : z;
  }

  private static Value columnPoint(Emit e, Value z) {
    return z.elements() == 1 ? e.reshape(z, new long[0]) : z;
  }

  /**
   * Σ (x-zx)(w-zw) + bias over a window in int32; positions outside the input count as x = zx.
   *
   * @param bias int32 per channel, joined with the constant part of the correction; null for none
   */
  public static Value conv(
      Node n, Emit e, Value x, Value zx, Value w, Value zw, Value bias, long[] outShape) {
    int r = x.rank() - 2;
    PoolRules.Window g =
        PoolRules.Window.of(n, x, Arrays.copyOfRange(w.shape(), 2, w.rank()), outShape);
    long groups = n.intAttr("group", 1);
    boolean zx0 = isZero(e, zx);
    boolean zw0 = isZero(e, zw);
    Value padded = x;
    long[] pads = g.pads();
    if (!zx0 || !zw0) {
      long[] before = LongArrays.join(new long[2], Arrays.copyOf(pads, r));
      long[] after = LongArrays.join(new long[2], Arrays.copyOfRange(pads, r, 2 * r));
      padded =
          e.pad(x, before, after, zx == null ? e.scalar(x.dtype(), 0) : e.reshape(zx, new long[0]));
      pads = new long[2 * r];
    }
    Value sums = e.conv(padded, w, null, groups, g.strides(), g.dilations(), pads);
    int[] inner = IntStream.range(1, w.rank()).toArray();
    Value channelZero =
        zw0 ? null : e.cast(zw.elements() == 1 ? e.reshape(zw, new long[0]) : zw, DType.I32);
    if (!zx0) {
      Value point = e.cast(e.reshape(zx, new long[0]), DType.I32);
      Value total = e.reduce("ReduceSum", e.cast(w, DType.I32), false, inner);
      if (!zw0) {
        long perChannel = LongArrays.product(w.shape()) / w.dim(0);
        total = e.sub(total, e.mul(channelZero, perChannel));
      }
      Value correction = e.mul(point, total);
      Value moved = bias == null ? e.neg(correction) : e.sub(bias, correction);
      sums = e.add(sums, NormRules.channel(e, moved, sums.rank()));
    } else if (bias != null) {
      sums = e.add(sums, NormRules.channel(e, bias, sums.rank()));
    }
    if (!zw0) {
      // Sums of the inputs under each window: a convolution with ones, per group.
      long[] ones = w.shape();
      ones[0] = groups;
      Value box =
          e.conv(padded, e.fill(DType.I8, 1, ones), null, groups, g.strides(), g.dilations(), pads);
      long each = w.dim(0) / groups;
      if (groups > 1 && each > 1) {
        long[] s = box.shape();
        long rest = LongArrays.product(Arrays.copyOfRange(s, 2, s.length));
        Value spread = e.expand(e.reshape(box, s[0], groups, 1, rest), s[0], groups, each, rest);
        box = e.reshape(spread, sums.shape());
      }
      Value z =
          channelZero.rank() == 0 ? channelZero : NormRules.channel(e, channelZero, sums.rank());
      sums = e.sub(sums, e.mul(box, z));
    }
    return sums;
  }
}
