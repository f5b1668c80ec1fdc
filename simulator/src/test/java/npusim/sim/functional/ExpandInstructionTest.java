package npusim.sim.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import npusim.isa.BlockFormat;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Word;
import org.junit.jupiter.api.Test;

class ExpandInstructionTest {
  private static final DType[] TYPES = {DType.I4, DType.I8, DType.BF16, DType.F32};
  private static final int LOCAL = 0x400;
  private static final long DRAM = 4096;
  private static final int BLOCK = 16;

  private final Rig rig = new Rig();

  private static Instruction.Builder load(BlockFormat f, DType t, long rows, long columns) {
    var ldz = Rig.extents(Instruction.builder(Opcode.DMA_LDZ), rows, columns);
    // Rows of blocks lie apart in DRAM, and turned around in local memory.
    Rig.operand(ldz, "DST", LOCAL, t, BLOCK, BLOCK * rows);
    return ldz.set(Field.DRAM, DRAM)
        .set(Field.DRAM_S2, columns * f.bytes() + 5)
        .set(Field.DRAM_S3, f.bytes())
        .set(Field.CODING, f.coding())
        .set(Field.BLOCK, f.block())
        .set(Field.BYTES, f.bytes())
        .set(Field.KEEP, f.keep())
        .set(Field.OF, f.of());
  }

  @Property(tries = 200)
  void blocksLandWhereTheStridesSay(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 3) int type,
      @ForAll @IntRange(min = 0, max = 2) int coding) {
    Random r = new Random(seed);
    DType t = TYPES[type];
    int rows = 1 + r.nextInt(3);
    int columns = 1 + r.nextInt(4);
    BlockFormat f =
        switch (coding) {
          case 0 -> BlockFormat.nm(2, 4, BLOCK, t.bits());
          case 1 -> BlockFormat.bitmap(BLOCK, t.bits(), 8);
          default -> BlockFormat.rle(BLOCK, t.bits(), 9);
        };
    long[] want = new long[rows * columns * BLOCK];
    byte[] image = new byte[rows * (columns * f.bytes() + 5)];
    r.nextBytes(image);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int at = (j * rows + i) * BLOCK;
        for (int g = 0; g < BLOCK; g += 4) {
          want[at + g + r.nextInt(2)] = r.nextLong() & (1L << t.bits() - 1) - 1;
          want[at + g + 2] = 1;
        }
        assertThat(f.encode(want, at, image, i * (columns * f.bytes() + 5) + j * f.bytes()))
            .isTrue();
      }
    }
    rig.dram.write(DRAM, image, 0, image.length);
    rig.run(load(f, t, rows, columns));
    DType raw =
        switch (t.bits()) {
          case 4 -> DType.U4;
          case 8 -> DType.U8;
          case 16 -> DType.U16;
          default -> DType.U32;
        };
    assertThat(rig.getLongs(raw, LOCAL, want.length)).isEqualTo(want);
  }

  @Test
  void damagedBlocksAreNamed() {
    byte[] ones = {-1, -1, -1, -1};
    rig.dram.write(DRAM, ones, 0, ones.length);
    assertThatThrownBy(() -> rig.run(load(BlockFormat.bitmap(BLOCK, 8, 2), DType.I8, 1, 1)))
        .isInstanceOf(Fault.class)
        .hasMessageContaining("bitmap");
  }

  @Test
  void aProductDeclaredSparseIsChecked() {
    rig.put(DType.F32, 0, 1, 2, 3, 4);
    var gemm =
        Instruction.builder(Opcode.M_GEMM)
            .set(Field.K2, 4)
            .set(Field.A, 0)
            .set(Field.A_T, DType.F32)
            .set(Field.W, 64)
            .set(Field.W_SK2, 1)
            .set(Field.W_T, DType.F32)
            .set(Field.ACC, Word.ACC_BASE)
            .set(Field.ACC_T, DType.F32)
            .set(Field.SPARSE, 1);
    rig.put(DType.F32, 64, 0, 5, 0, 7);
    rig.run(gemm);
    assertThat(rig.get(DType.F32, Word.ACC_BASE, 1)).containsExactly(38);
    rig.put(DType.F32, 64, 1, 5, 0, 7);
    assertThatThrownBy(() -> rig.run(gemm)).isInstanceOf(Fault.class).hasMessageContaining("2:4");
  }
}
