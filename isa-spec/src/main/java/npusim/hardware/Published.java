package npusim.hardware;

import java.util.Map;
import java.util.OptionalDouble;
import npusim.isa.DType;

/**
 * Headline figures a vendor states for one chip, which the description must reproduce within {@code
 * tolerance}.
 *
 * @param tops 10^12 operations per second (a multiply-accumulate counts two) per type
 * @param dramGigabytesPerSecond chip memory bandwidth, 10^9 bytes per second
 * @param sramBytes on-chip memory the vendor counts
 * @param tolerance relative difference allowed
 */
public record Published(
    Map<DType, Double> tops,
    OptionalDouble dramGigabytesPerSecond,
    OptionalDouble sramBytes,
    double tolerance) {
  public Published {
    tops = Maps.immutable(tops);
  }
}
