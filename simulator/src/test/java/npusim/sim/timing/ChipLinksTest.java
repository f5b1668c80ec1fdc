package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ways between chips, worked out by hand; 16 bytes per cycle and 500 cycles per link. */
class ChipLinksTest {
  private static final long LATENCY = 500;

  private static ChipLinks links(String topology, int chips) {
    return new ChipLinks(TestHardware.small("system.link.topology=" + topology), chips);
  }

  private static int[] peers(String list) {
    int[] peers = new int[list.length()];
    for (int i = 0; i < peers.length; i++) {
      peers[i] = list.charAt(i) - '0';
    }
    return peers;
  }

  /**
   * The peers of the chips, one after the other: links used, most on one, longest way, all ways.
   */
  @ParameterizedTest
  @CsvSource({
    "full,    2301,     4,  1, 1, 4",
    "switch,  2301,     8,  1, 1, 4",
    "ring,    1032,     4,  1, 1, 4",
    "ring,    2301,     4,  2, 2, 8",
    "ring,    45670123, 8,  4, 4, 32",
    "ring,    76543210, 12, 2, 3, 16",
    "mesh2d,  10325476, 8,  1, 1, 8",
    "mesh2d,  76543210, 20, 2, 4, 24",
    "torus2d, 32107654, 8,  1, 1, 8",
    "torus2d, 23016745, 8,  2, 2, 16",
  })
  void anExchangeUsesTheShortestWays(
      String topology, String peers, int links, int most, int hops, int crossed) {
    int[] all = peers(peers);
    ChipLinks.Step step = links(topology, all.length).step(all);
    assertThat(step.links()).hasSize(links);
    assertThat(step.load()).hasSize(links).contains(most);
    assertThat(step.most()).isEqualTo(most);
    assertThat(step.hops()).isEqualTo(hops);
    assertThat(step.crossed()).isEqualTo(crossed);
  }

  @Test
  void anExchangeEndsWhenTheLastByteHasCrossedTheFullestLink() {
    ChipLinks ring = links("ring", 4);
    ChipLinks.Step far = ring.step(2, 3, 0, 1);
    assertThat(ring.begin(far, 1600, 7)).isEqualTo(7);
    assertThat(ring.end(far, 1600, 7)).isEqualTo(7 + 2 * 100 + 2 * LATENCY);
    assertThat(ring.end(far, 1601, 7)).isEqualTo(7 + 2 * 101 + 2 * LATENCY);
  }

  @Test
  void exchangesWaitForLinksTheyShare() {
    ChipLinks ring = links("ring", 4);
    // Forwards on all links, twice; then between 0 and 1, 2 and 3, both ways.
    assertThat(ring.begin(ring.step(2, 3, 0, 1), 1600, 0)).isZero();
    ChipLinks.Step near = ring.step(1, 0, 3, 2);
    assertThat(ring.begin(near, 1600, 50)).isEqualTo(200);
    assertThat(ring.begin(near, 1600, 250)).isEqualTo(300);
    ring.hold(near, 1600, 1000);
    assertThat(ring.begin(near, 1600, 600)).isEqualTo(1100);
    // Whoever begins earlier doesn't free what is held for longer.
    ring.hold(near, 1600, 0);
    assertThat(ring.begin(near, 1600, 0)).isEqualTo(1200);
  }

  @Test
  void aTransferHoldsEveryLinkOnItsWayInItsDirection() {
    ChipLinks ring = links("ring", 6);
    assertThat(ring.send(0, 2, 1600, 0)).isEqualTo(100 + 2 * LATENCY);
    assertThat(ring.send(1, 2, 1600, 10)).isEqualTo(200 + LATENCY);
    assertThat(ring.send(0, 1, 1600, 10)).isEqualTo(200 + LATENCY);
    assertThat(ring.send(2, 0, 1600, 10)).isEqualTo(110 + 2 * LATENCY);
    assertThat(ring.send(2, 3, 1600, 10)).isEqualTo(110 + LATENCY);
    assertThat(ring.send(5, 1, 1600, 10)).isEqualTo(300 + 2 * LATENCY);
  }

  @ParameterizedTest
  @CsvSource({"0, 2, 2", "0, 3, 3", "0, 4, 2", "5, 0, 1", "1, 5, 2", "3, 3, 0"})
  void aRingIsGoneAroundTheShorterWay(int from, int to, int hops) {
    assertThat(links("ring", 6).hops(from, to)).isEqualTo(hops);
  }
}
