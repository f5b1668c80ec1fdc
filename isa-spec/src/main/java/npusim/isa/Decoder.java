package npusim.isa;

import java.util.Locale;

/**
 * 128 bytes to an instruction, by the same field table as {@link Encoder}. Accepts exactly the
 * words that {@link Encoder} produces: an unknown opcode, a value outside its range, a nonzero
 * unused bit or a semaphore slot that is half set is a {@link MalformedInstructionException}.
 */
public final class Decoder {
  private static final int SLOT_BITS = Word.SEMAPHORE_BITS + Word.COUNT_BITS;

  private Decoder() {}

  /** Decodes the word at {@code data[at..at+127]}. */
  public static Instruction decode(byte[] data, int at) throws MalformedInstructionException {
    var bits = new long[Word.BYTES / Long.BYTES];
    for (int i = 0; i < Word.BYTES; i++) {
      bits[i >> 3] |= (data[at + i] & 0xffL) << ((i & 7) * 8);
    }
    int code = (int) get(bits, 0, 8);
    Opcode op =
        Opcode.ofCode(code)
            .orElseThrow(
                () ->
                    new MalformedInstructionException(
                        String.format(Locale.ROOT, "unknown opcode 0x%02x", code)));
    Instruction.Builder builder = Instruction.builder(op);
    int position = 8;
    for (int i = 0; i < Word.WAIT_SLOTS; i++, position += SLOT_BITS) {
      slot(builder, get(bits, position, SLOT_BITS), i, true);
    }
    for (int i = 0; i < Word.SIGNAL_SLOTS; i++, position += SLOT_BITS) {
      slot(builder, get(bits, position, SLOT_BITS), i, false);
    }
    requireZero(bits, position, Word.HEADER_BITS);
    position = Word.HEADER_BITS;
    for (FieldSpec spec : op.fields()) {
      long value = get(bits, spec.offset(), spec.width());
      if (spec.kind().signed() && spec.width() < 64) {
        value = value << (64 - spec.width()) >> (64 - spec.width());
      }
      int register =
          spec.kind().plusRegister()
              ? (int) get(bits, spec.offset() + spec.width(), FieldSpec.REGISTER_BITS)
              : 0;
      if (spec.kind() == FieldKind.DTYPE) {
        int typeCode = (int) value;
        value =
            DType.ofOnnx(typeCode)
                .orElseThrow(
                    () ->
                        new MalformedInstructionException(
                            op.mnemonic() + ": unknown type code " + typeCode))
                .ordinal();
      }
      try {
        builder.set(spec.field(), value, register);
      } catch (IllegalArgumentException e) {
        throw new MalformedInstructionException(e.getMessage());
      }
      position = spec.offset() + spec.totalBits();
    }
    requireZero(bits, position, Word.BYTES * 8);
    return builder.build();
  }

  private static void slot(Instruction.Builder builder, long packed, int index, boolean wait)
      throws MalformedInstructionException {
    int semaphore = (int) packed & Word.MAX_SEMAPHORE;
    int count = (int) (packed >>> Word.SEMAPHORE_BITS);
    if (packed == 0) {
      return;
    }
    int free = wait ? builder.freeWaits() : builder.freeSignals();
    int slots = wait ? Word.WAIT_SLOTS : Word.SIGNAL_SLOTS;
    if (semaphore == 0 || count == 0 || slots - free != index) {
      throw new MalformedInstructionException(
          (wait ? "wait" : "signal")
              + " slot "
              + index
              + " has semaphore "
              + semaphore
              + ", count "
              + count);
    }
    if (wait) {
      builder.wait(semaphore, count);
    } else {
      builder.signal(semaphore, count);
    }
  }

  private static void requireZero(long[] bits, int from, int to)
      throws MalformedInstructionException {
    for (int position = from; position < to; ) {
      int width = Math.min(64, to - position);
      if (get(bits, position, width) != 0) {
        throw new MalformedInstructionException(
            "unused bits from bit " + position + " on are not 0");
      }
      position += width;
    }
  }

  private static long get(long[] bits, int offset, int width) {
    int word = offset >> 6;
    int shift = offset & 63;
    long value = bits[word] >>> shift;
    if (shift + width > 64) {
      value |= bits[word + 1] << (64 - shift);
    }
    return width == 64 ? value : value & ~(-1L << width);
  }
}
