package npusim.tools.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/**
 * What a YAML file refers to: paths in it are relative to its folder, and what is wrong with what
 * it names is told at the place of the name.
 */
public final class YamlPlaces {
  /** How the place of an override begins. */
  private static final String SET = "--set ";

  private static final Pattern FILE = Pattern.compile(".*(/.*|\\.(ya?ml|onnx|onnxtxt)(:.*)?)");

  private final Path file;
  private final Map<List<String>, Hardware> loaded = new HashMap<>();

  /**
   * @param file the file; names in it that look like paths are beside it
   */
  public YamlPlaces(Path file) {
    this.file = file;
  }

  /**
   * The document in a text.
   *
   * @param shown file name for messages
   * @param hint what the file should hold
   * @throws NpusimException (usage) when it is no YAML or empty
   */
  public static YamlNode document(String shown, String text, String hint) {
    return YamlReader.read(shown, text)
        .orElseThrow(
            () ->
                NpusimException.usage(
                    "check-empty", "the file is empty", Location.ofFile(shown), hint));
  }

  /** A name as it is, a path as it is from here. */
  public String beside(String name) {
    boolean path = FILE.matcher(name.toLowerCase(Locale.ROOT)).matches();
    return path ? file.resolveSibling(name).toString() : name;
  }

  /**
   * The chip that {@code key} names, with the overrides of {@code set}.
   *
   * @throws NpusimException (usage) when there is no such chip or an override is wrong
   */
  public Hardware hardware(YamlFields fields, String key) {
    YamlNode.Scalar name =
        fields
            .scalar(key)
            .orElseThrow(
                () ->
                    NpusimException.usage(
                        "check-value",
                        key + " is missing",
                        fields.location(),
                        key + ": CHIP; `npusim chips` lists them"));
    List<String> sets = fields.texts("set");
    var chip = new ArrayList<>(sets);
    chip.add(beside(name.text()));
    Hardware known = loaded.get(chip);
    if (known == null) {
      known =
          at(
              name.location(),
              option -> override(fields, option),
              () -> HardwareLoader.load(chip.getLast(), sets));
      loaded.put(chip, known);
    }
    return known;
  }

  /** Where an override stands in the list {@code set}, if it does. */
  public static Optional<Location> override(YamlFields fields, String option) {
    int i = fields.texts("set").indexOf(option);
    return i >= 0 && fields.find("set").orElse(null) instanceof YamlNode.Sequence s
        ? Optional.of(s.items().get(i).location())
        : Optional.empty();
  }

  /**
   * What {@code work} finds wrong outside of any file, and that a file is not there, is told at
   * {@code where}.
   */
  public static <T> T at(Location where, Supplier<T> work) {
    return at(where, option -> Optional.empty(), work);
  }

  /** As {@link #at(Location, Supplier)}, with the places of overrides that are known. */
  public static <T> T at(
      Location where, Function<String, Optional<Location>> overrides, Supplier<T> work) {
    try {
      return work.get();
    } catch (NpusimException e) {
      List<Diagnostic> placed =
          e.diagnostics().stream().map(d -> placed(d, where, overrides)).toList();
      throw new NpusimException(e.exitCode(), placed, e);
    }
  }

  /** As {@link #at(Location, Supplier)}. */
  public static void at(Location where, Runnable work) {
    at(
        where,
        () -> {
          work.run();
          return true;
        });
  }

  private static Diagnostic placed(
      Diagnostic d, Location where, Function<String, Optional<Location>> overrides) {
    String file = d.location().isNone() ? "" : d.location().file();
    if (file.startsWith(SET)) {
      String option = file.substring(SET.length());
      Optional<Location> own = overrides.apply(option);
      String message = own.isPresent() ? d.message() : d.message() + " (" + option + ")";
      return new Diagnostic(d.severity(), d.code(), message, own.orElse(where), d.hint());
    }
    // A whole file that can't be read: the reader wants to know who asked for it.
    boolean unread = d.code().equals("file") && d.location().line() == 0;
    if (!file.isEmpty() && !unread) {
      return d;
    }
    String message = (file.isEmpty() ? "" : file + ": ") + d.message();
    return new Diagnostic(d.severity(), d.code(), message, where, d.hint());
  }
}
