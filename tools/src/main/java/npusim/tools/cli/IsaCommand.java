package npusim.tools.cli;

import java.util.concurrent.Callable;
import npusim.isa.IsaReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim isa}. */
@Command(
    name = "isa",
    mixinStandardHelpOptions = true,
    description = "Lists the instructions, or explains one.")
public final class IsaCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "MNEMONIC",
      description = "An instruction, such as m.gemm (default: all in one line each).")
  private String mnemonic;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    out.print(mnemonic == null ? IsaReference.overview() : IsaReference.render(mnemonic));
    out.flush();
    return 0;
  }
}
