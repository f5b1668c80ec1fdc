package npusim.sim.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.isa.AluFn;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Unit;
import npusim.program.Buffer;
import npusim.program.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A load–compute–store pipeline over double-buffered rings, with and without its semaphores. */
class ScheduleTest {
  private static final int FREE_IN = 1;
  private static final int FULL_IN = 2;
  private static final int FREE_OUT = 3;
  private static final int FULL_OUT = 4;
  private static final int TILES = 9;
  private static final int TILE = 16;
  private static final long OUT = 0x4000;
  private static final Limits LIMITS = Limits.small(1, 1, 1 << 12, 1 << 12);

  private static Stream<Schedule> schedules() {
    return Stream.concat(
        Schedule.named().stream(), IntStream.range(0, 20).mapToObj(Schedule::random));
  }

  /** Adds 1 to TILES tiles; {@code dropped} is left out wherever it is waited for or signalled. */
  private static Program ring(int dropped) {
    var code = new ArrayList<Instruction.Builder>();
    code.add(signal(nop(Unit.VEC), FREE_IN, 2, dropped));
    code.add(signal(nop(Unit.ST), FREE_OUT, 2, dropped));
    code.add(li(1, 0));
    code.add(li(2, OUT));
    code.add(li(3, 0));
    code.add(Instruction.builder(Opcode.LOOP).set(Field.COUNT, TILES));
    var ld = Rig.row(Opcode.DMA_LD, TILE);
    Rig.operand(ld, "DST", 0, DType.F32, 1).set(Field.DST, 0, 3);
    ld.set(Field.DRAM, 0, 1).set(Field.DRAM_S3, 1);
    code.add(signal(await(ld, FREE_IN, 1, dropped), FULL_IN, 1, dropped));
    var add = Rig.row(Opcode.V_BINI, TILE).set(Field.FN, BinFn.ADD).setDouble(Field.IMM, 1);
    Rig.operand(add, "A", 0, DType.F32, 1).set(Field.A, 0, 3);
    Rig.operand(add, "DST", 0, DType.F32, 1).set(Field.DST, 0x800, 3);
    await(await(add, FULL_IN, 1, dropped), FREE_OUT, 1, dropped);
    code.add(signal(signal(add, FREE_IN, 1, dropped), FULL_OUT, 1, dropped));
    var st = Rig.row(Opcode.DMA_ST, TILE);
    Rig.operand(st, "A", 0, DType.F32, 1).set(Field.A, 0x800, 3);
    st.set(Field.DRAM, 0, 2).set(Field.DRAM_S3, 1);
    code.add(signal(await(st, FULL_OUT, 1, dropped), FREE_OUT, 1, dropped));
    code.add(alu(AluFn.ADD, 1, TILE * 4));
    code.add(alu(AluFn.ADD, 2, TILE * 4));
    code.add(alu(AluFn.XOR, 3, TILE * 4));
    code.add(Instruction.builder(Opcode.ENDLOOP));
    code.add(await(nop(Unit.VEC), FREE_IN, 2, dropped));
    code.add(await(nop(Unit.ST), FREE_OUT, 2, dropped));
    return new Programs(1)
        .core(code)
        .buffer("in", Buffer.Kind.INPUT, 0, DType.F32, TILES * TILE)
        .buffer("out", Buffer.Kind.OUTPUT, OUT, DType.F32, TILES * TILE)
        .build();
  }

  private static Instruction.Builder nop(Unit unit) {
    return Instruction.builder(Opcode.NOP).set(Field.UNIT, unit);
  }

  private static Instruction.Builder li(int register, long value) {
    return Instruction.builder(Opcode.S_LI).set(Field.RD, register).set(Field.IMM, value);
  }

  private static Instruction.Builder alu(AluFn fn, int register, long value) {
    return Instruction.builder(Opcode.S_ALU)
        .set(Field.FN, fn)
        .set(Field.RD, register)
        .set(Field.RA, register)
        .set(Field.IMM, value);
  }

  private static Instruction.Builder signal(
      Instruction.Builder b, int semaphore, int count, int dropped) {
    return semaphore == dropped ? b : b.signal(semaphore, count);
  }

  private static Instruction.Builder await(
      Instruction.Builder b, int semaphore, int count, int dropped) {
    return semaphore == dropped ? b : b.wait(semaphore, count);
  }

  private static double[] run(Program program, Schedule schedule) {
    var sim = new FunctionalSimulator(LIMITS);
    Memory memory = sim.load(program);
    memory.write("in", Programs.floats(TILES * TILE, 5));
    sim.run(program, memory, Map.of(), schedule);
    return Programs.values(memory.read("out"));
  }

  @Test
  void aSynchronisedProgramGivesTheSameValuesUnderEverySchedule() {
    Program program = ring(0);
    double[] expected = Programs.values(Programs.floats(TILES * TILE, 6));
    schedules().forEach(s -> assertThat(run(program, s)).as(s.label()).isEqualTo(expected));
  }

  @ParameterizedTest
  @ValueSource(ints = {FREE_IN, FULL_IN, FREE_OUT, FULL_OUT})
  void everyMissingSemaphoreShowsUnderSomeScheduleButNotInProgramOrder(int dropped) {
    Program program = ring(dropped);
    double[] expected = Programs.values(Programs.floats(TILES * TILE, 6));
    assertThat(run(program, Schedule.PROGRAM_ORDER)).isEqualTo(expected);
    List<Schedule> exposing =
        schedules()
            .filter(s -> s instanceof Schedule.Priority)
            .filter(s -> !java.util.Arrays.equals(run(program, s), expected))
            .toList();
    assertThat(exposing).isNotEmpty();
    assertThat(
            schedules()
                .filter(s -> s instanceof Schedule.Random)
                .anyMatch(s -> !java.util.Arrays.equals(run(program, s), expected)))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {FREE_IN, FULL_IN, FREE_OUT, FULL_OUT})
  void theRaceCheckFindsEveryMissingSemaphoreInProgramOrder(int dropped) {
    var sim = new FunctionalSimulator(LIMITS).checkingRaces();
    Program whole = ring(0);
    Memory memory = sim.load(whole);
    sim.run(whole, memory, Map.of(), Schedule.PROGRAM_ORDER);
    Program program = ring(dropped);
    Memory other = sim.load(program);
    assertThatThrownBy(() -> sim.run(program, other, Map.of(), Schedule.PROGRAM_ORDER))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("of core 0, which instruction ")
        .hasMessageContaining("and no semaphore orders the two")
        .hasMessageContaining("of node 'conv_1'");
  }

  @Test
  void storesAndLoadsOfTheSameDramNeedASemaphore() {
    var st = Rig.row(Opcode.DMA_ST, 4).set(Field.DRAM_S3, 1);
    Rig.operand(st, "A", 0, DType.F32, 1);
    var ld = Rig.row(Opcode.DMA_LD, 4).set(Field.DRAM, 12).set(Field.DRAM_S3, 1);
    Rig.operand(ld, "DST", 64, DType.F32, 1);
    Program racing = new Programs(1).core(st, ld).build();
    var sim = new FunctionalSimulator(LIMITS).checkingRaces();
    assertThatThrownBy(() -> sim.run(racing, sim.load(racing), Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("instruction 1: dma.ld")
        .hasMessageContaining(
            "reads byte 0xc of the DRAM of chip 0, which instruction 0 of core 0 writes");
    Program ordered = new Programs(1).core(st.signal(1, 1), ld.wait(1, 1)).build();
    sim.run(ordered, sim.load(ordered), Map.of(), Schedule.PROGRAM_ORDER);
  }

  @Test
  void randomSchedulesRepeatWithTheirSeed() {
    Program program = ring(FULL_IN);
    assertThat(run(program, Schedule.random(11))).isEqualTo(run(program, Schedule.random(11)));
  }

  @Test
  void aDeadlockNamesEveryWaitingUnit() {
    Program program =
        new Programs(1)
            .core(
                nop(Unit.MAT).wait(7, 2).signal(8, 1),
                nop(Unit.VEC).wait(8, 1),
                nop(Unit.SEQ).wait(9, 1))
            .build();
    var sim = new FunctionalSimulator(LIMITS);
    Memory memory = sim.load(program);
    assertThatThrownBy(() -> sim.run(program, memory, Map.of(), Schedule.LATE_LOADS))
        .isInstanceOfSatisfying(
            NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.INTERNAL))
        .hasMessageContaining("deadlock (schedule late-loads)")
        .hasMessageContaining(
            "MAT of core 0, instruction 0: nop of node 'conv_1' (Conv) waits for semaphore 7 to"
                + " reach 2 (is 0)")
        .hasMessageContaining("VEC of core 0, instruction 1")
        .hasMessageContaining(
            "SEQ of core 0, instruction 2: nop of node 'conv_1' (Conv) waits for semaphore 9");
    assertThatThrownBy(() -> sim.run(program, memory, Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("core 0, instruction 0")
        .hasMessageContaining("semaphore 7");
  }

  @Test
  void fullQueuesStopTheSequencer() {
    var code = new ArrayList<Instruction.Builder>();
    for (int i = 0; i < 17; i++) {
      code.add(nop(Unit.VEC).wait(1, 1));
    }
    for (int i = 0; i < 17; i++) {
      code.add(nop(Unit.SEQ).signal(1, 1));
    }
    Program program = new Programs(1).core(code).build();
    var sim = new FunctionalSimulator(LIMITS);
    assertThatThrownBy(() -> sim.run(program, sim.load(program), Map.of(), Schedule.random(1)))
        .hasMessageContaining("a place in the full queue of VEC");
  }

  @Test
  void leftOverSemaphoresAreReported() {
    Program program = new Programs(1).core(nop(Unit.VEC).signal(5, 3)).build();
    var sim = new FunctionalSimulator(LIMITS);
    assertThatThrownBy(() -> sim.run(program, sim.load(program), Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("semaphore 5 is 3 at the end, not 0");
  }
}
