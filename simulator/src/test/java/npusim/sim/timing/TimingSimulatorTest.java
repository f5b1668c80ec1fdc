package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import npusim.asm.Assembler;
import npusim.hardware.VectorClass;
import npusim.isa.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Cycles and counts of small programs, worked out by hand from the parameters of {@link
 * TestHardware}.
 */
class TimingSimulatorTest {
  /** From the sequencer's first cycle on an instruction to its unit being able to start. */
  private static final long START = 1 + 1;

  /** Three cores do nothing; what the first one does comes behind. */
  private static final String FOUR_CORES =
      ".core 0 stream=a\n.core 1 stream=b\n.core 2 stream=b\n.core 3 stream=b\n"
          + ".stream b\nhalt\n.stream a\n";

  private static TimingResult run(String text, String... sets) {
    TimingResult r =
        new TimingSimulator(TestHardware.small(sets), TimingOptions.exactly())
            .run(Assembler.assemble("test.npuasm", text), Map.of());
    long sum = 0;
    for (Category c : Category.values()) {
      sum += r.cycles(c);
    }
    assertThat(sum).isEqualTo(r.totalCycles());
    return r;
  }

  private static long cycles(String text, String... sets) {
    return run(text, sets).totalCycles();
  }

  private static String load(int floats) {
    return "dma.ld d=[" + floats + "] dst=0[1] dram=0[1]\nhalt";
  }

  private static String store(int floats) {
    return "dma.st d=[" + floats + "] dram=0x8000[1] a=0x4000[1]\nhalt";
  }

  @Test
  void aHaltTakesItsIssue() {
    assertThat(cycles("halt")).isEqualTo(1);
  }

  /** Issue in the unit and pipeline once, then 16 lanes side by side. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 10", "16, 10", "17, 11", "64, 13", "1024, 73"})
  void elementsPassTheLanes(int elements, long expected) {
    String add = "v.bini add d=[" + elements + "] dst=0[1] a=0[1] imm=1\nhalt";
    assertThat(cycles(add)).isEqualTo(START + expected);
  }

  @Test
  void slowFunctionsTakeLanesLonger() {
    // Four lane cycles an element and eight more pipeline stages.
    String exp = "v.un exp d=[64] dst=0[1] a=0[1]\nhalt";
    assertThat(cycles(exp)).isEqualTo(START + 1 + 8 + 8 + 64 / 16 * 4);
  }

  @Test
  void aUnitExecutesItsInstructionsOneAfterTheOther() {
    String loop = "loop %d\nv.bini add d=[64] dst=0[1] a=0[1] imm=1\nendloop\nhalt";
    assertThat(cycles(loop.formatted(10))).isEqualTo(1 + START + 10 * 13);
    assertThat(cycles(loop.formatted(20))).isEqualTo(1 + START + 20 * 13);
  }

  /** Start-up, two hops of two cycles, the memory's latency, then 32 bytes a cycle. */
  @ParameterizedTest
  @CsvSource({"8, 1", "16, 2", "1024, 128", "2048, 256"})
  void loadsMoveAtTheMemorysRate(int floats, long beats) {
    assertThat(cycles(load(floats), "core.dma.load.requests_in_flight=256"))
        .isEqualTo(START + 10 + 4 + 40 + beats);
  }

  @Test
  void oneRequestAtATimeWaitsForEachAnswer() {
    long four = cycles(load(64), "core.dma.load.requests_in_flight=1");
    long eight = cycles(load(128), "core.dma.load.requests_in_flight=1");
    assertThat(eight - four).isEqualTo(4 * (4 + 40 + 2));
  }

  /** What the network carries to all cores together is a limit of its own in each direction. */
  @Test
  void theNetworkToTheMemoryIsALimit() {
    String read = "noc.memory_read_bytes_per_cycle=8";
    String write = "noc.memory_write_bytes_per_cycle=8";
    assertThat(cycles(load(2048), read) - cycles(load(1024), read)).isEqualTo(4096 / 8);
    assertThat(cycles(store(2048), read)).isEqualTo(cycles(store(2048)));
    assertThat(cycles(store(2048), write) - cycles(store(1024), write)).isEqualTo(4096 / 8);
    assertThat(cycles(load(2048), write)).isEqualTo(cycles(load(2048)));
    String both = load(2048).replace("halt", "") + store(2048);
    assertThat(cycles(both, read, write)).isLessThan(cycles(load(2048), read) + 8);
    String chips =
        ".program p cores_per_chip=1\n.core 0 stream=a\n.core 1 stream=b\n.stream a\n"
            + load(2048)
            + "\n.stream b\n"
            + load(2048).replace("dst=0[1]", "dst=0x40[1]");
    assertThat(cycles(chips, read, "system.chips=2")).isEqualTo(cycles(load(2048), read));
  }

  /** What lies in the channel nearest to its core comes at a rate of its own. */
  @Test
  void dataPlacedNearTheirCoreHaveARateOfTheirOwn() {
    String[] rates = {"noc.memory_read_bytes_per_cycle=4", "noc.placed_read_bytes_per_cycle=8"};
    String placed = load(2048).replace("\nhalt", " placed=1\nhalt");
    String half = load(1024).replace("\nhalt", " placed=1\nhalt");
    assertThat(cycles(placed, rates) - cycles(half, rates)).isEqualTo(4096 / 8);
    assertThat(cycles(load(2048), rates)).isEqualTo(cycles(load(2048), rates[0]));
    assertThat(cycles(placed, rates[0])).isEqualTo(cycles(load(2048), rates[0]));
  }

  /** 197 rows are six tiles of 32 and a piece of five rows, 205 one of thirteen. */
  @Test
  void rowsBehindTheLastWholeTileAreAPiece() {
    String rows = "dma.ld d=[%d,8] dst=0[8,1] dram=0[64,1]\nhalt";
    String[] tiles = {
      "dram.array_tile.rows=32", "dram.array_tile.bytes=32", "core.dma.load.request_bytes=2048"
    };
    long whole = cycles(rows.formatted(192), tiles);
    assertThat(cycles(rows.formatted(197), tiles) - whole).isEqualTo(5);
    assertThat(cycles(rows.formatted(205), tiles) - whole).isEqualTo(13);
    assertThat(run(rows.formatted(197), tiles).counters().dramReadBytes()).isEqualTo(197 * 32);
  }

  /** Where both directions share the way to the memory, what they carry adds up. */
  @Test
  void aPathForBothDirectionsIsALimitOfTheirSum() {
    String path = "noc.memory_bytes_per_cycle=8";
    assertThat(cycles(load(2048), path) - cycles(load(1024), path)).isEqualTo(4096 / 8);
    assertThat(cycles(store(2048), path) - cycles(store(1024), path)).isEqualTo(4096 / 8);
    String both = load(2048).replace("halt", "") + store(2048);
    assertThat(cycles(both, path))
        .isBetween(2 * 8192L / 8, cycles(load(2048), path) + 8192 / 8 + 8);
  }

  @Test
  void theDecompressorIsALimit() {
    String expand =
        "dma.ldz d=[%d] dst=0x0:i8[64] dram=0[40] coding=nm block=64 bytes=40 keep=2 of=4\nhalt";
    String slow = "core.dma.load.expand_bytes_per_cycle=8";
    // The rate is kept in 1/1024 cycles per compressed byte, rounded up.
    assertThat(cycles(expand.formatted(64), slow) - cycles(expand.formatted(32), slow))
        .isBetween(32 * 64 / 8L, 32 * 64 / 8L + 1);
    TimingResult r = run(expand.formatted(64));
    assertThat(r.counters().dramReadBytes()).isEqualTo(64 * 40);
    assertThat(r.counters().scratchpadWrittenBytes()).isEqualTo(64 * 64);
  }

  @Test
  void productsStreamTheirRowsThroughEachBlock() {
    String gemm =
        "m.gemm m=[%d] k=[%d] n=16 acc=0x80000000[16] a=0[%2$d,0,0,1] w=0x4000[16,1]\nhalt";
    long base = cycles(gemm.formatted(16, 16));
    assertThat(cycles(gemm.formatted(32, 16)) - base).isEqualTo(16);
    assertThat(cycles(gemm.formatted(64, 16)) - base).isEqualTo(48);
    // The second block's weights load behind the first block's rows.
    assertThat(cycles(gemm.formatted(64, 32)) - base).isEqualTo(48 + 64);
  }

  @Test
  void productsCountWhatTheyReadAndLeaveIdle() {
    String gemm =
        "m.gemm m=[20] k=[%1$d] n=12 acc=0x80000000[12] a=0[%1$d,0,0,1] w=0x4000[12,1]%2$s\nhalt";
    Counters c = run(gemm.formatted(16, "")).counters();
    assertThat(c.macsByType()[DType.F32.ordinal()]).isEqualTo(20 * 16 * 12).isEqualTo(c.macs());
    assertThat(c.paddedMacs()).isEqualTo(20 * 16 * 16 - 20 * 16 * 12);
    assertThat(c.scratchpadReadBytes()).isEqualTo(4 * (20 * 16 + 16 * 12));
    assertThat(c.accumulatorWrittenBytes()).isEqualTo(4 * 20 * 12);
    assertThat(c.accumulatorReadBytes()).isZero();
    // Sums over a second block, and sums that were there before, are read back.
    Counters two = run(gemm.formatted(32, "")).counters();
    assertThat(two.accumulatorWrittenBytes()).isEqualTo(2 * 4 * 20 * 12);
    assertThat(two.accumulatorReadBytes()).isEqualTo(4 * 20 * 12);
    Counters more = run(gemm.formatted(32, " accum=1")).counters();
    assertThat(more.accumulatorReadBytes()).isEqualTo(2 * 4 * 20 * 12);
    assertThat(more.scratchpadReadBytes()).isEqualTo(two.scratchpadReadBytes());
  }

  @Test
  void vectorsCountElementsByClassAndTheirOperands() {
    Counters c = run("v.un exp d=[64] dst=0x1000[1] a=0[1]\nhalt").counters();
    assertThat(c.elements(VectorClass.EXP, DType.F32)).isEqualTo(64);
    assertThat(c.scratchpadReadBytes()).isEqualTo(256);
    assertThat(c.scratchpadWrittenBytes()).isEqualTo(256);
  }

  /** A core sends at once; one that fetches from another has to ask first. */
  @Test
  void copiesBetweenCoresCrossTheNetworkOnceOrTwice() {
    String put = FOUR_CORES + "dma.put d=[1024] dst=0x1000[1] a=0[1] cores=2\nhalt";
    String get = FOUR_CORES + "dma.get d=[1024] dst=0x1000[1] a=0[1] core=1\nhalt";
    long moved = START + 10 + 4096 / 32;
    assertThat(cycles(put, "chip.cores=4")).isEqualTo(moved + 2);
    assertThat(cycles(get, "chip.cores=4")).isEqualTo(moved + 2 * 2);
    Counters c = run(put, "chip.cores=4").counters();
    assertThat(c.nocByteHops()).isEqualTo(4096);
    assertThat(c.scratchpadReadBytes()).isEqualTo(4096);
    assertThat(c.scratchpadWrittenBytes()).isEqualTo(4096);
  }

  /** Packets to several cores at once wait for all of their way; those to one don't. */
  @Test
  void multicastsReserveTheirWaysPacketByPacket() {
    String put = FOUR_CORES + "dma.put d=[1024] dst=0x1000[1] a=0[1] cores=%d\nhalt";
    String[] packets = {"chip.cores=4", "noc.packet_bytes=1024", "noc.multicast_hop_cycles=3.5"};
    String[] one = {"chip.cores=4", "noc.multicast_hop_cycles=3"};
    long free = cycles(put.formatted(14), "chip.cores=4");
    assertThat(cycles(put.formatted(14), packets) - free).isEqualTo(14);
    assertThat(cycles(put.formatted(14), one) - free).isEqualTo(3);
    assertThat(cycles(put.formatted(2), packets)).isEqualTo(free);
  }

  @Test
  void copiesOfOneCoreLeaveOneAfterTheOther() {
    String puts =
        FOUR_CORES
            + "dma.put d=[1024] dst=0x1000[1] a=0[1] cores=2\n"
            + "dma.put d=[1024] dst=0x1000[1] a=0[1] cores=4\nhalt";
    long one =
        cycles(FOUR_CORES + "dma.put d=[1024] dst=0x1000[1] a=0[1] cores=2\nhalt", "chip.cores=4");
    assertThat(cycles(puts, "chip.cores=4")).isBetween(one + 4096 / 64, one + 4096 / 32 + 10);
  }

  /** Cores that fetch from one share its port of 64 bytes a cycle, their own buses take 32. */
  @Test
  void aCoresPortServesOneCopyAtATime() {
    String gets =
        ".core 0 stream=b\n.core 1 stream=a\n.core 2 stream=a\n.core 3 stream=b\n"
            + ".stream b\nhalt\n.stream a\n"
            + "dma.get d=[1024] dst=0x1000[1] a=0[1] core=%d\nhalt";
    long one = START + 10 + 4096 / 32 + 2 * 2;
    assertThat(cycles(gets.formatted(0), "chip.cores=4")).isEqualTo(one + 4096 / 64);
    String apart = gets.replace(".core 2 stream=a", ".core 2 stream=b");
    assertThat(cycles(apart.formatted(0), "chip.cores=4")).isEqualTo(one);
  }

  @Test
  void barriersTakeAHopThereAndBack() {
    String barrier = FOUR_CORES + "c.barrier cores=15\nhalt";
    barrier = barrier.replace(".stream b\nhalt", ".stream b\nc.barrier cores=15\nhalt");
    assertThat(cycles(barrier, "chip.cores=4")).isEqualTo(START + 2 * 2);
  }
}
