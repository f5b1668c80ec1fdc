package npusim.workloads;

/**
 * How a weight is drawn when a small seeded model is wanted. Full-size models carry shapes only.
 */
public enum Init {
  /**
   * Normal with standard deviation 1/sqrt(fan in); fan in is the second last extent, or the product
   * of all but the first for convolution kernels.
   */
  DENSE,
  /**
   * Normal with standard deviation sqrt(2/fan in) over all extents but the first: convolution
   * kernels [out, in, kh, kw].
   */
  KERNEL,
  /** Normal with standard deviation 0.05: biases, running means, embeddings. */
  SMALL,
  /** Uniform around one, 0.8 to 1.2: scales of normalisations and running variances. */
  NEAR_ONE
}
