package npusim.sim.energy;

import java.util.Arrays;

/**
 * Energy of a run, over all chips. Totals are the sums of the parts in the order of {@link
 * EnergyComponent}.
 *
 * @param seconds duration of the run
 * @param dynamicPj switching energy by {@link EnergyComponent} ordinal, pJ
 * @param staticPj energy spent whether or not anything happens, by {@link EnergyComponent} ordinal,
 *     pJ
 */
public record EnergyResult(double seconds, double[] dynamicPj, double[] staticPj) {

  /** Dynamic energy of a component, pJ. */
  public double dynamicPj(EnergyComponent c) {
    return dynamicPj[c.ordinal()];
  }

  /** Static energy of a component, pJ. */
  public double staticPj(EnergyComponent c) {
    return staticPj[c.ordinal()];
  }

  /** Dynamic and static energy of a component, pJ. */
  public double pj(EnergyComponent c) {
    return dynamicPj(c) + staticPj(c);
  }

  /** Sum of the dynamic parts, pJ. */
  public double totalDynamicPj() {
    return sum(dynamicPj);
  }

  /** Sum of the static parts, pJ. */
  public double totalStaticPj() {
    return sum(staticPj);
  }

  /** Dynamic and static energy, pJ. */
  public double totalPj() {
    return totalDynamicPj() + totalStaticPj();
  }

  /** Dynamic and static energy, J. */
  public double joules() {
    return totalPj() * 1e-12;
  }

  /** Energy over time, W; 0 for a run of no time. */
  public double averagePowerW() {
    return seconds == 0 ? 0 : joules() / seconds;
  }

  /** Two runs one after the other. */
  public EnergyResult plus(EnergyResult other) {
    return plus(other, 1);
  }

  /** This run and {@code times} of another. */
  public EnergyResult plus(EnergyResult other, double times) {
    var dynamic = dynamicPj.clone();
    var statics = staticPj.clone();
    for (int i = 0; i < dynamic.length; i++) {
      dynamic[i] += times * other.dynamicPj[i];
      statics[i] += times * other.staticPj[i];
    }
    return new EnergyResult(seconds + times * other.seconds, dynamic, statics);
  }

  private static double sum(double[] parts) {
    double total = 0;
    for (double p : parts) {
      total += p;
    }
    return total;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EnergyResult that
        && seconds == that.seconds
        && Arrays.equals(dynamicPj, that.dynamicPj)
        && Arrays.equals(staticPj, that.staticPj);
  }

  @Override
  public int hashCode() {
    return Double.hashCode(seconds) + 31 * Arrays.hashCode(dynamicPj);
  }

  @Override
  public String toString() {
    return "EnergyResult[" + totalDynamicPj() + " pJ dynamic, " + totalStaticPj() + " pJ static]";
  }
}
