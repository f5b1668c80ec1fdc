package npusim.sim.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.isa.AluFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.program.Buffer;
import npusim.program.Param;
import npusim.program.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequencerTest {
  private static final Limits LIMITS = Limits.small(1, 1, 1 << 12, 1 << 12);

  private static Instruction.Builder li(int rd, long value) {
    return Instruction.builder(Opcode.S_LI).set(Field.RD, rd).set(Field.IMM, value);
  }

  private static Instruction.Builder alu(AluFn fn, int rd, int ra, long imm, int rb) {
    return Instruction.builder(Opcode.S_ALU)
        .set(Field.FN, fn)
        .set(Field.RD, rd)
        .set(Field.RA, ra)
        .set(Field.IMM, imm, rb);
  }

  private static Instruction.Builder loop(long count, int register) {
    return Instruction.builder(Opcode.LOOP).set(Field.COUNT, count, register);
  }

  private static Instruction.Builder of(Opcode op) {
    return Instruction.builder(op);
  }

  /** Stores a register as i64 at DRAM 0 through the vector unit. */
  private static Instruction.Builder[] withResult(int register, Instruction.Builder... code) {
    Instruction.Builder[] all = Arrays.copyOf(code, code.length + 2);
    var fill = Rig.row(Opcode.V_FILL, 1).set(Field.IMM, 0, register).signal(1, 1);
    all[code.length] = Rig.operand(fill, "DST", 0, DType.I64, 1);
    var st = Rig.row(Opcode.DMA_ST, 1).set(Field.DRAM_S3, 1).wait(1, 1);
    all[code.length + 1] = Rig.operand(st, "A", 0, DType.I64, 1);
    return all;
  }

  private static Program program(Instruction.Builder... code) {
    return new Programs(1)
        .core(code)
        .buffer("out", Buffer.Kind.OUTPUT, 0, DType.I64, 1)
        .param(new Param("n", 9, 0, 100, 4))
        .build();
  }

  private static long run(Program p, Map<String, Long> params) {
    var sim = new FunctionalSimulator(LIMITS);
    Memory m = sim.load(p);
    sim.run(p, m, params, Schedule.PROGRAM_ORDER);
    byte[] out = m.read("out");
    return java.nio.ByteBuffer.wrap(out).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
  }

  @ParameterizedTest
  @CsvSource({
    "ADD, 7, -2, 5", "SUB, 7, 9, -2", "MUL, -3, 5, -15", "DIV, -7, 2, -4", "REM, -7, 2, 1",
        "MIN, 3, -1, -1",
    "MAX, 3, -1, 3", "AND, 12, 10, 8", "OR, 12, 10, 14", "XOR, 12, 10, 6", "SHL, 3, 4, 48",
        "SHR, -16, 2, -4",
    "EQ, 3, 3, 1", "EQ, 3, 4, 0", "LT, -1, 0, 1", "LT, 0, 0, 0"
  })
  void scalarFunctions(AluFn fn, long a, long b, long expected) {
    assertThat(run(program(withResult(3, li(1, a), li(2, b), alu(fn, 3, 1, 0, 2))), Map.of()))
        .isEqualTo(expected);
    assertThat(run(program(withResult(3, li(1, a), alu(fn, 3, 1, b, 0))), Map.of()))
        .isEqualTo(expected);
  }

  @Test
  void loopsNestAndSkip() {
    Program p =
        program(
            withResult(
                1,
                loop(3, 0),
                alu(AluFn.ADD, 1, 1, 100, 0),
                loop(0, 9),
                alu(AluFn.ADD, 1, 1, 1, 0),
                of(Opcode.ENDLOOP),
                loop(-2, 0),
                alu(AluFn.ADD, 1, 1, 100000, 0),
                loop(2, 0),
                of(Opcode.ENDLOOP),
                of(Opcode.ENDLOOP),
                of(Opcode.ENDLOOP)));
    assertThat(run(p, Map.of())).isEqualTo(312);
    assertThat(run(p, Map.of("n", 7L))).isEqualTo(321);
    assertThat(run(p, Map.of("n", 0L))).isEqualTo(300);
  }

  @Test
  void callsShareRegistersAndReturn() {
    // 0 call 4; 1 call 4; 2.. result; then the function after halt.
    Instruction.Builder[] main =
        withResult(1, of(Opcode.CALL).set(Field.TARGET, 5), of(Opcode.CALL).set(Field.TARGET, 5));
    Instruction.Builder[] all = Arrays.copyOf(main, main.length + 3);
    all[4] = of(Opcode.HALT);
    all[5] = alu(AluFn.ADD, 1, 1, 21, 0);
    all[6] = of(Opcode.RET);
    assertThat(run(program(all), Map.of())).isEqualTo(42);
  }

  @Test
  void registerZeroStaysZero() {
    assertThat(run(program(withResult(0, li(0, 5), alu(AluFn.ADD, 0, 0, 3, 0))), Map.of()))
        .isZero();
  }

  @Test
  void scalarLoadWaitsForTheVectorUnit() {
    var fill = Rig.row(Opcode.V_FILL, 1).set(Field.IMM, -3).signal(2, 1);
    Rig.operand(fill, "DST", 64, DType.I8, 1);
    var ld = of(Opcode.S_LD).set(Field.RD, 4).set(Field.A, 64).set(Field.A_T, DType.I8).wait(2, 1);
    Program p = program(withResult(4, fill, ld));
    assertThat(run(p, Map.of())).isEqualTo(-3);
    var sim = new FunctionalSimulator(LIMITS);
    Memory m = sim.load(p);
    sim.run(p, m, Map.of(), Schedule.random(3));
    assertThat(m.read("out")[0]).isEqualTo((byte) -3);
  }

  @Test
  void operandsAreThoseOfTheDispatch() {
    Program p = program(withResult(1, li(1, 5)));
    Program later =
        program(
            withResult(1, li(1, 5))[0],
            withResult(1, li(1, 5))[1],
            li(1, 6),
            withResult(1, li(1, 5))[2]);
    for (Program q : new Program[] {p, later}) {
      var sim = new FunctionalSimulator(LIMITS);
      Memory m = sim.load(q);
      sim.run(q, m, Map.of(), Schedule.LATE_STORES);
      assertThat(m.read("out")[0]).isEqualTo((byte) 5);
    }
  }

  @Test
  void faultsOfControlAreNamed() {
    assertFault("scalar division by zero", alu(AluFn.DIV, 1, 1, 0, 0));
    assertFault("loop without endloop", loop(1, 0));
    assertFault("endloop without a running loop", of(Opcode.ENDLOOP));
    assertFault("ret without a call", of(Opcode.RET));
    assertFault("calls nested deeper than 8", of(Opcode.CALL).set(Field.TARGET, 0));
    assertFault("call of instruction 99 of 2", of(Opcode.CALL).set(Field.TARGET, 99));
    Instruction.Builder[] deep = new Instruction.Builder[18];
    Arrays.fill(deep, 0, 9, loop(1, 0));
    Arrays.fill(deep, 9, 18, of(Opcode.ENDLOOP));
    assertFault("loops nested deeper than the hardware's 8", deep);
  }

  private static void assertFault(String message, Instruction.Builder... code) {
    assertThatThrownBy(() -> run(program(code), Map.of()))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("program 'hand-written', core 0, instruction ")
        .hasMessageContaining("of node 'conv_1' (Conv): " + message);
  }

  @Test
  void parametersAndBuffersAreChecked() {
    Program p = program(withResult(9));
    assertThat(run(p, Map.of())).isEqualTo(4);
    assertThatThrownBy(() -> run(p, Map.of("n", 101L)))
        .isInstanceOfSatisfying(
            NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("parameter n = 101 is outside 0..100");
    assertThatThrownBy(() -> run(p, Map.of("m", 1L)))
        .hasMessageContaining("no parameter 'm'")
        .hasMessageContaining("\"n\"");
    var sim = new FunctionalSimulator(LIMITS);
    Memory m = sim.load(p);
    assertThatThrownBy(() -> m.read("outt"))
        .hasMessageContaining("no buffer 'outt'")
        .hasMessageContaining("\"out\"");
    assertThatThrownBy(() -> m.write("out", new byte[3]))
        .hasMessageContaining("holds 8 bytes, but 3 are given");
    Program large = new Programs(4).core(li(1, 1)).build();
    assertThatThrownBy(() -> sim.load(large))
        .isInstanceOfSatisfying(
            NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.INFEASIBLE));
  }

  @Test
  void dataOutOfRangeIsTheUsersAndNamesThePlace() {
    var idx = Rig.row(Opcode.V_FILL, 1).set(Field.IMM, 8).signal(1, 1);
    Rig.operand(idx, "DST", 0, DType.I64, 1);
    var gather =
        Rig.extents(of(Opcode.DMA_GATHER), 1).set(Field.ROWS, 4).set(Field.IDX, 0).wait(1, 1);
    Rig.operand(gather, "DST", 64, DType.F32, 1);
    assertThatThrownBy(() -> run(program(idx, gather), Map.of()))
        .isInstanceOfSatisfying(
            NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("instruction 1: dma.gather of node 'conv_1'")
        .hasMessageContaining("index 8");
  }

  @Test
  void everyInstructionHasSemantics() {
    for (Opcode op : Opcode.values()) {
      boolean sequencer = Instruction.builder(op).build().unit() == npusim.isa.Unit.SEQ;
      assertThat(Executors.has(op) || Fabric.handles(op) || sequencer).as(op.mnemonic()).isTrue();
    }
  }
}
