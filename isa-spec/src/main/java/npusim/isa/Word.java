// Generated from src/main/isa by IsaGenerator; edit the YAML and run IsaFreshnessTest with
// -Dupdate=true.
package npusim.isa;

/** Sizes of the instruction word and its header. */
public final class Word {

  /** Bytes of an instruction. */
  public static final int BYTES = 128;

  /** Bits before the first field: opcode, wait slots, signal slots. */
  public static final int HEADER_BITS = 96;

  /** Wait slots of an instruction. */
  public static final int WAIT_SLOTS = 3;

  /** Signal slots of an instruction. */
  public static final int SIGNAL_SLOTS = 3;

  /** Bits of a semaphore number. */
  public static final int SEMAPHORE_BITS = 6;

  /** Bits of a wait or signal count. */
  public static final int COUNT_BITS = 8;

  /** Largest semaphore number; 0 stands for none. */
  public static final int MAX_SEMAPHORE = 63;

  /** Largest count of a wait or signal. */
  public static final int MAX_COUNT = 255;

  /** Scalar registers; register 0 is always 0. */
  public static final int REGISTERS = 32;

  /** Nested calls. */
  public static final int CALL_DEPTH = 8;

  /** Local byte address of the first byte of the accumulator memory. */
  public static final long ACC_BASE = 0x80000000L;

  private Word() {}
}
