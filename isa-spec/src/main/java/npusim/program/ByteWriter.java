package npusim.program;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Growing little-endian byte buffer. */
final class ByteWriter {
  private byte[] bytes = new byte[1024];
  private int size;

  ByteWriter u8(int value) {
    return bytes(value, 1);
  }

  ByteWriter u32(int value) {
    return bytes(value, 4);
  }

  ByteWriter u64(long value) {
    return bytes(value, 8);
  }

  ByteWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return u32(utf8.length).raw(utf8);
  }

  ByteWriter raw(byte[] data) {
    int at = reserve(data.length);
    System.arraycopy(data, 0, bytes, at, data.length);
    return this;
  }

  /** Makes room for {@code count} bytes and returns where they begin in {@link #buffer}. */
  int reserve(int count) {
    int at = size;
    size = Math.addExact(size, count);
    if (size > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(size, bytes.length * 2L)));
    }
    return at;
  }

  byte[] buffer() {
    return bytes;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private ByteWriter bytes(long value, int count) {
    int at = reserve(count);
    for (int i = 0; i < count; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
    return this;
  }
}
