package npusim.hardware;

/**
 * Chip-to-chip links.
 *
 * @param topology how chips are wired
 * @param gigabytesPerSecond bandwidth of one link in one direction, 10^9 bytes per second
 * @param latencyNs time from the last byte leaving one chip to the same byte visible in the next,
 *     ns
 * @param links parallel links between two neighbours, at least 1
 */
public record Link(Topology topology, double gigabytesPerSecond, double latencyNs, int links) {

  /** How chips are wired. */
  public enum Topology {
    RING,
    FULL,
    MESH2D,
    TORUS2D,
    SWITCH
  }

  public Link {
    Checks.positive(gigabytesPerSecond, "link bandwidth");
    Checks.notNegative(latencyNs, "link latency");
    Checks.positive(links, "links");
  }

  /** Bytes that all parallel links between two neighbours move in one direction per second. */
  public double bytesPerSecond() {
    return gigabytesPerSecond * 1e9 * links;
  }
}
