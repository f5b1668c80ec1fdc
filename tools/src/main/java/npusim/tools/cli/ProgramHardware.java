package npusim.tools.cli;

import java.nio.file.Path;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareCatalog;
import npusim.program.Program;

/** The chip that a program is to run on. */
final class ProgramHardware {
  private ProgramHardware() {}

  /**
   * The chip asked for, or the built-in one the program was compiled for.
   *
   * @throws NpusimException (usage) when neither is known
   */
  static Hardware of(Program p, Path file, HardwareOptions options) {
    boolean known =
        HardwareCatalog.chips().stream().anyMatch(c -> c.equalsIgnoreCase(p.hardwareName()));
    if (!options.given() && !known) {
      throw NpusimException.usage(
          "program-hardware",
          p.hardwareName().isEmpty()
              ? "the program names no chip"
              : "the program is for \"" + p.hardwareName() + "\", which is no built-in chip",
          Location.ofFile(file.toString()),
          "give the chip: --hw CHIP");
    }
    return options.load(p.hardwareName());
  }

  /**
   * Refuses a program that was compiled for other hardware.
   *
   * @throws NpusimException (usage) when the fingerprints differ; a program without one fits all
   */
  static void requireMatch(Program p, Path file, Hardware hw) {
    if (p.hardwareFingerprint().isEmpty() || p.hardwareFingerprint().equals(hw.fingerprint())) {
      return;
    }
    String was = p.hardwareName() + " (fingerprint " + p.hardwareFingerprint() + ")";
    throw NpusimException.usage(
        "program-fingerprint",
        "compiled for "
            + was
            + ", not for "
            + hw.name()
            + " (fingerprint "
            + hw.fingerprint()
            + ")",
        Location.ofFile(file.toString()),
        "compile it for this chip with the same --set, or simulate it all the same with --force");
  }
}
