package npusim.sim.functional;

/**
 * The stationary block in the array, as {@code m.load} left it.
 *
 * @param k rows
 * @param n columns
 * @param floats row-major values as binary32; empty when there is no block
 * @param ints row-major values as integers; empty when the block's type is a float
 */
record MatrixBlock(int k, int n, float[] floats, int[] ints) {
  /** No block loaded yet. */
  static final MatrixBlock NONE = new MatrixBlock(0, 0, new float[0], new int[0]);
}
