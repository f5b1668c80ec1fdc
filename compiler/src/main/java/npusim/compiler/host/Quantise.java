package npusim.compiler.host;

import npusim.compiler.ir.Tensor;
import npusim.isa.DType;
import npusim.isa.Numeric;

/** QuantizeLinear and DequantizeLinear: per tensor, per axis or in blocks along an axis. */
public final class Quantise {
  private Quantise() {}

  /**
   * Position of an element's scale.
   *
   * @param block elements per scale along the axis; 0 when there is one per index of the axis
   */
  private static long parameter(long i, Tensor x, Tensor scale, int axis, long block) {
    if (scale.size() == 1) {
      return 0;
    }
    long inner = Strides.product(x.dims(), axis + 1, x.rank());
    long n = x.dim(axis);
    long at = i / inner % n;
    if (block == 0) {
      return at;
    }
    return (i / inner / n * scale.dim(axis) + at / block) * inner + i % inner;
  }

  /** Rounds {@code x/scale} half to even, adds the zero point and saturates. */
  public static Tensor quantize(
      Tensor x, Tensor scale, Tensor zero, DType to, int axis, long block, boolean saturate) {
    Tensor out = Tensor.zeros(to, x.dims());
    for (long i = 0; i < x.size(); i++) {
      long p = parameter(i, x, scale, axis, block);
      float v = (float) (x.at(i) / scale.at(p));
      switch (to) {
        case F8E4M3FN -> out.setBits(i, Numeric.floatToF8E4M3FN(v, saturate));
        case F8E5M2 -> out.setBits(i, Numeric.floatToF8E5M2(v, saturate));
        default -> {
          double r = Math.rint(v) + (zero == null ? 0 : zero.at(p));
          out.setBits(i, Numeric.saturate(to, r));
        }
      }
    }
    return out;
  }

  /** {@code (x - zero)·scale}. */
  public static Tensor dequantize(
      Tensor x, Tensor scale, Tensor zero, DType to, int axis, long block) {
    Tensor out = Tensor.zeros(to, x.dims());
    for (long i = 0; i < x.size(); i++) {
      long p = parameter(i, x, scale, axis, block);
      out.setDouble(i, (x.at(i) - (zero == null ? 0 : zero.at(p))) * scale.at(p));
    }
    return out;
  }
}
