package npusim.hardware;

/**
 * Last-resort range checks of the records; users meet the loader's diagnostics long before these.
 */
final class Checks {
  private Checks() {}

  static void positive(double value, String name) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must be above 0, got " + value);
    }
  }

  static void notNegative(double value, String name) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must not be below 0, got " + value);
    }
  }
}
