package npusim.hardware;

/**
 * Chip-wide figures.
 *
 * @param processNm process node, nm; picks the default energy coefficients
 * @param clockMhz core clock, MHz; every cycle count of npusim is in this clock
 * @param tdpW thermal design power of one chip (for a card with one chip: of the card), W
 * @param cores number of identical cores
 */
public record ChipSpec(double processNm, double clockMhz, double tdpW, int cores) {
  public ChipSpec {
    Checks.positive(processNm, "process_nm");
    Checks.positive(clockMhz, "clock_mhz");
    Checks.positive(tdpW, "tdp_w");
    Checks.positive(cores, "cores");
  }

  /** Core clock in cycles per second. */
  public double cyclesPerSecond() {
    return clockMhz * 1e6;
  }
}
