package npusim.isa;

import java.util.Random;

/** Valid instructions with random fields, favouring the ends of each range. */
public final class RandomInstructions {
  private RandomInstructions() {}

  /** An instruction of any opcode. */
  public static Instruction next(Random random) {
    Opcode[] all = Opcode.values();
    return next(all[random.nextInt(all.length)], random);
  }

  /** An instruction of the given opcode. */
  public static Instruction next(Opcode op, Random random) {
    Instruction.Builder builder = Instruction.builder(op);
    for (FieldSpec spec : op.fields()) {
      if (random.nextInt(3) == 0) {
        continue;
      }
      int register =
          spec.kind().plusRegister() && random.nextBoolean() ? random.nextInt(Word.REGISTERS) : 0;
      if (spec.kind() == FieldKind.DTYPE) {
        var types = spec.types().orElseThrow().types();
        builder.set(spec.field(), types.get(random.nextInt(types.size())));
      } else {
        builder.set(spec.field(), value(spec, random), register);
      }
    }
    for (int i = random.nextInt(Word.WAIT_SLOTS + 1); i > 0; i--) {
      builder.wait(1 + random.nextInt(Word.MAX_SEMAPHORE), 1 + random.nextInt(Word.MAX_COUNT));
    }
    for (int i = random.nextInt(Word.SIGNAL_SLOTS + 1); i > 0; i--) {
      builder.signal(1 + random.nextInt(Word.MAX_SEMAPHORE), 1 + random.nextInt(Word.MAX_COUNT));
    }
    return builder.build();
  }

  private static long value(FieldSpec spec, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> spec.min();
      case 1 -> spec.max();
      case 2 -> Math.clamp(random.nextInt(256), spec.min(), spec.max());
      default ->
          spec.width() >= 63
              ? random.nextLong()
              : spec.min() + Math.floorMod(random.nextLong(), spec.max() - spec.min() + 1);
    };
  }
}
