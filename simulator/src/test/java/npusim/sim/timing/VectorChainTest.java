package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import npusim.hardware.Hardware;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.UnFn;
import npusim.isa.Word;
import npusim.program.CoreCode;
import npusim.program.Coverage;
import npusim.program.NodeInfo;
import npusim.program.Program;
import org.junit.jupiter.api.Test;

/** Vector instructions that hand their results on take one pass over the elements. */
class VectorChainTest {
  private static final long ELEMENTS = 1600;

  /** Sixteen lanes whose operands never wait for ports, unless the sets say otherwise. */
  private static Hardware chip(int chain, String... more) {
    String[] sets = {"core.vector.chain=" + chain, "core.scratchpad.banks=1024"};
    String[] all = java.util.Arrays.copyOf(sets, sets.length + more.length);
    System.arraycopy(more, 0, all, sets.length, more.length);
    return TestHardware.small(all);
  }

  private static Instruction.Builder step(Opcode op, long dst, long a, boolean chain) {
    return Instruction.builder(op)
        .set(Field.D3, ELEMENTS)
        .set(Field.DST, dst)
        .set(Field.DST_S3, 1)
        .set(Field.DST_T, DType.F32)
        .set(Field.A, a)
        .set(Field.A_S3, 1)
        .set(Field.A_T, DType.F32)
        .set(Field.CHAIN, chain ? 1 : 0);
  }

  /** x → 2 steps whose results are handed on → the result. */
  private static Instruction[] threeSteps(boolean chain) {
    return new Instruction[] {
      step(Opcode.V_UN, 8192, 0, chain).set(Field.FN, UnFn.NEG).build(),
      step(Opcode.V_UN, 16384, 8192, chain).set(Field.FN, UnFn.ABS).build(),
      step(Opcode.V_BINI, 24576, 16384, false).set(Field.FN, BinFn.MAX).build(),
      Instruction.builder(Opcode.HALT).build()
    };
  }

  private static TimingResult run(Hardware hw, Instruction[] code) {
    var program =
        new Program(
            "chain",
            "test",
            "",
            1,
            List.of(
                new Program.Launch(
                    new CoreCode(code, new int[code.length], Map.of()), new long[Word.REGISTERS])),
            List.of(),
            List.of(),
            List.of(),
            List.of(new NodeInfo(0, "n", "Neg", "", 0, 0, "", 1, 0)),
            new Coverage(1, 1, 0, 0, 0, 1, 0, 0),
            1 << 20);
    return new TimingSimulator(hw, TimingOptions.defaults()).run(program, Map.of());
  }

  private static long cycles(Hardware hw, boolean chain) {
    return run(hw, threeSteps(chain)).totalCycles();
  }

  @Test
  void whatIsHandedOnTakesOnePass() {
    long pass = ELEMENTS / 16;
    long apart = cycles(chip(1), true);
    assertThat(apart).isEqualTo(cycles(chip(1), false)).isGreaterThan(3 * pass);
    assertThat(cycles(chip(3), true)).isBetween(apart - 2 * pass - 20, apart - 2 * pass);
    assertThat(cycles(chip(3), false)).isEqualTo(apart);
  }

  @Test
  void aPassHasRoomForSoManySteps() {
    long pass = ELEMENTS / 16;
    long apart = cycles(chip(1), true);
    assertThat(cycles(chip(2), true)).isBetween(apart - pass - 20, apart - pass);
    assertThat(cycles(chip(64), true)).isEqualTo(cycles(chip(3), true));
  }

  @Test
  void whatIsHandedOnNeedsNoPorts() {
    // A word of 4 bytes in 16 banks per cycle: an operand of the lanes in a cycle.
    String[] narrow = {"core.scratchpad.banks=8", "core.scratchpad.bytes_per_cycle_per_bank=4"};
    long pass = ELEMENTS / 16;
    long apart = cycles(chip(1, narrow), true);
    long chained = cycles(chip(3, narrow), true);
    // Six operands come and go one by one; of a chain only the first and the last.
    assertThat(apart).isBetween(6 * pass, 6 * pass + 60);
    assertThat(chained).isBetween(2 * pass, 2 * pass + 60);
  }

  @Test
  void bytesHandedOnAreNotCounted() {
    long bytes = ELEMENTS * 4;
    var apart = run(chip(1), threeSteps(true)).counters();
    var chained = run(chip(3), threeSteps(true)).counters();
    assertThat(apart.scratchpadReadBytes()).isEqualTo(3 * bytes);
    assertThat(apart.scratchpadWrittenBytes()).isEqualTo(3 * bytes);
    assertThat(chained.scratchpadReadBytes()).isEqualTo(bytes);
    assertThat(chained.scratchpadWrittenBytes()).isEqualTo(bytes);
  }

  @Test
  void aResultThatTheNextPassNeedsIsStored() {
    long bytes = ELEMENTS * 4;
    var halves = run(chip(2), threeSteps(true)).counters();
    assertThat(halves.scratchpadReadBytes()).isEqualTo(2 * bytes);
    assertThat(halves.scratchpadWrittenBytes()).isEqualTo(2 * bytes);
  }

  @Test
  void onlyStepsOverAsManyElementsChain() {
    Instruction[] code = threeSteps(true);
    code[1] =
        step(Opcode.V_UN, 16384, 8192, true)
            .set(Field.FN, UnFn.ABS)
            .set(Field.D3, ELEMENTS - 16)
            .build();
    long apart = run(chip(1), code).totalCycles();
    assertThat(run(chip(3), code).totalCycles()).isEqualTo(apart);
  }
}
