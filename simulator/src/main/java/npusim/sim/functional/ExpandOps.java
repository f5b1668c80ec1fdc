package npusim.sim.functional;

import npusim.isa.BlockFormat;
import npusim.isa.Coding;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.sim.functional.LocalOperand.Fields;

/** Semantics of expanding loads. */
final class ExpandOps {
  private static final long[] ONE_BLOCK = {1, 1, 1, 0};

  private ExpandOps() {}

  /** {@code dma.ldz}: every block is decoded to the bit. */
  static void load(Core core, Args args) {
    long[] d = args.extents();
    if (Nest.isEmpty(d)) {
      return;
    }
    DType type = args.type(Field.DST_T);
    BlockFormat format = format(args, type);
    long[] from = {
      args.constant(Field.DRAM_S0),
      args.constant(Field.DRAM_S1),
      args.constant(Field.DRAM_S2),
      args.constant(Field.DRAM_S3)
    };
    long[] to = LocalOperand.strides(args, Fields.DST);
    long[] extents = ONE_BLOCK.clone();
    extents[3] = format.block();
    long dram = args.get(Field.DRAM);
    long dst = args.get(Field.DST);
    byte[] coded = new byte[format.bytes()];
    long[] bits = new long[format.block()];
    new Nest(d, from, to)
        .forEach(
            1,
            (at, n) -> {
              core.dram().checkRange("dram", dram + at[0], dram + at[0] + format.bytes());
              core.dram().read(dram + at[0], coded, 0, format.bytes());
              try {
                format.decode(coded, 0, bits, 0);
              } catch (IllegalArgumentException e) {
                throw Fault.data("exec-block", e.getMessage());
              }
              LocalOperand block =
                  LocalOperand.at(
                      core, "dst", dst + byteOffset(at[1], type), new long[] {0, 0, 0, 1}, type);
              block.checkRange(extents);
              block.markWritten(extents);
              store(block, bits);
            });
  }

  private static BlockFormat format(Args args, DType type) {
    try {
      return new BlockFormat(
          args.choice(Field.CODING, Coding.class),
          (int) args.constant(Field.KEEP),
          (int) args.constant(Field.OF),
          (int) args.constant(Field.BLOCK),
          type.bits(),
          (int) args.constant(Field.BYTES));
    } catch (IllegalArgumentException e) {
      throw Fault.program("exec-block", e.getMessage());
    }
  }

  private static long byteOffset(long elements, DType type) {
    long bits = elements * type.bits();
    if ((bits & 7) != 0) {
      throw Fault.program("exec-address", "dst: a block of 4-bit elements begins within a byte");
    }
    return bits / 8;
  }

  /** Writes bit patterns as they are. */
  private static void store(LocalOperand to, long[] patterns) {
    byte[] mem = to.bytes();
    int bits = to.type().bits();
    int p = to.base();
    if (bits == 4) {
      for (int i = 0; i < patterns.length; i += 2) {
        mem[p++] = (byte) (patterns[i] | patterns[i + 1] << 4);
      }
      return;
    }
    for (long v : patterns) {
      for (int b = 0; b < bits; b += 8) {
        mem[p++] = (byte) (v >>> b);
      }
    }
  }
}
