package npusim.hardware;

/**
 * The system: identical chips joined by links.
 *
 * @param chips number of chips, at least 1
 * @param link how the chips are joined; unused when there is one chip
 */
public record SystemSpec(int chips, Link link) {
  public SystemSpec {
    Checks.positive(chips, "chips");
  }
}
