package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Word;
import npusim.program.CoreCode;
import npusim.program.Coverage;
import npusim.program.Program;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loops of many cores that are not simulated to their end, against those that are. */
class LeapsTest {
  private static final int CORES = 20;
  private static final int SEEDS = 4;

  private static Hardware machine(int array) {
    return machine(CORES, array, 4, "HBM2-2000");
  }

  private static Hardware machine(int cores, int array, int channels, String memory) {
    return TestHardware.small(
        "chip.cores=" + cores,
        "chip.clock_mhz=500",
        "core.matrix.rows=" + array,
        "core.matrix.cols=" + array,
        "dram.model=ddr",
        "dram.preset=" + memory,
        "dram.channels=" + channels);
  }

  /**
   * No program is farther off than half a percent. Arrays set the pace of some loops, of others the
   * memory does, and where cores get in each other's way by chance nothing is to be left out.
   */
  @ParameterizedTest
  @CsvSource({
    "20, 1, 4, HBM2-2000, 1, 2, 3, true",
    "20, 1, 4, HBM2-2000, 1, 3, 3, true",
    "20, 1, 4, HBM2-2000, 1, 4, 3, true",
    "20, 1, 4, HBM2-2000, 1, 5, 3, true",
    "20, 4, 4, HBM2-2000, 1, 108, 3, false",
    "20, 4, 4, HBM2-2000, 1, 112, 3, false",
    "20, 16, 4, HBM2-2000, 1, 2, 3, false",
    "20, 16, 4, HBM2-2000, 1, 5, 3, false",
    "20, 16, 4, HBM2-2000, 1, 7, 3, false",
    "32, 8, 2, DDR5-4800, 2, 135, 2, true",
    "32, 8, 2, DDR5-4800, 2, 145, 2, true",
    "32, 8, 2, DDR5-4800, 2, 148, 2, true",
    "60, 16, 8, GDDR6-14000, 1, 160, 2, true",
    "60, 16, 8, GDDR6-14000, 1, 161, 2, true",
  })
  void timesAreClose(
      int cores,
      int array,
      int channels,
      String memory,
      int kernels,
      long seed,
      int thousandIterations,
      boolean skips) {
    var g = RandomPrograms.generate(seed, cores, kernels, 1000 * thousandIterations);
    Hardware hw = machine(cores, array, channels, memory);
    TimingResult all = new TimingSimulator(hw, TimingOptions.exactly()).run(g.program(), Map.of());
    TimingResult some =
        new TimingSimulator(hw, TimingOptions.defaults()).run(g.program(), Map.of());
    assertThat((double) some.totalCycles())
        .isCloseTo(all.totalCycles(), Percentage.withPercentage(0.5));
    assertThat(some.skippedInstructions() > 0).isEqualTo(skips);
    countsAreEqual(g, all, some);
  }

  private static void countsAreEqual(
      RandomPrograms.Generated g, TimingResult all, TimingResult some) {
    assertThat(all.skippedInstructions()).isZero();
    assertThat(Arrays.stream(some.categoryCycles()).sum()).isEqualTo(some.totalCycles());
    assertThat(some.units()).allMatch(u -> u.total() == some.totalCycles() && u.idle() >= 0);
    assertThat(some.counters().dramReadBytes()).isEqualTo(g.totals().readBytes());
    assertThat(some.counters().dramWrittenBytes()).isEqualTo(g.totals().writtenBytes());
    assertThat(some.counters().macs()).isEqualTo(g.totals().macs());
    assertThat(some.counters().instructions()).isEqualTo(all.counters().instructions());
    assertThat(some.counters().scratchpadReadBytes())
        .isEqualTo(all.counters().scratchpadReadBytes());
    assertThat(some.nodes().stream().mapToLong(n -> n.dramReadBytes() + n.dramWrittenBytes()).sum())
        .isEqualTo(some.dramBytes());
  }

  /** With memory that has no state iterations are left out only once the machine is as before. */
  @Test
  void nothingDiffersWithAFixedMemory() {
    Hardware hw = TestHardware.small("chip.cores=" + CORES);
    boolean skipped = false;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Program p = RandomPrograms.generate(seed, CORES, 1, 1000).program();
      TimingResult all = new TimingSimulator(hw, TimingOptions.exactly()).run(p, Map.of());
      TimingResult some = new TimingSimulator(hw, TimingOptions.defaults()).run(p, Map.of());
      assertThat(some.totalCycles()).as("seed %d", seed).isEqualTo(all.totalCycles());
      assertThat(some.categoryCycles()).isEqualTo(all.categoryCycles());
      assertThat(some.units()).isEqualTo(all.units());
      skipped |= some.skippedInstructions() > 0;
    }
    assertThat(skipped).isTrue();
  }

  /**
   * One core gives another so much in each of its iterations, and that takes more or less of it in
   * each of its own: as many iterations of both must not be left out. If they are, cores wait
   * forever or are given what nobody takes, and the program is to be run again in full.
   */
  @ParameterizedTest
  @CsvSource({"6, 5", "5, 6"})
  void aProgramThatIsRightEndsAsItShould(int given, int taken) {
    int n = 10_000;
    var idle = new CoreCode(new Instruction[] {halt()}, new int[] {-1}, Map.of());
    var cores = new ArrayList<Program.Launch>();
    for (int core = 0; core < CORES; core++) {
      CoreCode code =
          switch (core) {
            case 0 ->
                loop(
                    taken * n,
                    load().signal(1, 1),
                    Instruction.builder(Opcode.C_SIGNAL)
                        .set(Field.CORES, 2)
                        .set(Field.SEM, 2)
                        .set(Field.AMOUNT, given)
                        .wait(1, 1));
            case 1 -> loop(given * n, load().wait(2, taken));
            default -> idle;
          };
      cores.add(new Program.Launch(code, new long[Word.REGISTERS]));
    }
    var program =
        new Program(
            "uneven",
            "test",
            "",
            CORES,
            cores,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            new Coverage(0, 0, 0, 0, 0, 0, 0, 0),
            1L << 28);
    TimingResult all =
        new TimingSimulator(machine(16), TimingOptions.exactly()).run(program, Map.of());
    TimingResult some =
        new TimingSimulator(machine(16), TimingOptions.defaults()).run(program, Map.of());
    assertThat(some.totalCycles()).isEqualTo(all.totalCycles());
    assertThat(some.dramBytes()).isEqualTo(all.dramBytes());
    assertThat(some.counters().instructions()).isEqualTo(all.counters().instructions());
  }

  private static CoreCode loop(int count, Instruction.Builder... body) {
    var code = new ArrayList<Instruction>();
    code.add(Instruction.builder(Opcode.LOOP).set(Field.COUNT, count).build());
    for (Instruction.Builder b : body) {
      code.add(b.build());
    }
    code.add(Instruction.builder(Opcode.ENDLOOP).build());
    code.add(halt());
    var nodes = new int[code.size()];
    Arrays.fill(nodes, -1);
    return new CoreCode(code.toArray(Instruction[]::new), nodes, Map.of());
  }

  private static Instruction halt() {
    return Instruction.builder(Opcode.HALT).build();
  }

  private static Instruction.Builder load() {
    return Instruction.builder(Opcode.DMA_LD)
        .set(Field.D3, 64)
        .set(Field.DST_S3, 1)
        .set(Field.DST_T, DType.F32)
        .set(Field.DRAM, 0x40000)
        .set(Field.DRAM_S3, 1);
  }

  /** Where the arrays set the pace it doesn't vary, and most of a long loop is left out. */
  @Test
  void steadyLoopsAreLeftOut() {
    var g = RandomPrograms.generate(5, CORES, 1, 10_000);
    TimingResult r =
        new TimingSimulator(machine(1), TimingOptions.defaults()).run(g.program(), Map.of());
    assertThat(r.skippedInstructions()).isGreaterThan(r.counters().instructions() * 9 / 10);
  }
}
