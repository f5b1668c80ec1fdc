package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import npusim.hardware.Noc;
import org.junit.jupiter.api.Test;

class WaysTest {

  private static Ways mesh() {
    Ways w = new Ways(Noc.Topology.MESH, 16, 16);
    w.begin();
    return w;
  }

  @Test
  void multicastTakesEachLinkOfItsTreeOnce() {
    Ways w = mesh();
    int links = 0;
    for (int to = 1; to < 16; to++) {
      assertThat(w.take(0, to, 100, 10)).isEqualTo(100);
      links += w.taken();
    }
    // A tree of 16 routers.
    assertThat(links).isEqualTo(15);
  }

  @Test
  void copiesWaitForTheLinksTheyHaveInCommon() {
    Ways w = mesh();
    assertThat(w.take(0, 3, 0, 10)).isZero();
    w.begin();
    assertThat(w.take(1, 2, 0, 10)).isEqualTo(10);
    w.begin();
    assertThat(w.take(3, 0, 0, 10)).as("the other direction").isZero();
    w.begin();
    assertThat(w.take(4, 7, 0, 10)).as("another row").isZero();
    w.begin();
    assertThat(w.take(0, 15, 0, 10)).as("along the row, then the column").isEqualTo(20);
    w.begin();
    assertThat(w.take(7, 11, 0, 10)).isEqualTo(30);
  }

  @Test
  void aRoutersLinksAreApart() {
    Ways mesh = new Ways(Noc.Topology.MESH, 9, 9);
    for (int round = 0; round < 2; round++) {
      for (int router = 0; router < 9; router++) {
        for (int next : new int[] {router - 1, router + 1, router - 3, router + 3}) {
          if (next >= 0 && next < 9 && mesh.hops(router, next) == 1) {
            mesh.begin();
            assertThat(mesh.take(router, next, 0, 10))
                .as("%d to %d", router, next)
                .isEqualTo(10L * round);
          }
        }
      }
    }
  }

  @Test
  void ringsGoTheShorterWayRound() {
    Ways w = new Ways(Noc.Topology.RING, 8, 8);
    w.begin();
    w.take(1, 7, 0, 10);
    assertThat(w.taken()).isEqualTo(2).isEqualTo(w.hops(1, 7));
    w.begin();
    assertThat(w.take(0, 1, 0, 10)).as("the other direction").isZero();
    w.begin();
    assertThat(w.take(0, 6, 0, 10)).isEqualTo(10);
  }

  @Test
  void meshesMayLackCoresInTheLastRow() {
    // Cores 0 to 3, 4 to 7, 8 to 11, 12 and 13.
    Ways w = new Ways(Noc.Topology.MESH, 28, 14);
    for (int from = 14; from < 28; from++) {
      for (int to = 14; to < 28; to++) {
        w.begin();
        w.take(from, to, 0, 1);
        assertThat(w.taken()).isEqualTo(w.hops(from, to));
      }
    }
  }
}
