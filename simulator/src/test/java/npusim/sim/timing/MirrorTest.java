package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import npusim.asm.Assembler;
import npusim.hardware.Hardware;
import npusim.program.Program;
import npusim.sim.energy.EnergyModel;
import npusim.sim.energy.PowerTrace;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;

/** One of several chips that do the same, against all of them. */
class MirrorTest {
  private static final AtomicInteger ONE_FOR_ALL = new AtomicInteger();
  private static final AtomicInteger EACH = new AtomicInteger();

  private static Hardware hw(int chips, String... more) {
    var sets = new ArrayList<>(List.of("chip.cores=4", "system.chips=" + chips));
    sets.addAll(List.of(more));
    return TestHardware.small(sets.toArray(String[]::new));
  }

  private static Optional<Mirror> mirror(Hardware hw, Program p) {
    return Counterparts.of(p).flatMap(c -> Mirror.of(p, c, hw));
  }

  private static Optional<Mirror> mirror(Program p) {
    return mirror(hw(2), p);
  }

  private static TimingResult fast(Hardware hw, Program p) {
    assertThat(mirror(hw, p)).isPresent();
    return new TimingSimulator(hw, TimingOptions.defaults()).run(p, Map.of());
  }

  private static TimingResult exact(Hardware hw, Program p) {
    return new TimingSimulator(hw, TimingOptions.exactly()).run(p, Map.of());
  }

  private static void assertSameTotals(TimingResult fast, TimingResult exact) {
    assertThat(fast.counters().macs()).isEqualTo(exact.counters().macs());
    assertThat(fast.counters().instructions()).isEqualTo(exact.counters().instructions());
    assertThat(fast.counters().linkBytes()).isEqualTo(exact.counters().linkBytes());
    assertThat(fast.counters().nocByteHops()).isEqualTo(exact.counters().nocByteHops());
    assertThat(fast.counters().scratchpadReadBytes())
        .isEqualTo(exact.counters().scratchpadReadBytes());
    assertThat(fast.dramBytes()).isEqualTo(exact.dramBytes());
    assertThat(fast.nodes().stream().mapToLong(NodeTime::linkBytes).sum())
        .isEqualTo(fast.counters().linkBytes());
    assertThat(fast.units()).hasSameSizeAs(exact.units());
    assertThat(fast.units()).allMatch(u -> u.total() == fast.totalCycles());
    assertThat(Arrays.stream(fast.categoryCycles()).sum()).isEqualTo(fast.totalCycles());
    assertThat(fast.dram()).hasSameSizeAs(exact.dram());
  }

  private static void assertOneChipSimulated(TimingResult fast) {
    assertThat(fast.counters().instructions() - fast.skippedInstructions())
        .isLessThanOrEqualTo(fast.counters().instructions() / fast.dram().size());
  }

  @Property(tries = 60)
  void twoChipsWithFixedMemoryAreEqualToTheCycle(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 1, max = 3) int kernels) {
    var g = RandomPrograms.spmd(seed, 2, cores, kernels, 60, 2);
    var fast = fast(hw(2), g.program());
    var exact = exact(hw(2), g.program());
    assertSameTotals(fast, exact);
    assertOneChipSimulated(fast);
    assertThat(fast.totalCycles()).isEqualTo(exact.totalCycles());
    assertThat(fast.categoryCycles()).isEqualTo(exact.categoryCycles());
    assertThat(fast.units()).isEqualTo(exact.units());
    assertThat(fast.nodes()).isEqualTo(exact.nodes());
    assertThat(fast.counters()).usingRecursiveComparison().isEqualTo(exact.counters());
    assertThat(fast.dram()).usingRecursiveComparison().isEqualTo(exact.dram());
  }

  /** Exchanges whose ways share links included, one after another that no chip waits in. */
  @Property(tries = 12)
  void moreChipsAreEqual(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 2, max = 3) int steps,
      @ForAll @IntRange(min = 1, max = 4) int cores) {
    int chips = 1 << steps;
    var g = RandomPrograms.spmd(seed, chips, cores, 3, 40, 2);
    for (String topology : new String[] {"full", "switch", "ring", "mesh2d", "torus2d"}) {
      var hw = hw(chips, "system.link.topology=" + topology);
      var fast = fast(hw, g.program());
      var exact = exact(hw, g.program());
      assertSameTotals(fast, exact);
      assertOneChipSimulated(fast);
      assertThat(fast.totalCycles()).as(topology + " of " + chips).isEqualTo(exact.totalCycles());
      assertThat(fast.units()).as(topology).isEqualTo(exact.units());
    }
  }

  /** Stores may be in the shared SRAM on one chip and in DRAM on another. */
  @Property(tries = 20)
  void acrossSharedSramChipsAreEqual(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 8190, max = 8230) int kibibytes,
      @ForAll boolean ownAddresses) {
    var hw =
        hw(
            4,
            "shared_sram.bytes=" + kibibytes + "KiB",
            "shared_sram.bytes_per_cycle=48",
            "shared_sram.latency_cycles=17");
    var p =
        ownAddresses
            ? RandomPrograms.spmd(seed, 4, 1, 3, 40, 2).program()
            : sameAddresses(RandomPrograms.spmd(seed, 4, 1, 3, 40, 2).program());
    assertThat(mirror(hw, p).isPresent()).isEqualTo(!ownAddresses);
    var fast = new TimingSimulator(hw, TimingOptions.defaults()).run(p, Map.of());
    var exact = exact(hw, p);
    assertSameTotals(fast, exact);
    assertThat(fast.totalCycles()).isEqualTo(exact.totalCycles());
  }

  private static Program sameAddresses(Program p) {
    int cores = p.coresPerChip();
    for (int core = cores; core < p.cores().size(); core++) {
      p.cores().get(core).initialRegisters()[9] = p.cores().get(core % cores).initialRegisters()[9];
    }
    return p;
  }

  private static Hardware withBanks(int chips) {
    return hw(
        chips,
        "dram.model=ddr",
        "dram.preset=DDR4-2400",
        "dram.channels=4",
        "dram.mapping=MOP4ChXOR");
  }

  /**
   * Chips that use addresses of their own wait for each other at every exchange, which one chip
   * doesn't: all are simulated unless such addresses hardly count.
   */
  @Property(tries = 6, seed = "20251")
  void withBankStateAndRefreshChipsAreAsFast(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int cores,
      @ForAll @IntRange(min = 1, max = 32) int layers,
      @ForAll boolean ownAddresses) {
    var hw = withBanks(2);
    var p = RandomPrograms.spmd(seed, 2, cores, 6, 120, layers).program();
    var fast = fast(hw, ownAddresses ? p : sameAddresses(p));
    var exact = exact(hw, p);
    assertSameTotals(fast, exact);
    if (!ownAddresses) {
      assertOneChipSimulated(fast);
    }
    assertThat((double) fast.totalCycles())
        .isCloseTo(exact.totalCycles(), Percentage.withPercentage(0.5));
  }

  /** What is gathered at the end, at addresses of each chip's own, mostly doesn't count. */
  @Property(tries = 10, seed = "20252")
  void withBankStateWhatIsGatheredIsAsFast(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int steps,
      @ForAll @IntRange(min = 1, max = 2) int cores,
      @ForAll @IntRange(min = 1, max = 3) int layers) {
    int chips = 1 << steps;
    var hw = withBanks(chips);
    var p = RandomPrograms.gathering(seed, chips, cores, 5, 120, layers).program();
    var fast = fast(hw, p);
    var exact = exact(hw, p);
    assertSameTotals(fast, exact);
    ONE_FOR_ALL.addAndGet(fast.skippedInstructions() > 0 ? 1 : 0);
    EACH.addAndGet(fast.skippedInstructions() > 0 ? 0 : 1);
    assertThat((double) fast.totalCycles())
        .isCloseTo(exact.totalCycles(), Percentage.withPercentage(0.5));
  }

  @AfterContainer
  static void someHaveOneChipSimulatedAndSomeAll() {
    assertThat(ONE_FOR_ALL.get()).isPositive();
    assertThat(EACH.get()).isPositive();
  }

  /** Loops of many cores with exchanges in them are left out as others are. */
  @Example
  void whatLeapsOverExchangesCountsThem() {
    var hw =
        TestHardware.small(
            "chip.cores=20",
            "chip.clock_mhz=500",
            "system.chips=2",
            "dram.model=ddr",
            "dram.preset=HBM2-2000",
            "dram.channels=4");
    var p = sameAddresses(RandomPrograms.spmd(7, 2, 20, 1, 4, 1500).program());
    var fast = fast(hw, p);
    var exact = exact(hw, p);
    assertSameTotals(fast, exact);
    assertThat(fast.skippedInstructions()).isGreaterThan(exact.counters().instructions() * 6 / 10);
    assertThat((double) fast.totalCycles())
        .isCloseTo(exact.totalCycles(), Percentage.withPercentage(1));
  }

  @Example
  void energyAndPowerAreThoseOfAllChips() {
    var hw = hw(4, "system.link.topology=full");
    var p = RandomPrograms.spmd(7, 4, 2, 2, 2, 1).program();
    var seen = new PowerTrace(hw, 100_000_000);
    var all = new PowerTrace(hw, 100_000_000);
    var fast =
        new TimingSimulator(hw, new TimingOptions(false, Optional.of(seen), Long.MAX_VALUE))
            .run(p, Map.of());
    var exact = new TimingSimulator(hw, TimingOptions.traced(all)).run(p, Map.of());
    var model = new EnergyModel(hw);
    assertThat(model.account(fast).joules()).isEqualTo(model.account(exact).joules());
    assertThat(model.account(fast).totalStaticPj())
        .isCloseTo(
            fast.totalCycles() / hw.chip().cyclesPerSecond() * model.staticPowerW(4) * 1e12,
            Offset.offset(1.0));
    // Nothing but three chips is left out, so that the trace sees all of the first.
    assertThat(fast.skippedInstructions() * 4).isEqualTo(fast.counters().instructions() * 3);
    assertThat(seen.peakPowerW(4)).isCloseTo(all.peakPowerW(4), Percentage.withPercentage(1e-6));
  }

  private static Program twoChips(String body) {
    String registers = "r4=%d r5=%d";
    return Assembler.assemble(
        "test.npuasm",
        """
        .program p cores_per_chip=1
        .core 0 stream=a %s
        .core 1 stream=a %s
        .stream a
        """
                .formatted(registers.formatted(1, 0), registers.formatted(0, 4096))
            + body
            + "\nhalt\n");
  }

  @Example
  void whatDependsOnTheChipIsSimulatedOnAll() {
    String exchange = "c.exchange d=[64] a=0[1] dst=0x8000[1] peer=r4";
    String load = "dma.ld q=0 d=[64] dst=0[1] dram=r5[1]\n";
    assertThat(mirror(twoChips(load + exchange))).isPresent();
    assertThat(
            mirror(
                twoChips("s.alu add rd=r6 ra=r5 imm=64\n" + load.replace("=r5", "=r6") + exchange)))
        .isPresent();
    for (String alike :
        List.of(
            "s.li rd=r6 imm=64\nv.fill d=[64] dst=r6[1]\ns.alu add rd=r6 ra=r5 imm=0\n"
                + load.replace("=r5", "=r6"),
            "loop 3\n" + load + "s.alu add rd=r5 ra=r5 imm=64\nendloop\n",
            "s.alu add rd=r6 ra=r5 imm=0\ns.li rd=r6 imm=3\nloop r6\nnop vec\nendloop\n")) {
      assertThat(mirror(twoChips(alike + exchange))).as(alike).isPresent();
    }
    for (String differs :
        List.of(
            "loop r5\nnop vec\nendloop\n" + exchange,
            "v.fill d=[r4] dst=0[1]\n" + exchange,
            "loop 3\nv.fill d=[64] dst=r6[1]\ns.alu add rd=r6 ra=r6 imm=r5\nendloop\n" + exchange,
            "call f\nv.fill d=[64] dst=r6[1]\n"
                + exchange
                + "\nhalt\nf:\ns.alu add rd=r6 ra=r5 imm=64\nret",
            "s.alu add rd=r6 ra=r5 imm=64\nv.fill d=[64] dst=r6[1]\n" + exchange,
            "s.alu add rd=r4 ra=r4 imm=0\n" + exchange,
            exchange + " tag=r5",
            exchange.replace("peer=r4", "peer=1"),
            exchange.replace("peer=r4", "peer=1+r4"),
            "c.send d=[64] a=0[1] peer=r4\n")) {
      assertThat(mirror(twoChips(differs))).as(differs).isEmpty();
    }
  }

  @Example
  void chipsThatRunDifferentCodeAreAllSimulated() {
    Program p =
        Assembler.assemble(
            "test.npuasm",
            """
            .program p cores_per_chip=1
            .core 0 stream=a r4=1
            .core 1 stream=b r4=0
            .stream a
            c.exchange d=[64] a=0[1] dst=0x8000[1] peer=r4
            halt
            .stream b
            v.fill d=[64] dst=0[1] signal(s1)
            c.exchange d=[64] a=0[1] dst=0x8000[1] peer=r4 wait(s1)
            halt
            """);
    assertThat(mirror(p)).isEmpty();
    assertThat(fastOrExact(p).totalCycles()).isEqualTo(exact(hw(2), p).totalCycles());
  }

  private static TimingResult fastOrExact(Program p) {
    return new TimingSimulator(hw(2), TimingOptions.defaults()).run(p, Map.of());
  }
}
