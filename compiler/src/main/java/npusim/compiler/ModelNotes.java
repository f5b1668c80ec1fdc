package npusim.compiler;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import npusim.compiler.ir.Model;
import npusim.diag.NpusimException;

/**
 * What a model tells the compiler beyond ONNX, in its metadata.
 *
 * @param states input by output whose buffer it shares: what the output leaves there is the next
 *     launch's input (a KV cache)
 * @param launch range of scalar inputs that are set at launch, without compiling again
 * @param kernel whether the model is a single kernel
 */
public record ModelNotes(Map<String, String> states, Map<String, Range> launch, boolean kernel) {
  /** Prefix of a state's key: output name; value: input name. */
  public static final String STATE = "npusim.state.";

  /** Prefix of a launch parameter's key: input name; value: {@code min..max}, both included. */
  public static final String LAUNCH = "npusim.launch.";

  /**
   * Prefix of a key that lets the host hand over an input in the type that the model, once
   * quantised, stores it in: input name; value: empty, and from {@code quantize-inputs} on the
   * {@code scale zero} that its numbers are stored by.
   */
  public static final String STORED = "npusim.stored.";

  /** How a number is stored as an integer: the integer less zero, times the scale. */
  public record Stored(double scale, long zero) {}

  /** How the host hands over an input's numbers; empty for as they are. */
  public static Optional<Stored> stored(Model m, String input) {
    String text = m.metadata().getOrDefault(STORED + input, "");
    int space = text.indexOf(' ');
    if (space < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Stored(
            Double.parseDouble(text.substring(0, space)),
            Long.parseLong(text.substring(space + 1))));
  }

  /**
   * Key of a note that the model is a single kernel: in 8-bit floats its operands and its result
   * lie in memory as these.
   */
  public static final String KERNEL = "npusim.kernel";

  /** Legal values of a launch parameter. */
  public record Range(long min, long max) {
    /** True when there is no choice. */
    public boolean fixed() {
      return min == max;
    }
  }

  /** Copies the maps, keeping their order. */
  public ModelNotes {
    states = new LinkedHashMap<>(states);
    launch = new LinkedHashMap<>(launch);
  }

  /** The notes in a model's metadata; those about inputs that are constants now are left out. */
  public static ModelNotes of(Model m) {
    var states = new LinkedHashMap<String, String>();
    var launch = new LinkedHashMap<String, Range>();
    m.metadata()
        .forEach(
            (key, value) -> {
              if (key.startsWith(STATE)) {
                states.put(key.substring(STATE.length()), value);
              } else if (key.startsWith(LAUNCH)) {
                String input = key.substring(LAUNCH.length());
                if (m.graph().inputs().contains(input) && !m.graph().isConstant(input)) {
                  launch.put(input, range(key, value));
                }
              }
            });
    return new ModelNotes(states, launch, m.metadata().containsKey(KERNEL));
  }

  private static Range range(String key, String text) {
    int dots = text.indexOf("..");
    try {
      if (dots > 0) {
        return new Range(
            Long.parseLong(text.substring(0, dots)), Long.parseLong(text.substring(dots + 2)));
      }
    } catch (NumberFormatException e) {
      throw bad(key, text);
    }
    throw bad(key, text);
  }

  private static NpusimException bad(String key, String text) {
    return NpusimException.usage(
        "model-metadata", "metadata " + key + " is \"" + text + "\", must be min..max", "");
  }
}
