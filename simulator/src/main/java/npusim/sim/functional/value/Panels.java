package npusim.sim.functional.value;

/** Dense row-major panels. */
public final class Panels {
  private Panels() {}

  /** The transposed of rows × columns numbers. */
  public static float[] transpose(float[] x, int rows, int columns) {
    float[] t = new float[x.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        t[c * rows + r] = x[r * columns + c];
      }
    }
    return t;
  }

  /** The transposed of rows × columns integers. */
  public static int[] transpose(int[] x, int rows, int columns) {
    int[] t = new int[x.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        t[c * rows + r] = x[r * columns + c];
      }
    }
    return t;
  }
}
