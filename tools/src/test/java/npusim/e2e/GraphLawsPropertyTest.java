package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Tensor;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.program.NodeInfo;
import npusim.program.Program;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.energy.EnergyModel;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.Category;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;

/** What holds for every graph on every chip, on random ones of both. */
class GraphLawsPropertyTest {
  /** A faster part may change the order in which units take turns. */
  private static final double SLACK = 0.05;

  /** Tiles of another size are padded by other amounts. */
  private static final double PADDING = 0.02;

  /** Traffic of the same graph in other tiles, percent. */
  private static final double OTHER_TILES = 5;

  private static final AtomicLong SHARED = new AtomicLong();

  private static Hardware chip(int which, long seed, String... more) {
    var r = new Random(seed);
    var sets =
        new java.util.ArrayList<>(
            switch (which) {
              case 0 -> List.<String>of();
              case 1 -> List.of("chip.cores=" + (1 + r.nextInt(4)));
              default ->
                  List.of(
                      "chip.cores=" + (1 + r.nextInt(2)),
                      "core.matrix.rows=" + (4 << r.nextInt(4)),
                      "core.matrix.cols=" + (4 << r.nextInt(4)),
                      "core.scratchpad.bytes=" + (65536 << r.nextInt(4)));
            });
    sets.addAll(Arrays.asList(more));
    return HardwareLoader.load(List.of("tiny", "edge", "edge").get(which), sets);
  }

  private static TimingResult time(Program p, Hardware hw) {
    return new TimingSimulator(hw, TimingOptions.exactly()).run(p, Map.of());
  }

  private static Program compile(RandomGraphs.Generated g, Hardware hw) {
    return Cases.proved(Compiler.compile(g.model().copy(), hw, CompileOptions.DEFAULT), hw);
  }

  @Property(tries = 50, seed = "20251")
  void timeTrafficWorkAndEnergyAddUp(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 0, max = 2) int which) {
    RandomGraphs.Generated g = RandomGraphs.floats(seed, 5);
    Hardware hw = chip(which, seed);
    Program p = compile(g, hw);
    TimingResult r = time(p, hw);
    assertThat(Arrays.stream(r.categoryCycles()).sum()).isEqualTo(r.totalCycles());
    assertThat(r.units()).allMatch(u -> u.total() == r.totalCycles());
    assertThat(p.nodes().stream().mapToLong(NodeInfo::macs).sum()).isEqualTo(g.macs());
    assertThat(p.coverage().macs()).isEqualTo(g.macs());
    // Small products run on the vector unit, which counts elements.
    assertThat(r.counters().macs()).isLessThanOrEqualTo(g.macs());
    double compute = 0;
    for (DType t : DType.values()) {
      long m = r.counters().macsByType()[t.ordinal()];
      compute += m == 0 ? 0 : m / hw.chipMacsPerCycle(t);
    }
    assertThat((double) r.totalCycles()).isGreaterThanOrEqualTo(Math.floor(compute));
    var c = r.counters();
    assertThat((double) r.totalCycles())
        .isGreaterThanOrEqualTo(Math.floor(hw.dramCycles(c.dramReadBytes(), c.dramWrittenBytes())));
    EnergyModel model = new EnergyModel(hw);
    var e = model.account(r);
    double parts = 0;
    for (EnergyComponent k : EnergyComponent.values()) {
      assertThat(e.pj(k)).as("%s", k).isNotNegative();
      parts += e.pj(k);
    }
    assertThat(parts).isCloseTo(e.totalPj(), Offset.offset(1e-9 * e.totalPj()));
    double nodes = r.nodes().stream().mapToDouble(n -> model.nodeDynamicPj(r, n)).sum();
    assertThat(nodes).isCloseTo(e.totalDynamicPj(), Offset.offset(1e-9 * e.totalPj()));
  }

  @Property(tries = 25, seed = "20251")
  void moreBandwidthIsNoSlower(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 0, max = 4) int what) {
    RandomGraphs.Generated g = RandomGraphs.floats(seed, 5);
    String[][] steps = {
      {"dram.channels=1", "dram.channels=2"},
      {"core.vector.lanes=16", "core.vector.lanes=32"},
      {"core.scratchpad.ports_per_bank=1", "core.scratchpad.ports_per_bank=2"},
      {"core.dma.load.bus_bytes=32", "core.dma.load.bus_bytes=64"},
      {"core.dma.load.requests_in_flight=32", "core.dma.load.requests_in_flight=64"},
    };
    Hardware less = chip(1, seed, steps[what][0]);
    Program p = compile(g, less);
    assertThat((double) time(p, chip(1, seed, steps[what][1])).totalCycles())
        .as("%s after %s", steps[what][1], steps[what][0])
        .isLessThanOrEqualTo((1 + SLACK) * time(p, less).totalCycles());
  }

  @Property(tries = 25, seed = "20251")
  void smallerMemoryNeverMeansLessTraffic(@ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    RandomGraphs.Generated g = RandomGraphs.floats(seed, 5);
    long before = Long.MAX_VALUE;
    for (int kib : new int[] {16, 64, 256, 2048}) {
      Hardware hw = HardwareLoader.load("edge", List.of("core.scratchpad.bytes=" + kib + "KiB"));
      long bytes = time(compile(g, hw), hw).dramBytes();
      assertThat((double) bytes).as("%d KiB", kib).isLessThanOrEqualTo(before * (1 + PADDING));
      before = bytes;
    }
  }

  @Property(tries = 25, seed = "20251")
  void sharedSramTakesTrafficFromDram(@ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    RandomGraphs.Generated g = RandomGraphs.floats(seed, 5);
    List<String> small = List.of("core.scratchpad.bytes=16KiB", "chip.cores=2");
    Hardware without = HardwareLoader.load("edge", small);
    Hardware with =
        without.with(List.of("shared_sram.bytes=48KiB", "shared_sram.bytes_per_cycle=64"));
    TimingResult plain = time(compile(g, without), without);
    Program p = compile(g, with);
    TimingResult shared = time(p, with);
    long there = shared.counters().sharedReadBytes() + shared.counters().sharedWrittenBytes();
    // Operands that are nearer may be cut into other tiles, and be loaded more often.
    assertThat((double) shared.dramBytes() + there)
        .isCloseTo(plain.dramBytes(), Percentage.withPercentage(OTHER_TILES));
    assertThat(shared.dramBytes()).isLessThanOrEqualTo(plain.dramBytes());
    if (there == 0) {
      assertThat(shared.dramBytes()).isEqualTo(plain.dramBytes());
    }
    assertThat(shared.nodes().stream().mapToLong(n -> n.sharedBytes()).sum()).isEqualTo(there);
    if (there == 0) {
      assertThat(shared.cycles(Category.SHARED_SRAM)).isZero();
    }
    assertThat(Arrays.stream(shared.categoryCycles()).sum()).isEqualTo(shared.totalCycles());
    var e = new EnergyModel(with).account(shared);
    assertThat(e.pj(EnergyComponent.SHARED_SRAM) > 0).isEqualTo(there > 0);
    SHARED.addAndGet(there);
  }

  @AfterContainer
  static void someGraphsUsedSharedSram() {
    assertThat(SHARED.get()).isPositive();
  }

  private static Tensor run(RandomGraphs.Generated g, Hardware hw, CompileOptions o, Schedule s) {
    return Cases.execute(g.model().copy(), Map.of("x", g.input()), hw, o, s).get("y");
  }

  /** Tilings, numbers of cores and orders of units, the first of which is the reference. */
  private static List<Tensor> everyWay(RandomGraphs.Generated g, long seed) {
    CompileOptions o = CompileOptions.DEFAULT;
    Hardware edge = HardwareLoader.load("edge");
    return List.of(
        run(g, edge, o, Schedule.PROGRAM_ORDER),
        run(
            g,
            HardwareLoader.load(
                "tiny", List.of("shared_sram.bytes=8KiB", "shared_sram.bytes_per_cycle=16")),
            o,
            Schedule.LATE_STORES),
        run(
            g,
            edge,
            o.withFlags(java.util.Set.of(CompileOptions.NO_RESIDENT)),
            Schedule.LATE_LOADS),
        run(g, HardwareLoader.load("edge", List.of("chip.cores=3")), o, Schedule.LATE_STORES),
        run(g, HardwareLoader.load("tiny"), o, Schedule.EAGER_UNITS),
        run(g, chip(2, seed), o, Schedule.PROGRAM_ORDER),
        run(
            g,
            HardwareLoader.load("edge", List.of("core.scratchpad.bytes=16KiB")),
            o,
            Schedule.EAGER_UNITS));
  }

  @Property(tries = 25, seed = "20251")
  void integersAreEqualHoweverTiledAndScheduled(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    RandomGraphs.Generated g = RandomGraphs.integers(seed, 5);
    List<Tensor> all = everyWay(g, seed);
    for (int i = 1; i < all.size(); i++) {
      assertThat(all.get(i).toBytes()).as("way %d", i).isEqualTo(all.getFirst().toBytes());
    }
  }

  @Property(tries = 25, seed = "20251")
  void floatsAreCloseHoweverTiledAndScheduled(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    RandomGraphs.Generated g = RandomGraphs.floats(seed, 5);
    List<Tensor> all = everyWay(g, seed);
    Tensor want = all.getFirst();
    double largest = 0;
    for (long i = 0; i < want.size(); i++) {
      largest = Math.max(largest, Math.abs(want.at(i)));
    }
    for (int k = 1; k < all.size(); k++) {
      for (long i = 0; i < want.size(); i++) {
        assertThat(all.get(k).at(i))
            .as("way %d, element %d", k, i)
            .isCloseTo(want.at(i), Offset.offset(1e-5 * Math.max(largest, 1)));
      }
    }
  }
}
