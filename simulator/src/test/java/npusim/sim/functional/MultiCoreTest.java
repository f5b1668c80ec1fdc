package npusim.sim.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;
import npusim.isa.Unit;
import npusim.program.Buffer;
import npusim.program.Program;
import org.junit.jupiter.api.Test;

class MultiCoreTest {
  private static Stream<Schedule> schedules() {
    return Stream.concat(
        Schedule.named().stream(), IntStream.range(0, 20).mapToObj(Schedule::random));
  }

  private static Instruction.Builder load(long local, long dram, int n) {
    var b = Rig.row(Opcode.DMA_LD, n).set(Field.DRAM, dram).set(Field.DRAM_S3, 1);
    return Rig.operand(b, "DST", local, DType.F32, 1);
  }

  private static Instruction.Builder store(long local, long dram, int n) {
    var b = Rig.row(Opcode.DMA_ST, n).set(Field.DRAM, dram).set(Field.DRAM_S3, 1);
    return Rig.operand(b, "A", local, DType.F32, 1);
  }

  private static Instruction.Builder barrier(long mask) {
    return Instruction.builder(Opcode.C_BARRIER).set(Field.CORES, mask);
  }

  private static Instruction.Builder put(long mask, long from, long to, int n) {
    var b = Rig.row(Opcode.DMA_PUT, n).set(Field.CORES, mask);
    Rig.operand(b, "DST", to, DType.F32, 1);
    return Rig.operand(b, "A", from, DType.F32, 1);
  }

  private static double[] run(Program p, Limits limits, Schedule schedule) {
    var sim = new FunctionalSimulator(limits).checkingInitialised().checkingRaces();
    Memory memory = sim.load(p);
    memory.write("in", Programs.floats(8, 1));
    sim.run(p, memory, Map.of(), schedule);
    return Programs.values(memory.read("out"));
  }

  /**
   * Every core loads its half, multicasts it to both, and after a barrier stores the other core's
   * half.
   */
  @Test
  void multicastAndBarrier() {
    var p = new Programs(2);
    for (int c = 0; c < 2; c++) {
      int own = 0x100 + 16 * c;
      int other = 0x100 + 16 * (1 - c);
      p.core(
          load(0, 16L * c, 4).signal(1, 1),
          put(3, 0, own, 4).wait(1, 1).signal(2, 1),
          barrier(3).wait(2, 1).signal(3, 1),
          store(other, 0x80 + 16L * c, 4).wait(3, 1));
    }
    p.buffer("in", Buffer.Kind.INPUT, 0, DType.F32, 8)
        .buffer("out", Buffer.Kind.OUTPUT, 0x80, DType.F32, 8);
    Program program = p.build();
    schedules()
        .forEach(
            s ->
                assertThat(run(program, Limits.small(1, 2, 4096, 64), s))
                    .as(s.label())
                    .containsExactly(5, 6, 7, 8, 1, 2, 3, 4));
  }

  @Test
  void withoutTheBarrierTheRaceCheckNamesTheOtherCore() {
    var p = new Programs(2);
    for (int c = 0; c < 2; c++) {
      p.core(
          load(0, 16L * c, 4).signal(1, 1),
          put(3, 0, 0x100 + 16 * c, 4).wait(1, 1).signal(2, 1),
          store(0x100, 0x80 + 16L * c, 4).wait(2, 1));
    }
    p.buffer("in", Buffer.Kind.INPUT, 0, DType.F32, 8)
        .buffer("out", Buffer.Kind.OUTPUT, 0x80, DType.F32, 8);
    Program program = p.build();
    assertThatThrownBy(() -> run(program, Limits.small(1, 2, 4096, 64), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("core 1, instruction 2: dma.st")
        .hasMessageContaining(
            "reads byte 0x100 of the scratchpad of core 1, which instruction 1 of core 0 writes");
  }

  @Test
  void getFromAnotherCoreAfterItsSignal() {
    var get = Rig.row(Opcode.DMA_GET, 8).set(Field.CORE, 1).wait(1, 1).signal(2, 1);
    Rig.operand(get, "DST", 0x40, DType.F32, 1);
    Rig.operand(get, "A", 0, DType.F32, -1).set(Field.A, 28);
    var signal =
        Instruction.builder(Opcode.C_SIGNAL).set(Field.CORES, 1).set(Field.SEM, 1).wait(1, 1);
    Program program =
        new Programs(2)
            .core(get, store(0x40, 0x80, 8).wait(2, 1))
            .core(load(0, 0, 8).signal(1, 1), signal)
            .buffer("in", Buffer.Kind.INPUT, 0, DType.F32, 8)
            .buffer("out", Buffer.Kind.OUTPUT, 0x80, DType.F32, 8)
            .build();
    schedules()
        .forEach(
            s ->
                assertThat(run(program, Limits.small(1, 2, 4096, 64), s))
                    .as(s.label())
                    .containsExactly(8, 7, 6, 5, 4, 3, 2, 1));
  }

  private static Instruction.Builder send(long peer, long tag, int n) {
    var b = Rig.row(Opcode.C_SEND, n).set(Field.PEER, peer).set(Field.TAG, tag);
    return Rig.operand(b, "A", 0, DType.F32, 1);
  }

  private static Instruction.Builder receive(long peer, long tag, long to, int n) {
    var b =
        Rig.extents(Instruction.builder(Opcode.C_RECV), n / 2, 2)
            .set(Field.PEER, peer)
            .set(Field.TAG, tag);
    return Rig.operand(b, "DST", to, DType.F32, 1, n / 2);
  }

  @Test
  void messagesBetweenChipsMeetByPeerAndTag() {
    Program program =
        new Programs(1)
            .core(load(0, 0, 8).signal(1, 1), send(1, 5, 8).wait(1, 1), send(1, 6, 4))
            .core(
                receive(0, 5, 0x40, 8),
                receive(0, 6, 0x80, 4).signal(1, 1),
                store(0x40, 0x80, 8).wait(1, 1),
                store(0x80, 0xa0, 4))
            .buffer("in", Buffer.Kind.INPUT, 0, 0, DType.F32, 8)
            .buffer("out", Buffer.Kind.OUTPUT, 1, 0x80, DType.F32, 12)
            .build();
    schedules()
        .forEach(
            s ->
                assertThat(run(program, Limits.small(2, 1, 4096, 64), s))
                    .as(s.label())
                    .containsExactly(1, 3, 5, 7, 2, 4, 6, 8, 1, 3, 2, 4));
  }

  private static Instruction.Builder exchange(long peer, long tag, long from, long to, int n) {
    var b = Rig.row(Opcode.C_EXCHANGE, n).set(Field.PEER, peer).set(Field.TAG, tag);
    Rig.operand(b, "A", from, DType.F32, 1);
    return Rig.operand(b, "DST", to, DType.F32, 1);
  }

  /** Chip 1 sends back, in reverse, what it has received. */
  @Test
  void anExchangeGoesBothWays() {
    var reverse = exchange(0, 6, 28, 0x80, 8).set(Field.A_S3, -1);
    Program program =
        new Programs(1)
            .core(
                load(0, 0, 8).signal(1, 1),
                exchange(1, 5, 0, 0x40, 8).wait(1, 1).signal(2, 1),
                exchange(1, 6, 0x40, 0x80, 8).signal(3, 1),
                store(0x40, 0x80, 8).wait(2, 1),
                store(0x80, 0xa0, 8).wait(3, 1))
            .core(
                Rig.operand(Rig.row(Opcode.V_FILL, 8), "DST", 0x40, DType.F32, 1)
                    .setDouble(Field.IMM, 9)
                    .signal(1, 1),
                exchange(0, 5, 0x40, 0, 8).wait(1, 1),
                reverse)
            .buffer("in", Buffer.Kind.INPUT, 0, DType.F32, 8)
            .buffer("out", Buffer.Kind.OUTPUT, 0x80, DType.F32, 16)
            .build();
    schedules()
        .forEach(
            s ->
                assertThat(run(program, Limits.small(2, 1, 4096, 64), s))
                    .as(s.label())
                    .containsExactly(9, 9, 9, 9, 9, 9, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1));
  }

  @Test
  void exchangesOfDifferentLengthOrTagDoNotMeet() {
    var sim = new FunctionalSimulator(Limits.small(2, 1, 4096, 64));
    Program lengths =
        new Programs(1).core(exchange(1, 5, 0, 64, 8)).core(exchange(0, 5, 0, 64, 4)).build();
    assertThatThrownBy(() -> sim.run(lengths, sim.load(lengths), Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("sends 16 bytes with tag 5, core 0 expects 32");
    Program tags =
        new Programs(1).core(exchange(1, 5, 0, 64, 8)).core(exchange(0, 6, 0, 64, 8)).build();
    assertThatThrownBy(() -> sim.run(tags, sim.load(tags), Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("waits for core 1 to exchange tag 5")
        .hasMessageContaining("waits for core 0 to exchange tag 6");
    Program withSend =
        new Programs(1).core(exchange(1, 5, 0, 64, 8)).core(receive(0, 5, 64, 8)).build();
    assertThatThrownBy(() -> sim.run(withSend, sim.load(withSend), Map.of(), Schedule.LATE_LOADS))
        .hasMessageContaining("waits for core 1 to exchange tag 5")
        .hasMessageContaining("waits for core 0 to send tag 5");
  }

  @Test
  void whatAnExchangeReadsMustNotBeWrittenMeanwhile() {
    var fill = Rig.operand(Rig.row(Opcode.V_FILL, 8), "DST", 0, DType.F32, 1);
    Program program =
        new Programs(1)
            .core(load(0, 0, 8).signal(1, 1), exchange(1, 5, 0, 64, 8).wait(1, 1), fill)
            .core(load(0, 0, 8).signal(1, 1), exchange(0, 5, 0, 64, 8).wait(1, 1))
            .buffer("in", Buffer.Kind.INPUT, 0, DType.F32, 8)
            .buffer("out", Buffer.Kind.OUTPUT, 0x80, DType.F32, 8)
            .build();
    assertThatThrownBy(() -> run(program, Limits.small(2, 1, 4096, 64), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("v.fill");
  }

  @Test
  void messagesOfDifferentLengthAreRefused() {
    Program program = new Programs(1).core(send(1, 5, 8)).core(receive(0, 5, 0x40, 4)).build();
    var sim = new FunctionalSimulator(Limits.small(2, 1, 4096, 64));
    assertThatThrownBy(() -> sim.run(program, sim.load(program), Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("sends 32 bytes with tag 5, core 1 expects 16");
  }

  @Test
  void aBarrierNobodyElseReachesIsADeadlock() {
    Program program =
        new Programs(2)
            .core(barrier(3))
            .core(Instruction.builder(Opcode.NOP).set(Field.UNIT, Unit.VEC))
            .build();
    var sim = new FunctionalSimulator(Limits.small(1, 2, 4096, 64));
    for (Schedule s : new Schedule[] {Schedule.PROGRAM_ORDER, Schedule.random(4)}) {
      assertThatThrownBy(() -> sim.run(program, sim.load(program), Map.of(), s))
          .hasMessageContaining(
              "c.barrier of node 'conv_1' (Conv) waits for core 1 to arrive at the barrier");
    }
  }

  @Test
  void aReceiverWithoutSenderIsADeadlock() {
    Program program = new Programs(1).core(receive(1, 3, 0, 4)).core(send(0, 4, 4)).build();
    var sim = new FunctionalSimulator(Limits.small(2, 1, 4096, 64));
    assertThatThrownBy(() -> sim.run(program, sim.load(program), Map.of(), Schedule.LATE_LOADS))
        .hasMessageContaining("waits for core 1 to send tag 3")
        .hasMessageContaining("waits for core 0 to receive tag 4");
  }

  @Test
  void wrongMasksAndPeersAreNamed() {
    var sim = new FunctionalSimulator(Limits.small(1, 2, 4096, 64));
    Program noSelf = new Programs(2).core(barrier(2)).core(barrier(2)).build();
    assertThatThrownBy(() -> sim.run(noSelf, sim.load(noSelf), Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("barrier of cores 0x2 without core 0 itself");
    Program tooMany = new Programs(2).core(put(4, 0, 0, 1)).core(barrier(2)).build();
    assertThatThrownBy(() -> sim.run(tooMany, sim.load(tooMany), Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("core 2 does not exist; the chip has cores 0..1");
    Program toSelf = new Programs(2).core(send(0, 1, 1)).core(barrier(2)).build();
    assertThatThrownBy(() -> sim.run(toSelf, sim.load(toSelf), Map.of(), Schedule.PROGRAM_ORDER))
        .hasMessageContaining("peer core 0 is not another core");
  }
}
