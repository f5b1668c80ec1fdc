package npusim.isa;

/** Bytes that are no instruction; the message says why. */
public final class MalformedInstructionException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedInstructionException(String message) {
    super(message);
  }
}
