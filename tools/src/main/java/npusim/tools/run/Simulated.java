package npusim.tools.run;

import java.util.Map;
import npusim.hardware.Hardware;
import npusim.program.Program;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.energy.EnergyModel;
import npusim.sim.energy.EnergyResult;
import npusim.sim.energy.PowerTrace;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;

/** One launch simulated, with its power over time. */
public final class Simulated {
  /** Time that peak power is averaged over: what board capacitors don't even out. */
  public static final double PEAK_SECONDS = 10e-6;

  private static final int WINDOWS = 10;

  private final TimingResult result;
  private final PowerTrace power;

  private Simulated(TimingResult result, PowerTrace power) {
    this.result = result;
    this.power = power;
  }

  /**
   * Simulates a launch.
   *
   * @param exact every call and iteration instead of recognising repeats
   */
  static Simulated of(Program program, Hardware hw, Map<String, Long> params, boolean exact) {
    double window = PEAK_SECONDS / WINDOWS * hw.chip().cyclesPerSecond();
    var power = new PowerTrace(hw, Math.max(1, Math.round(window)));
    TimingOptions options = exact ? TimingOptions.traced(power) : TimingOptions.sampled(power);
    return new Simulated(new TimingSimulator(hw, options).run(program, params), power);
  }

  TimingResult result() {
    return result;
  }

  /** Chips of which one was simulated for all; 1 when all were. */
  int chipsAlike() {
    return power.chipsAlike();
  }

  /** Highest power over {@link #PEAK_SECONDS}, W. */
  double peakPowerW(EnergyModel model, EnergyResult energy) {
    var c = result.counters();
    double seen =
        energy.dynamicPj(EnergyComponent.MATRIX)
            + energy.dynamicPj(EnergyComponent.VECTOR)
            + energy.dynamicPj(EnergyComponent.SCRATCHPAD)
            + energy.dynamicPj(EnergyComponent.ACCUMULATOR)
            + energy.dynamicPj(EnergyComponent.SHARED_SRAM)
            + model.dramPj(c.dramReadBytes(), c.dramWrittenBytes());
    double whole = seen == 0 ? 1 : energy.totalDynamicPj() / seen;
    return power.peakPowerW(WINDOWS, whole, result.dram().size());
  }
}
