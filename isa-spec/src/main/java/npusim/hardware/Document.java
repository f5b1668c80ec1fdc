package npusim.hardware;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import npusim.diag.Location;
import npusim.hardware.DescriptionReader.Leaf;

/** One YAML document, checked against the schema and flattened to dotted paths. */
final class Document implements Origin {
  private final String file;
  private final Map<String, Leaf> leaves;
  private final Optional<String> parent;
  private final Location parentLocation;
  private final Supplier<Map<String, Provenance>> readSources;
  private Map<String, Provenance> sources;

  /**
   * @param file name for messages
   * @param leaves values by dotted path, in the order written
   * @param parent description it extends, if any
   * @param parentLocation where that is said
   * @param readSources provenance by dotted path or path prefix; called at most once, when first
   *     asked for
   */
  Document(
      String file,
      Map<String, Leaf> leaves,
      Optional<String> parent,
      Location parentLocation,
      Supplier<Map<String, Provenance>> readSources) {
    this.file = file;
    this.leaves = leaves;
    this.parent = parent;
    this.parentLocation = parentLocation;
    this.readSources = readSources;
  }

  Map<String, Leaf> leaves() {
    return leaves;
  }

  Optional<String> parent() {
    return parent;
  }

  Location parentLocation() {
    return parentLocation;
  }

  /** The entry of the longest prefix of the path among the document's own sources. */
  @Override
  public synchronized Provenance provenance(String path) {
    if (sources == null) {
      sources = readSources.get();
    }
    for (int end = path.length(); end > 0; end = path.lastIndexOf('.', end - 1)) {
      var found = sources.get(path.substring(0, end));
      if (found != null) {
        return found;
      }
    }
    return new Provenance(Provenance.Status.UNSTATED, file);
  }
}
