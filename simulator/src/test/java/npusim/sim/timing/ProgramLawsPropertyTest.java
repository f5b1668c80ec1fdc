package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.energy.EnergyModel;
import npusim.sim.energy.EnergyResult;
import org.assertj.core.data.Offset;

/** What holds for every program on every machine, on random ones of both. */
class ProgramLawsPropertyTest {
  /** A faster part may change the order in which units take turns. */
  private static final double SLACK = 0.02;

  /** So may deeper queues, and more: loads that run further ahead delay the ones needed now. */
  private static final double QUEUE_SLACK = 0.1;

  /** What steady repetition may leave out where memory has rows and refresh. */
  private static final double SAMPLING = 0.005;

  private static final String[] MEMORIES = {
    "dram.model=fixed",
    "dram.model=ddr dram.preset=DDR4-3200 dram.channels=1",
    "dram.model=ddr dram.preset=HBM2-2000 dram.channels=4",
    "dram.model=ddr dram.preset=LPDDR5-6400 dram.channels=2",
  };

  private static TimingResult run(Hardware hw, RandomPrograms.Generated g) {
    return new TimingSimulator(hw, TimingOptions.exactly()).run(g.program(), Map.of());
  }

  /** A machine of random sizes; {@code more} overrides some of them. */
  private static Hardware machine(long seed, String... more) {
    var random = new Random(seed);
    List<String> sets = new ArrayList<>(List.of("chip.cores=4"));
    sets.add("core.matrix.rows=" + (4 << random.nextInt(4)));
    sets.add("core.matrix.cols=" + (4 << random.nextInt(4)));
    sets.add("core.matrix.dataflow=" + (random.nextBoolean() ? "ws" : "os"));
    sets.add("core.vector.lanes=" + (4 << random.nextInt(4)));
    sets.add("core.sequencer.queue_depth=" + (1 << random.nextInt(5)));
    sets.add("core.scratchpad.banks=" + (1 << random.nextInt(5)));
    sets.add("core.scratchpad.ports_per_bank=" + (1 + random.nextInt(2)));
    sets.add("core.dma.load.requests_in_flight=" + (1 << random.nextInt(6)));
    sets.add("core.dma.load.bus_bytes=" + (8 << random.nextInt(4)));
    sets.add("dram.fixed.bytes_per_cycle=" + (4 << random.nextInt(4)));
    sets.add("dram.fixed.latency_cycles=" + (10 + random.nextInt(200)));
    sets.addAll(Arrays.asList(more));
    return TestHardware.small(sets.toArray(String[]::new));
  }

  private static String[] memory(int which) {
    return MEMORIES[which].split(" ", -1);
  }

  @Property(tries = 60, seed = "20251")
  void timeTrafficWorkAndEnergyAddUp(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 4) int cores,
      @ForAll @IntRange(min = 0, max = 3) int memory) {
    Hardware hw = machine(seed, memory(memory));
    var g = RandomPrograms.generate(seed, cores, 2, 12);
    TimingResult r = run(hw, g);
    assertThat(Arrays.stream(r.categoryCycles()).sum()).isEqualTo(r.totalCycles());
    assertThat(r.units()).allMatch(u -> u.total() == r.totalCycles());
    assertThat(r.counters().dramReadBytes()).isEqualTo(g.totals().readBytes());
    assertThat(r.counters().dramWrittenBytes()).isEqualTo(g.totals().writtenBytes());
    assertThat(r.counters().macs()).isEqualTo(g.totals().macs());
    assertThat(r.counters().paddedMacs()).isNotNegative();
    assertThat(r.nodes().stream().mapToLong(NodeTime::macs).sum()).isEqualTo(r.counters().macs());
    assertThat(r.nodes().stream().mapToLong(n -> n.dramReadBytes() + n.dramWrittenBytes()).sum())
        .isEqualTo(r.dramBytes());
    bounds(hw, r);
    energy(hw, r);
  }

  private static void bounds(Hardware hw, TimingResult r) {
    double compute = 0;
    for (DType t : List.of(DType.F32, DType.I8)) {
      compute += r.counters().macsByType()[t.ordinal()] / hw.chipMacsPerCycle(t);
    }
    assertThat((double) r.totalCycles()).isGreaterThanOrEqualTo(Math.floor(compute));
    assertThat((double) r.totalCycles())
        .isGreaterThanOrEqualTo(
            Math.floor(
                hw.dramCycles(r.counters().dramReadBytes(), r.counters().dramWrittenBytes())));
  }

  private static void energy(Hardware hw, TimingResult r) {
    EnergyModel model = new EnergyModel(hw);
    EnergyResult e = model.account(r);
    double sum = 0;
    for (EnergyComponent c : EnergyComponent.values()) {
      assertThat(e.dynamicPj(c)).as("%s", c).isNotNegative().isFinite();
      assertThat(e.staticPj(c)).as("%s", c).isNotNegative().isFinite();
      sum += e.pj(c);
    }
    Offset<Double> rounding = Offset.offset(1e-9 * e.totalPj());
    assertThat(e.totalPj()).isCloseTo(sum, rounding);
    assertThat(e.totalPj()).isCloseTo(e.totalDynamicPj() + e.totalStaticPj(), rounding);
    assertThat(e.totalStaticPj()).isCloseTo(hw.staticPowerW() * e.seconds() * 1e12, rounding);
    assertThat(e.seconds() * hw.chip().cyclesPerSecond())
        .isCloseTo(r.totalCycles(), Offset.offset(1e-6 * r.totalCycles()));
    double nodes = r.nodes().stream().mapToDouble(n -> model.nodeDynamicPj(r, n)).sum();
    assertThat(nodes).isCloseTo(e.totalDynamicPj(), rounding);
  }

  @Property(tries = 60, seed = "20251")
  void moreOfAResourceIsNoSlower(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 0, max = 7) int which) {
    String[][] steps = {
      {"dram.fixed.bytes_per_cycle=16", "dram.fixed.bytes_per_cycle=32"},
      {"dram.fixed.latency_cycles=100", "dram.fixed.latency_cycles=50"},
      {"core.scratchpad.ports_per_bank=1", "core.scratchpad.ports_per_bank=2"},
      {"core.scratchpad.banks=4", "core.scratchpad.banks=8"},
      {"core.vector.lanes=8", "core.vector.lanes=16"},
      {"core.sequencer.queue_depth=4", "core.sequencer.queue_depth=8"},
      {"core.dma.load.requests_in_flight=8", "core.dma.load.requests_in_flight=16"},
      {"core.dma.load.bus_bytes=16", "core.dma.load.bus_bytes=32"},
    };
    var g = RandomPrograms.generate(seed, cores, 2, 20);
    long less = run(machine(seed, steps[which][0]), g).totalCycles();
    long more = run(machine(seed, steps[which][1]), g).totalCycles();
    assertThat((double) more)
        .as("%s after %s", steps[which][1], steps[which][0])
        .isLessThanOrEqualTo(
            less * (1 + (steps[which][0].contains("queue") ? QUEUE_SLACK : SLACK)));
  }

  @Property(tries = 40, seed = "20251")
  void skippingRepeatsIsExactOrCloseWithRowsAndRefresh(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 0, max = 3) int memory) {
    Hardware hw = machine(seed, memory(memory));
    var g = RandomPrograms.generate(seed, cores, 2, 300);
    TimingResult exact = run(hw, g);
    TimingResult quick =
        new TimingSimulator(hw, TimingOptions.defaults()).run(g.program(), Map.of());
    if (memory == 0) {
      assertThat(quick.totalCycles()).isEqualTo(exact.totalCycles());
      assertThat(quick.categoryCycles()).isEqualTo(exact.categoryCycles());
    } else {
      assertThat((double) quick.totalCycles())
          .isCloseTo(exact.totalCycles(), Offset.offset(SAMPLING * exact.totalCycles()));
    }
    assertThat(quick.dramBytes()).isEqualTo(exact.dramBytes());
    assertThat(quick.counters().macs()).isEqualTo(exact.counters().macs());
    assertThat(quick.counters().instructions()).isEqualTo(exact.counters().instructions());
    assertThat(Arrays.stream(quick.categoryCycles()).sum()).isEqualTo(quick.totalCycles());
    assertThat(quick.units()).allMatch(u -> u.total() == quick.totalCycles());
  }
}
