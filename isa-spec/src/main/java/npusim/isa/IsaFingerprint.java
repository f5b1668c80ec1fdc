package npusim.isa;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** A number that changes whenever the encoding of any instruction does. Containers carry it. */
public final class IsaFingerprint {
  private static final int VALUE = compute();

  private IsaFingerprint() {}

  /** The fingerprint of this build's instruction set. */
  public static int value() {
    return VALUE;
  }

  private static int compute() {
    var text = new StringBuilder();
    for (Opcode op : Opcode.values()) {
      text.append(op.code()).append(op.mnemonic());
      for (FieldSpec spec : op.fields()) {
        text.append(spec.field())
            .append(spec.kind())
            .append(spec.offset())
            .append(',')
            .append(spec.width());
        spec.enumeration().ifPresent(e -> append(text, e));
      }
    }
    var crc = new CRC32();
    crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  private static void append(StringBuilder text, Class<? extends Enum<?>> enumeration) {
    for (Enum<?> constant : enumeration.getEnumConstants()) {
      text.append(constant.name()).append(';');
    }
  }
}
