package npusim.sim.functional.value;

/** Copies of single elements without interpreting them. */
public final class Elements {
  private Elements() {}

  /**
   * Copies {@code n} elements of {@code size} bytes (1, 2, 4 or 8) in ascending order.
   *
   * @param p first source byte
   * @param stepP source bytes from element to element
   * @param q first destination byte
   * @param stepQ destination bytes from element to element
   */
  public static void copy(
      byte[] src, int p, int stepP, byte[] dst, int q, int stepQ, int size, int n) {
    switch (size) {
      case 1 -> {
        for (int i = 0; i < n; i++, p += stepP, q += stepQ) {
          dst[q] = src[p];
        }
      }
      case 2 -> {
        for (int i = 0; i < n; i++, p += stepP, q += stepQ) {
          Bytes.I16.set(dst, q, (short) Bytes.I16.get(src, p));
        }
      }
      case 4 -> {
        for (int i = 0; i < n; i++, p += stepP, q += stepQ) {
          Bytes.I32.set(dst, q, (int) Bytes.I32.get(src, p));
        }
      }
      case 8 -> {
        for (int i = 0; i < n; i++, p += stepP, q += stepQ) {
          Bytes.I64.set(dst, q, (long) Bytes.I64.get(src, p));
        }
      }
      default -> throw new IllegalArgumentException("element of " + size + " bytes");
    }
  }
}
