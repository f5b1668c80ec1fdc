package npusim.isa;

/** Instruction to 128 bytes, little-endian, by the field table of its opcode. */
public final class Encoder {
  private static final int[] TYPE_CODES = typeCodes();

  private Encoder() {}

  /** The word of an instruction. */
  public static byte[] encode(Instruction instruction) {
    var word = new byte[Word.BYTES];
    encode(instruction, word, 0);
    return word;
  }

  /** Writes the word of an instruction to {@code out[at..at+127]}. */
  public static void encode(Instruction instruction, byte[] out, int at) {
    var bits = new long[Word.BYTES / Long.BYTES];
    Opcode op = instruction.op();
    put(bits, 0, 8, op.code());
    putSlots(bits, 8, Word.WAIT_SLOTS, instruction.packedWaits());
    putSlots(
        bits,
        8 + Word.WAIT_SLOTS * (Word.SEMAPHORE_BITS + Word.COUNT_BITS),
        Word.SIGNAL_SLOTS,
        instruction.packedSignals());
    for (FieldSpec spec : op.fields()) {
      long value = instruction.get(spec.field());
      put(
          bits,
          spec.offset(),
          spec.width(),
          spec.kind() == FieldKind.DTYPE ? TYPE_CODES[(int) value] : value);
      if (spec.kind().plusRegister()) {
        put(
            bits,
            spec.offset() + spec.width(),
            FieldSpec.REGISTER_BITS,
            instruction.reg(spec.field()));
      }
    }
    for (int i = 0; i < Word.BYTES; i++) {
      out[at + i] = (byte) (bits[i >> 3] >>> ((i & 7) * 8));
    }
  }

  private static void putSlots(long[] bits, int offset, int slots, long packed) {
    int width = slots * (Word.SEMAPHORE_BITS + Word.COUNT_BITS);
    put(bits, offset, width, packed);
  }

  private static void put(long[] bits, int offset, int width, long value) {
    long masked = width == 64 ? value : value & ~(-1L << width);
    int word = offset >> 6;
    int shift = offset & 63;
    bits[word] |= masked << shift;
    if (shift + width > 64) {
      bits[word + 1] |= masked >>> (64 - shift);
    }
  }

  private static int[] typeCodes() {
    DType[] types = DType.values();
    var codes = new int[types.length];
    for (int i = 0; i < types.length; i++) {
      codes[i] = types[i].onnxCode();
    }
    return codes;
  }
}
