package npusim.sim.functional;

/**
 * Something an instruction must not do. Thrown by the instruction's semantics without a place; the
 * runner adds program, core, instruction and graph node.
 */
final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose mistake it is. */
  enum Cause {
    /** The program: wrong address, type or synchronisation. */
    PROGRAM,
    /** The input data: an index outside a table. */
    DATA
  }

  private final Cause kind;
  private final String code;

  private Fault(Cause kind, String code, String message) {
    super(message, null, false, false);
    this.kind = kind;
    this.code = code;
  }

  /** A mistake of the program. */
  static Fault program(String code, String message) {
    return new Fault(Cause.PROGRAM, code, message);
  }

  /** A value in the data that no program could use. */
  static Fault data(String code, String message) {
    return new Fault(Cause.DATA, code, message);
  }

  Cause kind() {
    return kind;
  }

  /** Short stable name for the diagnostic. */
  String code() {
    return code;
  }
}
