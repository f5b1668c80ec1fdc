package npusim.workloads;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import npusim.compiler.ir.Tensor;
import npusim.isa.DType;

/** Where a builder's weights come from. */
@FunctionalInterface
public interface Weights {
  /**
   * One weight.
   *
   * @param name unique in the model; seeded values depend on it and the seed only
   * @param init distribution of seeded values
   * @param dims extents
   * @return a float32 tensor, with or without data
   */
  Tensor make(String name, Init init, long... dims);

  /** Shapes without values: enough to compile and time, whatever the size. */
  static Weights shapesOnly() {
    return (name, init, dims) -> Tensor.absent(DType.F32, dims);
  }

  /** Reproducible random values, the same on every machine. */
  static Weights seeded(long seed) {
    return (name, init, dims) -> {
      var crc = new CRC32();
      crc.update(name.getBytes(StandardCharsets.UTF_8));
      var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L ^ crc.getValue());
      double scale =
          switch (init) {
            case DENSE -> 1 / StrictMath.sqrt(dims.length > 1 ? dims[dims.length - 2] : dims[0]);
            case KERNEL -> StrictMath.sqrt(2.0 / fanIn(dims));
            case SMALL -> 0.05;
            case NEAR_ONE -> 0.2;
          };
      return Tensor.generate(
          DType.F32,
          dims,
          i -> init == Init.NEAR_ONE ? 1 + scale * uniform(random) : scale * normal(random));
    };
  }

  private static long fanIn(long... dims) {
    long product = 1;
    for (int i = 1; i < dims.length; i++) {
      product *= dims[i];
    }
    return product;
  }

  private static double uniform(SplittableRandom random) {
    return 2 * random.nextDouble() - 1;
  }

  /** Sum of twelve uniforms: close to normal, bounded by 6, and exact in binary64 arithmetic. */
  private static double normal(SplittableRandom random) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    return sum;
  }
}
