package npusim.hardware;

/**
 * Link between host and chip.
 *
 * @param gigabytesPerSecond from the host to the chip, 10^9 bytes per second
 * @param readGigabytesPerSecond from the chip to the host
 * @param latencyUs fixed cost of one transfer, microseconds
 */
public record HostLink(double gigabytesPerSecond, double readGigabytesPerSecond, double latencyUs) {
  public HostLink {
    Checks.positive(gigabytesPerSecond, "host.gigabytes_per_s");
    Checks.positive(readGigabytesPerSecond, "host.read_gigabytes_per_s");
    Checks.notNegative(latencyUs, "host.latency_us");
  }
}
