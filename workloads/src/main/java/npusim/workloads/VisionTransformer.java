package npusim.workloads;

/**
 * Dimensions of a vision transformer (Dosovitskiy et al. 2020) from the image to its last
 * normalisation.
 *
 * @param layers transformer layers
 * @param hidden width
 * @param ffn width inside the MLP
 * @param heads attention heads
 * @param image edge of the square image, pixels
 * @param patch edge of a patch, pixels
 * @param normEps added to the variance
 */
record VisionTransformer(
    int layers, int hidden, int ffn, int heads, int image, int patch, float normEps) {
  /** Patches and the class token. */
  int tokens() {
    int edge = image / patch;
    return edge * edge + 1;
  }

  /** A model of the same make, small enough to run on values in a test. */
  VisionTransformer small() {
    return new VisionTransformer(3, 32, 48, 2, 32, 8, normEps);
  }
}
