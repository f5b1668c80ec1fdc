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
  private final AccessObserver observer;

  /**
   * @param name for messages
   * @param origin local byte address of its first byte
   * @param size bytes
   * @param written which bytes have been written, when reads of others are errors; else null
   * @param observer is told of every access; may be null
   */
  LocalMemory(
      String name, long origin, int size, InitialisedBytes written, AccessObserver observer) {
    this(name, origin, size, new byte[Math.min(size, FIRST_BYTES)], written, observer);
  }

  private LocalMemory(
      String name,
      long origin,
      int size,
      byte[] bytes,
      InitialisedBytes written,
      AccessObserver observer) {
    this.name = name;
    this.origin = origin;
    this.size = size;
    this.bytes = bytes;
    this.written = written;
    this.observer = observer;
  }

  /** A memory over bytes that exist already, without checks. */
  static LocalMemory wrap(byte[] bytes) {
    return new LocalMemory("message", 0, bytes.length, bytes, null, null);
  }

  /** Contents as far as touched; no longer valid after another {@link #checkRange}. */
  byte[] bytes() {
    return bytes;
  }

  /** Capacity in bytes. */
  int size() {
    return size;
  }

  /** True when every access must be told to {@link #checkWritten} or {@link #markWritten}. */
  boolean tracks() {
    return written != null || observer != null;
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
   * Takes note of a read of bytes {@code from} to {@code to} (exclusive, offsets).
   *
   * @throws Fault when nothing has written one of them, and that is checked
   */
  void checkWritten(String operand, long from, long to) {
    if (written != null) {
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
    if (observer != null) {
      observer.read(from, to);
    }
  }

  /** True when reads of what nothing has written are errors. */
  boolean knowsWritten() {
    return written != null;
  }

  /** Takes bytes {@code from} to {@code to} (exclusive, offsets) for never written. */
  void forget(long from, long to) {
    written.clear(from, to);
  }

  /** Takes note of a write of bytes {@code from} to {@code to} (exclusive, offsets). */
  void markWritten(long from, long to) {
    if (written != null) {
      written.mark(from, to);
    }
    if (observer != null) {
      observer.write(from, to);
    }
  }

  /** True for addresses in accumulator memory. */
  static boolean isAccumulator(long address) {
    return address >= Word.ACC_BASE;
  }
}
