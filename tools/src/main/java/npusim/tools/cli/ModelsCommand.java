package npusim.tools.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import npusim.workloads.MicroWorkload;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code npusim models}. */
@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    description = "Lists the named workloads and kernels.")
public final class ModelsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    for (String name : WorkloadCatalog.names()) {
      WorkloadSpec w = WorkloadCatalog.find(name).orElseThrow();
      out.printf(
          Locale.ROOT,
          "%-18s %-34s %s [%s]%n",
          name,
          w.title(),
          String.join(", ", w.architecture().summary()),
          w.status());
    }
    out.println();
    for (MicroWorkload k : MicroWorkload.values()) {
      out.printf(Locale.ROOT, "%-44s %s%n", k.usage(), k.summary());
    }
    out.flush();
    return 0;
  }
}
