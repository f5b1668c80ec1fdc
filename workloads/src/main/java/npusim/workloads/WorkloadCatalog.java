package npusim.workloads;

import java.util.List;
import java.util.Optional;
import npusim.diag.NpusimException;
import npusim.yaml.PackedText;

/** The workloads that come with npusim. */
public final class WorkloadCatalog {
  private static final String ROOT = "/npusim/workloads/catalog/";

  private WorkloadCatalog() {}

  /** Names in catalogue order. */
  public static List<String> names() {
    return text("index.txt").lines().filter(l -> !l.isBlank()).toList();
  }

  /**
   * The workload of a name, any letter case, with other dimensions if the name is followed by some:
   * {@code resnet18:image=32}.
   *
   * @return empty if no workload has the name
   * @throws NpusimException (usage) when a dimension is unknown or wrong
   */
  public static Optional<WorkloadSpec> find(String name) {
    int colon = name.indexOf(':');
    String plain = colon < 0 ? name : name.substring(0, colon);
    String changes = colon < 0 ? "" : name.substring(colon + 1);
    return yaml(plain).map(y -> WorkloadSpec.parse(plain + ".yaml", y, changes));
  }

  /** The description of a named workload, any letter case; empty if there is none. */
  public static Optional<String> yaml(String name) {
    return names().stream()
        .filter(n -> n.equalsIgnoreCase(name))
        .findFirst()
        .map(n -> text(n + ".yaml"));
  }

  private static String text(String file) {
    return PackedText.of(WorkloadCatalog.class, ROOT + file);
  }
}
