package npusim.compiler.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Writes one protobuf message in its wire format. */
final class ProtoWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  byte[] toBytes() {
    return out.toByteArray();
  }

  private void raw(long v) {
    long rest = v;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private void tag(int field, int wire) {
    raw(((long) field << 3) | wire);
  }

  ProtoWriter varint(int field, long v) {
    tag(field, ProtoReader.VARINT);
    raw(v);
    return this;
  }

  ProtoWriter float32(int field, float v) {
    tag(field, ProtoReader.FIXED32);
    int b = Float.floatToRawIntBits(v);
    for (int i = 0; i < 4; i++) {
      out.write(b >>> (8 * i));
    }
    return this;
  }

  ProtoWriter bytes(int field, byte[] b) {
    tag(field, ProtoReader.BYTES);
    raw(b.length);
    out.write(b, 0, b.length);
    return this;
  }

  ProtoWriter string(int field, String s) {
    return bytes(field, s.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a string unless it is empty. */
  ProtoWriter text(int field, String s) {
    return s.isEmpty() ? this : string(field, s);
  }

  ProtoWriter message(int field, Consumer<ProtoWriter> content) {
    ProtoWriter nested = new ProtoWriter();
    content.accept(nested);
    return bytes(field, nested.toBytes());
  }
}
