package npusim.diag;

/** What the process says to the shell. */
public enum ExitCode {
  /** Done. */
  OK(0),
  /** A check failed: regression, verification, conformance. */
  CHECK_FAILED(1),
  /** Wrong usage or invalid input. */
  USAGE(2),
  /** Valid input that cannot be done: does not fit, or is not supported. */
  INFEASIBLE(3),
  /** A fault of npusim itself. */
  INTERNAL(70);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /** The number passed to the shell. */
  public int code() {
    return code;
  }
}
