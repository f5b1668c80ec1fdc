package npusim.tools.cli;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/** Tells what is wrong with a chip's parameters at the options that a user gave for them. */
final class OptionPlaces {
  private static final String SET = "--set ";

  private OptionPlaces() {}

  /**
   * Does some work; what it finds wrong at an override is told at an option.
   *
   * @param option the option that stands for an override such as {@code dram.channels=0}; empty for
   *     {@code --set} itself
   */
  static <T> T of(Function<String, Optional<String>> option, Supplier<T> work) {
    try {
      return work.get();
    } catch (NpusimException e) {
      List<Diagnostic> placed = e.diagnostics().stream().map(d -> placed(d, option)).toList();
      throw new NpusimException(e.exitCode(), placed, e);
    }
  }

  private static Diagnostic placed(Diagnostic d, Function<String, Optional<String>> option) {
    String place = d.location().file();
    return place.startsWith(SET)
        ? option
            .apply(place.substring(SET.length()))
            .map(
                o ->
                    new Diagnostic(
                        d.severity(), d.code(), d.message(), Location.ofFile(o), d.hint()))
            .orElse(d)
        : d;
  }
}
