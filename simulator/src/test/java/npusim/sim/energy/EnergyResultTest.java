package npusim.sim.energy;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EnergyResultTest {
  private static final int PARTS = EnergyComponent.values().length;

  /** A run whose parts are {@code dynamic}, {@code dynamic + 1}…; static parts likewise. */
  private static EnergyResult run(double seconds, double dynamic, double statics) {
    var d = new double[PARTS];
    var s = new double[PARTS];
    for (int i = 0; i < PARTS; i++) {
      d[i] = dynamic + i;
      s[i] = statics + i;
    }
    return new EnergyResult(seconds, d, s);
  }

  @Test
  void partsSumToTheTotals() {
    EnergyResult e = run(2, 10, 100);
    double steps = PARTS * (PARTS - 1) / 2.0;
    assertThat(e.totalDynamicPj()).isEqualTo(10 * PARTS + steps);
    assertThat(e.totalStaticPj()).isEqualTo(100 * PARTS + steps);
    assertThat(e.totalPj()).isEqualTo(110 * PARTS + 2 * steps);
    assertThat(e.pj(EnergyComponent.values()[3])).isEqualTo(13 + 103);
  }

  @Test
  void powerIsEnergyOverTime() {
    var e = new EnergyResult(2, new double[] {3e12, 4e12}, new double[] {5e12, 0});
    assertThat(e.joules()).isCloseTo(12, Offset.offset(1e-9));
    assertThat(e.averagePowerW()).isCloseTo(6, Offset.offset(1e-9));
    assertThat(run(0, 1, 1).averagePowerW()).isZero();
  }

  @Test
  void runsOneAfterTheOtherAddUp() {
    EnergyResult sum = run(2, 10, 100).plus(run(3, 1000, 5000));
    assertThat(sum.seconds()).isEqualTo(5);
    for (EnergyComponent c : EnergyComponent.values()) {
      assertThat(sum.dynamicPj(c)).isEqualTo(1010 + 2 * c.ordinal());
      assertThat(sum.staticPj(c)).isEqualTo(5100 + 2 * c.ordinal());
    }
  }

  @Test
  void aRunCountsAsOftenAsItIsTaken() {
    EnergyResult sum = run(2, 10, 100).plus(run(3, 1000, 5000), 0.5);
    assertThat(sum.seconds()).isEqualTo(3.5);
    for (EnergyComponent c : EnergyComponent.values()) {
      assertThat(sum.dynamicPj(c)).isEqualTo(510 + 1.5 * c.ordinal());
      assertThat(sum.staticPj(c)).isEqualTo(2600 + 1.5 * c.ordinal());
    }
  }
}
