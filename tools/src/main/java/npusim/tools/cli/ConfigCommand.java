package npusim.tools.cli;

import java.util.List;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.hardware.HardwareSchema;
import npusim.hardware.HardwareText;
import npusim.hardware.Headline;
import npusim.hardware.Parameter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim config}. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Checks and explains hardware descriptions.")
public final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command: check, schema or show");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Checks a description and says what chip it makes.")
  int check(
      @Parameters(paramLabel = "FILE", description = "A YAML file, or a built-in chip's name.")
          String file) {
    Hardware hw = HardwareLoader.load(file);
    print(file + ": " + hw.title() + " · fingerprint " + hw.fingerprint() + "\n");
    Headline.mismatches(hw).forEach(line -> print("not as published: " + line + "\n"));
    return 0;
  }

  @Command(
      name = "schema",
      mixinStandardHelpOptions = true,
      description = "Prints the JSON Schema of descriptions, for editors.")
  int schema() {
    print(HardwareSchema.text());
    return 0;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Prints every parameter of a chip with its unit, status and source.")
  int show(
      @Parameters(paramLabel = "CHIP", description = "A built-in chip's name, or a YAML file.")
          String chip,
      @Parameters(
              arity = "0..1",
              paramLabel = "PREFIX",
              defaultValue = "",
              description = "Only what is at or below this path, such as core.matrix.")
          String prefix,
      @Option(
              names = "--set",
              paramLabel = "PARAM=VALUE",
              description = "Override a parameter first. May be repeated.")
          List<String> sets) {
    Hardware hw = HardwareLoader.load(chip, sets == null ? List.of() : sets);
    List<String> paths = hw.parameters().all().stream().map(Parameter::path).toList();
    boolean known =
        prefix.isEmpty()
            || paths.stream().anyMatch(p -> p.equals(prefix) || p.startsWith(prefix + "."));
    if (!known) {
      throw NpusimException.usage(
          "hw-unknown-key",
          "no parameter at or below \"" + prefix + "\"",
          Names.suggest(prefix, paths));
    }
    print(HardwareText.show(hw, prefix));
    return 0;
  }

  private void print(String text) {
    var out = spec.commandLine().getOut();
    out.print(text);
    out.flush();
  }
}
