package npusim.sim.functional;

import java.util.Arrays;
import java.util.Locale;
import npusim.isa.Word;

/**
 * One memory local to a core: its scratchpad or its accumulator memory. The array behind it grows
 * with the highest byte touched, since most programs leave most of a large scratchpad alone; {@link
 * #bytes} must therefore be asked for after every operand of an instruction has been checked.
 */
final class LocalMemory {
  private static final int FIRST_BYTES = 1 << 16;

  private final String name;
  private final long origin;
  private final int size;
  private byte[] bytes;
  private final InitialisedBytes written;

  /**
   * @param name for messages
   * @param origin local byte address of its first byte
   * @param size bytes
   * @param track whether reads of bytes never written are errors
   */
  LocalMemory(String name, long origin, int size, boolean track) {
    this(
        name,
        origin,
        size,
        new byte[Math.min(size, FIRST_BYTES)],
        track ? new InitialisedBytes(size) : null);
  }

  private LocalMemory(String name, long origin, int size, byte[] bytes, InitialisedBytes written) {
    this.name = name;
    this.origin = origin;
    this.size = size;
    this.bytes = bytes;
    this.written = written;
  }

  /** A memory over bytes that exist already, without tracking. */
  static LocalMemory wrap(byte[] bytes) {
    return new LocalMemory("message", 0, bytes.length, bytes, null);
  }

  /** Contents as far as touched; no longer valid after another {@link #checkRange}. */
  byte[] bytes() {
    return bytes;
  }

  /** Capacity in bytes. */
  int size() {
    return size;
  }

  /** True when reads of bytes never written are errors. */
  boolean tracks() {
    return written != null;
  }

  /** Index into {@link #bytes} of a local address. */
  long offset(long address) {
    return address - origin;
  }

  /**
   * Checks that bytes {@code from} to {@code to} (exclusive, offsets) exist, and brings them into
   * the array.
   */
  void checkRange(String operand, long from, long to) {
    if (from >= 0 && to <= bytes.length) {
      return;
    }
    if (from < 0 || to > size) {
      throw Fault.program(
          "exec-address",
          String.format(
              Locale.ROOT,
              "operand %s covers %s bytes 0x%x..0x%x, but the %s has 0x%x bytes from 0x%x on",
              operand,
              name,
              origin + from,
              origin + to - 1,
              name,
              size,
              origin));
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(size, Math.max(to, 2L * bytes.length)));
  }

  /**
   * Checks that bytes {@code from} to {@code to} (exclusive, offsets) were written, when tracking.
   */
  void checkWritten(String operand, long from, long to) {
    long p = written.firstUnwritten(from, to);
    if (p >= 0) {
      throw Fault.program(
          "exec-uninitialised",
          String.format(
              Locale.ROOT,
              "operand %s reads %s byte 0x%x that nothing has written",
              operand,
              name,
              origin + p));
    }
  }

  /** Notes bytes {@code from} to {@code to} (exclusive, offsets) as written, when tracking. */
  void markWritten(long from, long to) {
    written.mark(from, to);
  }

  /** True for addresses in accumulator memory. */
  static boolean isAccumulator(long address) {
    return address >= Word.ACC_BASE;
  }
}
