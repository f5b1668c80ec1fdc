package npusim.tools.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareCatalog;
import npusim.hardware.HardwareLoader;
import npusim.hardware.HardwareText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code npusim chips}. */
@Command(
    name = "chips",
    mixinStandardHelpOptions = true,
    description = "Lists the built-in chips, or prints the parameters of one.")
public final class ChipsCommand implements Callable<Integer> {
  private static final double TERA = 1e12;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "Print every parameter of this chip, as `config show` does.")
  private String chip;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    if (chip != null) {
      out.print(HardwareText.show(HardwareLoader.load(chip), ""));
      out.flush();
      return 0;
    }
    int width = HardwareCatalog.chips().stream().mapToInt(String::length).max().orElse(0);
    out.printf(
        Locale.ROOT,
        "%-" + width + "s %-6s %9s %10s %9s %7s  %s%n",
        "name",
        "native",
        "peak TOPS",
        "DRAM GB/s",
        "SRAM MiB",
        "TDP W",
        "title");
    for (String name : HardwareCatalog.chips()) {
      Hardware hw = HardwareLoader.load(name);
      double peak =
          hw.matrixTypes().contains(hw.nativeType())
              ? hw.chipOpsPerSecond(hw.nativeType()) / TERA
              : 0;
      out.printf(
          Locale.ROOT,
          "%-" + width + "s %-6s %9.1f %10.1f %9.1f %7.1f  %s%n",
          name,
          hw.nativeType().shortName(),
          peak,
          hw.dramBytesPerSecond() / 1e9,
          hw.sramBytes() / (1024.0 * 1024.0),
          hw.chip().tdpW(),
          hw.title());
    }
    out.flush();
    return 0;
  }
}
