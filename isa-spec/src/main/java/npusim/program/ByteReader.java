package npusim.program;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/**
 * Reads the little-endian bytes of a section; every fault names the section and the offset in it.
 */
final class ByteReader {
  private final String file;
  private final String section;
  private final byte[] bytes;
  private int at;

  ByteReader(String file, String section, byte[] bytes) {
    this.file = file;
    this.section = section;
    this.bytes = bytes;
  }

  int u8() {
    return (int) number(1);
  }

  int u32() {
    return (int) number(4);
  }

  long u64() {
    return number(8);
  }

  /**
   * A 32-bit number of items of at least {@code itemBytes} each that must still be in the section.
   */
  int count(String what, int itemBytes) {
    int start = at;
    long value = u32() & 0xffffffffL;
    if (value * itemBytes > bytes.length - at) {
      throw fault(
          start, what + " says " + value + " but only " + (bytes.length - at) + " bytes follow");
    }
    return (int) value;
  }

  String text() {
    int length = count("text length", 1);
    int start = skip(length);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw fault(start, "text is not UTF-8");
    }
  }

  /** Skips bytes and returns where they begin in {@link #buffer}. */
  int skip(int count) {
    if (count > bytes.length - at) {
      throw fault(at, "needs " + count + " more bytes, has " + (bytes.length - at));
    }
    int start = at;
    at += count;
    return start;
  }

  byte[] buffer() {
    return bytes;
  }

  int position() {
    return at;
  }

  void end() {
    if (at != bytes.length) {
      throw fault(at, (bytes.length - at) + " bytes too many");
    }
  }

  /** What to throw for a fault at an offset of the section. */
  NpusimException fault(int offset, String message) {
    return fault(file, section, offset, message);
  }

  static NpusimException fault(String file, String section, long offset, String message) {
    return NpusimException.usage(
        Diagnostic.error(
            "program-corrupt",
            "section " + section + ", offset " + offset + ": " + message,
            Location.ofFile(file),
            "the file is damaged or was not written by npusim; compile or assemble it again"));
  }

  private long number(int count) {
    int start = skip(count);
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (bytes[start + i] & 0xffL) << (8 * i);
    }
    return value;
  }
}
