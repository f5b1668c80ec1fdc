package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimingSimulatorTest {
  @Test
  void loads() {
    assertThat(TestHardware.small().chip().cores()).isEqualTo(1);
  }
}
