package npusim.tools.cli;

import java.util.concurrent.Callable;
import npusim.tools.report.OperatorTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim ops}. */
@Command(
    name = "ops",
    mixinStandardHelpOptions = true,
    description = "Lists the operators npusim knows and how each is executed.")
public final class OpsCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Only operators whose name contains this, in any letter case.")
  private String name;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    out.print(OperatorTable.text(name));
    out.flush();
    return 0;
  }
}
