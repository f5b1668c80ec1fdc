package npusim.tools.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.workloads.MicroWorkload;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim models}. */
@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    description = "Lists the named workloads and kernels, or prints the description of one.")
public final class ModelsCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "Print this workload's YAML: change it and run the file.")
  private String workload;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    if (workload != null) {
      out.print(describe(workload));
      out.flush();
      return 0;
    }
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
      out.print(line(k));
    }
    out.flush();
    return 0;
  }

  private static String describe(String name) {
    String kernel = name.toUpperCase(Locale.ROOT);
    return WorkloadCatalog.yaml(name)
        .or(
            () ->
                Arrays.stream(MicroWorkload.values())
                    .filter(k -> k.name().equals(kernel))
                    .map(ModelsCommand::line)
                    .findFirst())
        .orElseThrow(
            () ->
                NpusimException.usage(
                    "unknown-model",
                    "no workload or kernel is called \"" + name + "\"",
                    Names.suggest(name, WorkloadCatalog.names())));
  }

  private static String line(MicroWorkload k) {
    return String.format(Locale.ROOT, "%-44s %s%n", k.usage(), k.summary());
  }
}
