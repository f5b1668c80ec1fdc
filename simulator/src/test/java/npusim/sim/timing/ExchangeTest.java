package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import npusim.asm.Assembler;
import npusim.hardware.Hardware;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.energy.EnergyModel;
import org.junit.jupiter.api.Test;

/** Transfers between chips; 16 bytes per cycle and 500 cycles per link. */
class ExchangeTest {
  private static final int LATENCY = 500;
  private static final String TWO =
      """
      .program p cores_per_chip=1
      .core 0 stream=a
      .core 1 stream=b
      """;

  private static Hardware chips(int n) {
    return TestHardware.small("system.chips=" + n);
  }

  private static TimingResult run(Hardware hw, String text) {
    var result =
        new TimingSimulator(hw, TimingOptions.exactly())
            .run(Assembler.assemble("test.npuasm", text), Map.of());
    for (UnitTime u : result.units()) {
      assertThat(u.total()).as(u.toString()).isEqualTo(result.totalCycles());
    }
    assertThat(result.nodes().stream().mapToLong(NodeTime::cycles).sum())
        .isEqualTo(result.totalCycles());
    return result;
  }

  private static String exchange(int peer) {
    return "c.exchange d=[4096] a=0[1] dst=0x8000[1] peer=" + peer + "\nhalt\n";
  }

  @Test
  void bothDirectionsTakePlaceAtOnce() {
    TimingResult one =
        run(
            chips(2),
            TWO
                + ".stream a\nc.send d=[4096] a=0[1] peer=1\nhalt\n"
                + ".stream b\nc.recv d=[4096] dst=0x8000[1] peer=0\nhalt\n");
    TimingResult both =
        run(chips(2), TWO + ".stream a\n" + exchange(1) + ".stream b\n" + exchange(0));
    assertThat(both.totalCycles()).isEqualTo(one.totalCycles());
    assertThat(both.cycles(Category.LINK)).isEqualTo(16384 / 16 + LATENCY);
    assertThat(one.counters().linkBytes()).isEqualTo(16384);
    assertThat(both.counters().linkBytes()).isEqualTo(2 * 16384);
    assertThat(both.counters().scratchpadReadBytes()).isEqualTo(2 * 16384);
    assertThat(both.counters().scratchpadWrittenBytes()).isEqualTo(2 * 16384);
    for (int core = 0; core < 2; core++) {
      assertThat(both.unit(core, TimingUnit.COM).busy()).isEqualTo(16384 / 16 + LATENCY);
    }
    var energy = new EnergyModel(chips(2)).account(both);
    assertThat(energy.dynamicPj(EnergyComponent.LINK))
        .isEqualTo(2 * 16384 * chips(2).energy().linkPjPerByte());
  }

  @Test
  void whoComesFirstWaitsForItsPartner() {
    String late = "v.un exp d=[1,1,1,4096] dst=0x1000[1] a=0[1] signal(s1)\n";
    String waiting = exchange(0).replace("peer=0", "peer=0 wait(s1)");
    TimingResult r =
        run(chips(2), TWO + ".stream a\n" + exchange(1) + ".stream b\n" + late + waiting);
    long vector = r.unit(1, TimingUnit.VEC).busy();
    assertThat(vector).isGreaterThan(200);
    assertThat(r.unit(0, TimingUnit.COM).partner()).isGreaterThan(vector - 5);
    assertThat(r.unit(1, TimingUnit.COM).partner()).isZero();
    assertThat(r.unit(1, TimingUnit.COM).semaphore()).isGreaterThan(vector - 5);
  }

  /** On a ring of four chips all go over two links, and every link is on two of the ways. */
  @Test
  void flowsOverOneLinkShareIt() {
    String text =
        """
        .program p cores_per_chip=1
        .core 0 stream=a
        .core 1 stream=b
        .core 2 stream=c
        .core 3 stream=d
        .stream a
        %s.stream b
        %s.stream c
        %s.stream d
        %s\
        """;
    TimingResult far =
        run(chips(4), text.formatted(exchange(2), exchange(3), exchange(0), exchange(1)));
    TimingResult near =
        run(chips(4), text.formatted(exchange(1), exchange(0), exchange(3), exchange(2)));
    assertThat(near.cycles(Category.LINK)).isEqualTo(1024 + LATENCY);
    assertThat(far.cycles(Category.LINK)).isEqualTo(2 * 1024 + 2 * LATENCY);
    assertThat(near.counters().linkBytes()).isEqualTo(4 * 16384);
    assertThat(far.counters().linkBytes()).isEqualTo(2 * 4 * 16384);
  }

  /** A chip has one link to the switch, and one to each chip where all are joined. */
  @Test
  void aSwitchGivesAChipOneLink() {
    var through = new ChipLinks(TestHardware.small("system.link.topology=switch"), 4);
    var direct = new ChipLinks(TestHardware.small("system.link.topology=full"), 4);
    assertThat(through.send(0, 1, 1600, 0)).isEqualTo(100 + LATENCY);
    assertThat(direct.send(0, 1, 1600, 0)).isEqualTo(100 + LATENCY);
    assertThat(through.send(1, 0, 1600, 0)).isEqualTo(100 + LATENCY);
    assertThat(through.send(0, 2, 1600, 0)).isEqualTo(200 + LATENCY);
    assertThat(direct.send(0, 2, 1600, 0)).isEqualTo(100 + LATENCY);
    assertThat(through.send(3, 2, 1600, 0)).isEqualTo(300 + LATENCY);
    assertThat(direct.send(3, 2, 1600, 0)).isEqualTo(100 + LATENCY);
    assertThat(through.hops(0, 3)).isEqualTo(1);
  }

  /** Two rows of four: no way leads over a chip that is not there. */
  @Test
  void eightChipsAreTwoRowsOfFour() {
    for (String topology : new String[] {"mesh2d", "torus2d"}) {
      var links = new ChipLinks(TestHardware.small("system.link.topology=" + topology), 8);
      boolean torus = topology.equals("torus2d");
      assertThat(links.hops(0, 3)).isEqualTo(torus ? 1 : 3);
      assertThat(links.hops(0, 4)).isEqualTo(1);
      assertThat(links.hops(7, 0)).isEqualTo(torus ? 2 : 4);
      assertThat(links.hops(6, 1)).isEqualTo(2);
    }
  }

  @Test
  void anExchangeMeetsNoSend() {
    assertThatThrownBy(
            () ->
                run(
                    chips(2),
                    TWO
                        + ".stream a\n"
                        + exchange(1)
                        + ".stream b\nc.recv d=[4096] dst=0x8000[1] peer=0\nhalt\n"))
        .hasMessageContaining("c.exchange")
        .hasMessageContaining("c.recv");
  }
}
