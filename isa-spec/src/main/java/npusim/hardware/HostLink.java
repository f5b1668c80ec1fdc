package npusim.hardware;

/**
 * Link between host and chip.
 *
 * @param gigabytesPerSecond one direction, 10^9 bytes per second
 * @param latencyUs fixed cost of one transfer, microseconds
 */
public record HostLink(double gigabytesPerSecond, double latencyUs) {
  public HostLink {
    Checks.positive(gigabytesPerSecond, "host.gigabytes_per_s");
    Checks.notNegative(latencyUs, "host.latency_us");
  }
}
