package npusim.sim.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import org.junit.jupiter.api.Test;

class DmaInstructionTest {
  private static final DType[] TYPES = {DType.U4, DType.U8, DType.I16, DType.I32, DType.I64};
  private static final int LOCAL = 0x400;
  private static final long DRAM = (1 << 20) - 1000;

  private final Rig rig = new Rig();

  /** Sets the DRAM operand, innermost stride last. */
  private static Instruction.Builder dram(Instruction.Builder b, long address, long... s) {
    Field[] f = {Field.DRAM_S0, Field.DRAM_S1, Field.DRAM_S2, Field.DRAM_S3};
    b.set(Field.DRAM, address);
    for (int i = 0; i < s.length; i++) {
      b.set(f[4 - s.length + i], s[i]);
    }
    return b;
  }

  private static long read(byte[] mem, DType t, long base, long e) {
    long v = 0;
    if (t.bits() < 8) {
      return mem[(int) (base + Math.floorDiv(e, 2L))] >> (4 * Math.floorMod(e, 2L)) & 15;
    }
    int size = t.bits() / 8;
    for (int i = size - 1; i >= 0; i--) {
      v = v << 8 | mem[(int) (base + e * size + i)] & 0xff;
    }
    return v;
  }

  private static void write(byte[] mem, DType t, long base, long e, long v) {
    if (t.bits() < 8) {
      int p = (int) (base + Math.floorDiv(e, 2L));
      int shift = 4 * (int) Math.floorMod(e, 2L);
      mem[p] = (byte) (mem[p] & ~(15 << shift) | v << shift);
      return;
    }
    int size = t.bits() / 8;
    for (int i = 0; i < size; i++) {
      mem[(int) (base + e * size + i)] = (byte) (v >> 8 * i);
    }
  }

  @Property(tries = 300)
  void loadAndStoreMoveExactlyTheNamedElements(
      @ForAll @IntRange(min = 0, max = 4) int type, @ForAll long seed) {
    Random r = new Random(seed);
    DType t = TYPES[type];
    long[] d = {1 + r.nextInt(3), 1 + r.nextInt(3), 1 + r.nextInt(4), 1 + r.nextInt(7)};
    // Distinct local places: dense with random gaps; DRAM strides are arbitrary, the last often 1.
    long s3 = r.nextInt(3) == 0 ? 2 : 1;
    long s2 = d[3] * s3 + r.nextInt(3);
    long s1 = d[2] * s2 + r.nextInt(3);
    long s0 = d[1] * s1;
    long[] local = {s0, s1, s2, s3};
    long[] far = {r.nextInt(90) - 40, r.nextInt(50), r.nextInt(30), r.nextInt(4) == 0 ? -3 : 1};
    byte[] image = new byte[16384];
    r.nextBytes(image);
    long origin = DRAM - 4000;
    rig.dram.write(origin, image, 0, image.length);
    byte[] spm = rig.core.memory(0).bytes();
    r.nextBytes(spm);
    byte[] expected = spm.clone();
    for (long[] i : indices(d)) {
      long e = dot(i, far);
      write(expected, t, LOCAL, dot(i, local), read(image, t, DRAM - origin, e));
    }
    var ld = Rig.extents(Instruction.builder(Opcode.DMA_LD), d);
    Rig.operand(ld, "DST", LOCAL, t, local);
    rig.run(dram(ld, DRAM, far));
    assertThat(spm).isEqualTo(expected);

    // Back to another place, dense in DRAM as well so that no two elements meet.
    r.nextBytes(image);
    rig.dram.write(origin, image, 0, image.length);
    for (long[] i : indices(d)) {
      write(image, t, DRAM - origin, dot(i, local), read(spm, t, LOCAL, dot(i, local)));
    }
    var st = Rig.extents(Instruction.builder(Opcode.DMA_ST), d);
    Rig.operand(st, "A", LOCAL, t, local);
    rig.run(dram(st, DRAM, local));
    byte[] now = new byte[image.length];
    rig.dram.read(origin, now, 0, now.length);
    assertThat(now).isEqualTo(image);
  }

  private static long dot(long[] i, long[] s) {
    return i[0] * s[0] + i[1] * s[1] + i[2] * s[2] + i[3] * s[3];
  }

  private static Iterable<long[]> indices(long[] d) {
    var list = new java.util.ArrayList<long[]>();
    for (long a = 0; a < d[0]; a++) {
      for (long b = 0; b < d[1]; b++) {
        for (long c = 0; c < d[2]; c++) {
          for (long e = 0; e < d[3]; e++) {
            list.add(new long[] {a, b, c, e});
          }
        }
      }
    }
    return list;
  }

  private double[] dramFloats(long address, int n) {
    byte[] b = new byte[4 * n];
    rig.dram.read(address, b, 0, b.length);
    return Programs.values(b);
  }

  @Test
  void appendRunsThroughTheCircularBuffer() {
    rig.put(DType.F32, LOCAL, 1, 2, 3, 4, 5, 6);
    var a = Rig.extents(Instruction.builder(Opcode.DMA_APPEND), 3, 1, 2);
    Rig.operand(a, "A", LOCAL, DType.F32, 2, 0, 1);
    dram(a, 64, 2, 0, 1).set(Field.POS, 7).set(Field.CAPACITY, 4);
    rig.run(a);
    assertThat(dramFloats(64, 8)).containsExactly(3, 4, 5, 6, 0, 0, 1, 2);
    a.set(Field.CAPACITY, 0);
    assertThatThrownBy(() -> rig.run(a)).hasMessageContaining("0 rows");
  }

  @Test
  void gatherAndScatterOfRows() {
    rig.dram.write(0, Programs.floats(12, 0), 0, 48);
    rig.putLongs(DType.I64, 0x100, 2, 0, 2);
    var g = Rig.extents(Instruction.builder(Opcode.DMA_GATHER), 3, 1, 1, 4).set(Field.ROWS, 3);
    Rig.operand(g, "DST", LOCAL, DType.F32, 4, 0, 0, 1);
    dram(g, 0, 4, 0, 0, 1).set(Field.IDX, 0x100).set(Field.IDX_T, DType.I64);
    rig.run(g);
    assertThat(rig.get(DType.F32, LOCAL, 12))
        .containsExactly(8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
    g.set(Field.ROWS, 2);
    assertThatThrownBy(() -> rig.run(g))
        .hasMessageContaining("index 2 at position 0 is outside the table's rows 0..1");

    rig.put(DType.F32, LOCAL, 1, 2, 3);
    rig.putLongs(DType.I32, 0x100, 1, 0, 1);
    var s = Rig.extents(Instruction.builder(Opcode.DMA_SCATTER), 3, 1, 1, 1).set(Field.ROWS, 2);
    Rig.operand(s, "A", LOCAL, DType.F32, 1, 0, 0, 0);
    dram(s, 0, 1, 0, 0, 0).set(Field.IDX, 0x100).set(Field.IDX_T, DType.I32);
    rig.run(s);
    assertThat(dramFloats(0, 2)).containsExactly(2, 3);
  }

  @Test
  void dramAddressesAreChecked() {
    var ld = Rig.row(Opcode.DMA_LD, 4);
    Rig.operand(ld, "DST", LOCAL, DType.F32, 1);
    assertThatThrownBy(() -> rig.run(dram(ld, Rig.DRAM - 8, 1)))
        .hasMessageContaining("DRAM bytes 0x3ffff8..0x400007")
        .hasMessageContaining("0x400000 bytes");
    assertThatThrownBy(() -> rig.run(dram(ld, 8, -1))).isInstanceOf(Fault.class);
  }

  @Test
  void constantsArriveWhenFirstTouched() {
    int[] asked = {0};
    rig.dram.place(
        (1 << 20) - 4,
        8,
        () -> {
          asked[0]++;
          return new byte[] {1, 2, 3, 4, 5, 6, 7, 8};
        });
    assertThat(asked[0]).isZero();
    byte[] out = new byte[10];
    rig.dram.read((1 << 20) - 5, out, 0, 10);
    assertThat(out).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 0);
    assertThat(asked[0]).isEqualTo(1);
    rig.dram.place(1 << 20 | 16, 1, () -> new byte[] {9});
    assertThat(rig.dram.get(1 << 20 | 16)).isEqualTo((byte) 9);
    rig.dram.place(2 << 20, 2, () -> new byte[1]);
    assertThatThrownBy(() -> rig.dram.get(2 << 20)).hasMessageContaining("1 bytes instead of 2");
  }
}
