package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BorderWatchTest {
  private static final long ANY = Long.MAX_VALUE;
  private final BorderWatch watch = new BorderWatch(1000);

  @Test
  void withoutTransfersNothingCanChangeSides() {
    assertThat(watch.repeats(8, -8)).isEqualTo(ANY);
  }

  @Test
  void growingAddressesOfTheSharedSramReachItsEnd() {
    watch.see(0, 100);
    watch.see(600, 700);
    assertThat(watch.repeats(100, 0)).isEqualTo(3);
    assertThat(watch.repeats(101, 0)).isEqualTo(2);
    assertThat(watch.repeats(0, -50)).isEqualTo(ANY);
  }

  @Test
  void shrinkingAddressesOfTheDramReachItsStart() {
    watch.see(1500, 1600);
    watch.see(1200, 1300);
    assertThat(watch.repeats(0, -100)).isEqualTo(2);
    assertThat(watch.repeats(0, -201)).isZero();
    assertThat(watch.repeats(50, 0)).isEqualTo(ANY);
  }

  @Test
  void whatLiesAcrossTheBorderMayNotMove() {
    watch.see(990, 1010);
    assertThat(watch.repeats(1, 0)).isZero();
    assertThat(watch.repeats(0, -1)).isZero();
    assertThat(watch.repeats(0, 0)).isEqualTo(ANY);
  }

  @Test
  void whatAnotherHasSeenMayHaveMoved() {
    BorderWatch other = new BorderWatch(1000);
    other.see(100, 200);
    other.see(1900, 2000);
    watch.add(other, 300, -400);
    assertThat(watch.repeats(100, 0)).isEqualTo(5);
    assertThat(watch.repeats(0, -100)).isEqualTo(5);
    watch.clear();
    assertThat(watch.repeats(1, -1)).isEqualTo(ANY);
  }
}
