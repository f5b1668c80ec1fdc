package npusim.compiler.codegen;

/** A loop nest needs more scalar registers than there are; the outermost loop is then unrolled. */
final class RegisterPressureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RegisterPressureException() {
    super("out of scalar registers", null, false, false);
  }
}
