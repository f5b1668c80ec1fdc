package npusim.tools.cli;

/** Choices made for a user who makes none. */
final class Defaults {
  /** Chip of {@code exec} and {@code onnx-test}: it computes every type natively. */
  static final String EXEC_CHIP = "edge";

  /** Chip of {@code run} and {@code compile}. */
  static final String RUN_CHIP = "rngd";

  private Defaults() {}
}
