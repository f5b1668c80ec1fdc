package npusim.tools.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import npusim.compiler.Pipeline;
import npusim.compiler.passes.Pass;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code npusim passes}. */
@Command(
    name = "passes",
    mixinStandardHelpOptions = true,
    description = "Lists the compiler's passes in the order they run.")
public final class PassesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    for (Pass p : Pipeline.all()) {
      out.printf(Locale.ROOT, "%-24s %s%n", p.name(), p.summary());
    }
    out.flush();
    return 0;
  }
}
