package npusim.workloads;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The workloads that come with npusim. */
public final class WorkloadCatalog {
  private static final String ROOT = "/npusim/workloads/catalog/";

  private WorkloadCatalog() {}

  /** Names in catalogue order. */
  public static List<String> names() {
    return text("index.txt").lines().filter(l -> !l.isBlank()).toList();
  }

  /** The workload of a name, any letter case; empty if there is none. */
  public static Optional<WorkloadSpec> find(String name) {
    return names().stream()
        .filter(n -> n.equalsIgnoreCase(name))
        .findFirst()
        .map(n -> WorkloadSpec.parse(n + ".yaml", text(n.toLowerCase(Locale.ROOT) + ".yaml")));
  }

  private static String text(String file) {
    try (var in = WorkloadCatalog.class.getResourceAsStream(ROOT + file)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + ROOT + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(ROOT + file, e);
    }
  }
}
