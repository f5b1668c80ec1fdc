package npusim.hardware;

/**
 * SRAM shared by the cores of a chip.
 *
 * @param bytes capacity
 * @param bytesPerCycle bandwidth, bytes per core cycle, reads and writes together
 * @param latencyCycles from request to data
 */
public record SharedSram(long bytes, double bytesPerCycle, int latencyCycles) {
  public SharedSram {
    Checks.positive(bytes, "shared_sram.bytes");
    Checks.positive(bytesPerCycle, "shared_sram.bytes_per_cycle");
    Checks.notNegative(latencyCycles, "shared_sram.latency_cycles");
  }
}
