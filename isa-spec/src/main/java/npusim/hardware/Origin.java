package npusim.hardware;

/**
 * Tells where the value of a parameter comes from. Asked only when somebody wants to see it:
 * reading the sources of a built-in chip takes longer than reading its values.
 */
@FunctionalInterface
public interface Origin {
  /** Provenance of the parameter at a dotted path. */
  Provenance provenance(String path);

  /** The same provenance for every path. */
  static Origin of(Provenance.Status status, String source) {
    var provenance = new Provenance(status, source);
    return path -> provenance;
  }
}
