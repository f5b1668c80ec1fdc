package npusim.sim.energy;

import java.util.Arrays;
import npusim.hardware.Hardware;
import npusim.sim.timing.InstructionWork;
import npusim.sim.timing.TimingUnit;
import npusim.sim.timing.TraceSink;

/**
 * Power over time: a trace sink that spreads each instruction's energy over its cycles, in windows
 * of equal length.
 */
public final class PowerTrace implements TraceSink {
  private final EnergyModel model;
  private final long windowCycles;
  private final double cyclesPerSecond;
  private double[] windows = new double[64];
  private int used;
  private int alike = 1;
  private int window;
  private long windowStart;

  /**
   * @param hw hardware the run is on
   * @param windowCycles length of a window, at least 1
   */
  public PowerTrace(Hardware hw, long windowCycles) {
    model = new EnergyModel(hw);
    this.windowCycles = windowCycles;
    cyclesPerSecond = hw.chip().cyclesPerSecond();
  }

  @Override
  public void alike(int chips) {
    alike = chips;
  }

  @Override
  public void again() {
    Arrays.fill(windows, 0);
    used = 0;
  }

  @Override
  public void instruction(
      int core, TimingUnit unit, int pc, long start, long end, InstructionWork work) {
    spread(start, end, model.workPj(work));
  }

  @Override
  public void dram(int chip, long start, long end, long readBytes, long writtenBytes) {
    spread(start, end, model.dramPj(readBytes, writtenBytes));
  }

  @Override
  public void sharedSram(int chip, long start, long end, long readBytes, long writtenBytes) {
    spread(start, end, model.sharedPj(readBytes, writtenBytes));
  }

  private void spread(long start, long end, double pj) {
    if (pj == 0) {
      return;
    }
    long to = Math.max(end, start + 1);
    // Most of what happens is in one window, and that is the one of what happened before.
    if (start >= windowStart && to <= windowStart + windowCycles) {
      add(window, pj);
      return;
    }
    window = (int) (start / windowCycles);
    windowStart = window * windowCycles;
    for (long w = start / windowCycles; w * windowCycles < to; w++) {
      double overlap = Math.min(to, (w + 1) * windowCycles) - Math.max(start, w * windowCycles);
      add((int) w, pj * overlap / (to - start));
    }
  }

  private void add(int at, double pj) {
    if (at >= windows.length) {
      windows = Arrays.copyOf(windows, Math.max(at + 1, windows.length * 2));
    }
    windows[at] += pj;
    used = Math.max(used, at + 1);
  }

  /** Dynamic power of each window, that of all chips, W. */
  public double[] dynamicPowerW() {
    var power = new double[used];
    for (int i = 0; i < used; i++) {
      power[i] = alike * windows[i] * 1e-12 * cyclesPerSecond / windowCycles;
    }
    return power;
  }

  /**
   * Highest power over {@code windows} successive windows, with all dynamic energy and static
   * power.
   *
   * @param windows length of the mean; a shorter run's mean is over the run
   * @param whole dynamic energy of the run over the part that this trace sees: what it doesn't see
   *     (network, activations, issue) is spread like the rest
   * @param chips chips in the system
   */
  public double peakPowerW(int windows, double whole, int chips) {
    double[] power = dynamicPowerW();
    double sum = 0;
    double most = 0;
    for (int i = 0; i < power.length; i++) {
      sum += power[i] - (i < windows ? 0 : power[i - windows]);
      most = Math.max(most, sum);
    }
    int length = Math.max(1, Math.min(windows, power.length));
    return most / length * whole + model.staticPowerW(chips);
  }

  /** Highest power of a window with the static power of {@code chips} chips, W. */
  public double peakPowerW(int chips) {
    return Arrays.stream(dynamicPowerW()).max().orElse(0) + model.staticPowerW(chips);
  }

  /** Chips of which the first was seen for all; 1 when all were. */
  public int chipsAlike() {
    return alike;
  }

  /** Length of a window in core cycles. */
  public long windowCycles() {
    return windowCycles;
  }
}
