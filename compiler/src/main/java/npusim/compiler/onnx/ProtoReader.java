package npusim.compiler.onnx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/**
 * Walks the fields of one protobuf message in its wire format, without copying: lengths are checked
 * against the enclosing message and every error names the byte offset in the file. Unknown fields
 * are skipped by {@link #skip}.
 *
 * <p>The generated classes of the protobuf library aren't used because they copy every weight,
 * limit a file to 2 GiB, drop enum values newer than their schema and don't say where a file is
 * broken.
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment data;
  private final byte[] heap;
  private final long end;
  private final String message;
  private long pos;
  private int field;
  private int wire;

  /** A reader of a whole file; {@code heap} is its content when it is on the heap, else null. */
  ProtoReader(String file, MemorySegment data, byte[] heap, String message) {
    this(file, data, heap, 0, data.byteSize(), message);
  }

  private ProtoReader(
      String file, MemorySegment data, byte[] heap, long pos, long end, String message) {
    this.file = file;
    this.data = data;
    this.heap = heap;
    this.pos = pos;
    this.end = end;
    this.message = message;
  }

  /** Reads the next field's tag; false at the end of the message. */
  boolean next() {
    if (pos >= end) {
      return false;
    }
    long start = pos;
    long tag = rawVarint();
    field = (int) (tag >>> 3);
    wire = (int) (tag & 7);
    if (field == 0 || tag >>> 3 > 0x1fffffff || wire == 3 || wire == 4 || wire > 5) {
      throw error(
          start,
          "field number " + (tag >>> 3) + " with wire type " + wire + " is not valid protobuf");
    }
    return true;
  }

  int field() {
    return field;
  }

  long position() {
    return pos;
  }

  String file() {
    return file;
  }

  private long rawVarint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (pos >= end) {
        throw error(pos, "ends inside a number");
      }
      int b = heap != null ? heap[(int) pos] : data.get(ValueLayout.JAVA_BYTE, pos);
      pos++;
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw error(pos, "number longer than 10 bytes");
  }

  private void expect(int wanted) {
    if (wire != wanted) {
      throw error(pos, "field " + field + " has wire type " + wire + ", expected " + wanted);
    }
  }

  private long take(long bytes) {
    if (bytes < 0 || bytes > end - pos) {
      throw error(
          pos,
          "field "
              + field
              + " wants "
              + Long.toUnsignedString(bytes)
              + " bytes but "
              + (end - pos)
              + " are left: the file is truncated or damaged");
    }
    long at = pos;
    pos += bytes;
    return at;
  }

  long varint() {
    expect(VARINT);
    return rawVarint();
  }

  float float32() {
    expect(FIXED32);
    return Float.intBitsToFloat(data.get(INT, take(4)));
  }

  /** Content of a length-delimited field. */
  MemorySegment bytes() {
    expect(BYTES);
    long n = rawVarint();
    return data.asSlice(take(n), n);
  }

  String string() {
    expect(BYTES);
    long n = rawVarint();
    long at = take(n);
    if (heap != null) {
      return new String(heap, (int) at, (int) n, StandardCharsets.UTF_8);
    }
    return new String(data.asSlice(at, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** A reader of a nested message. */
  ProtoReader message(String name) {
    expect(BYTES);
    long n = rawVarint();
    long at = take(n);
    return new ProtoReader(file, data, heap, at, at + n, name);
  }

  /** Values of a repeated varint field, packed or not. */
  void varints(LongConsumer sink) {
    if (wire == VARINT) {
      sink.accept(rawVarint());
      return;
    }
    ProtoReader packed = message(message);
    while (packed.pos < packed.end) {
      sink.accept(packed.rawVarint());
    }
  }

  /** Raw bits of a repeated 32-bit field, packed or not. */
  void fixed32s(LongConsumer sink) {
    if (wire == FIXED32) {
      sink.accept(data.get(INT, take(4)));
      return;
    }
    ProtoReader packed = message(message);
    while (packed.pos < packed.end) {
      sink.accept(data.get(INT, packed.take(4)));
    }
  }

  /** Raw bits of a repeated 64-bit field, packed or not. */
  void fixed64s(LongConsumer sink) {
    if (wire == FIXED64) {
      sink.accept(data.get(LONG, take(8)));
      return;
    }
    ProtoReader packed = message(message);
    while (packed.pos < packed.end) {
      sink.accept(data.get(LONG, packed.take(8)));
    }
  }

  /** Passes over the current field. */
  void skip() {
    switch (wire) {
      case VARINT -> rawVarint();
      case FIXED64 -> take(8);
      case BYTES -> take(rawVarint());
      default -> take(4);
    }
  }

  NpusimException error(String what) {
    return error(pos, what);
  }

  private NpusimException error(long offset, String what) {
    return NpusimException.usage(
        Diagnostic.error(
            "onnx-format",
            "byte offset " + offset + ", in " + message + ": " + what,
            Location.ofFile(file),
            "export or copy the file again"));
  }
}
