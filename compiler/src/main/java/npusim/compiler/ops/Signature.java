package npusim.compiler.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node of an operator may look like: its inputs with element types and shapes, its
 * attributes with kinds and ranges.
 *
 * <p>Written as {@code "X:T[N,C,_,..] W:T[M,_,_,..] B:T[M]? | group:int(1..) mode:{a,b} to:int!"}.
 * An input is a name, a type and a shape. The type is a variable (one upper-case letter and maybe a
 * digit: the same type wherever it stands) or the name of a {@link TypeSet} or element type. The
 * shape lists dimensions: a name (the same extent wherever it stands), a number, {@code _} for any,
 * {@code ..} for any number of them; alternatives are separated by {@code /}; {@code [one]} is one
 * element of any rank, {@code [list]} a scalar or vector; without brackets any shape will do.
 * {@code ?} marks an optional input, {@code +} one that may be repeated, {@code *} one that may be
 * repeated or missing. An attribute has a kind ({@code int ints float floats str strs tensor
 * graph}), a range or a list of words; {@code !} marks one that must be given.
 *
 * @param inputs inputs in order
 * @param attributes attributes by name
 */
record Signature(List<Input> inputs, Map<String, Attr> attributes) {
  private static final Pattern INPUT = Pattern.compile("(\\w+):(\\w+)(?:\\[([^\\]]*)\\])?([?*+]?)");
  private static final Pattern ATTRIBUTE =
      Pattern.compile("(\\w+):(?:(\\w+)|\\{([^}]*)\\})(?:\\((-?\\d*)\\.\\.(-?\\d*)\\))?(!?)");
  private static final Pattern VARIABLE = Pattern.compile("[A-Z]\\d?");

  /** How often an input may stand. */
  enum Arity {
    ONE,
    OPTIONAL,
    SOME,
    ANY
  }

  /**
   * One input.
   *
   * @param type variable or name of a set of types
   * @param shapes alternatives, each a list of dimensions; empty allows every shape
   * @param text the shape as written
   */
  record Input(String name, String type, List<List<String>> shapes, String text, Arity arity) {
    boolean isVariable() {
      return VARIABLE.matcher(type).matches();
    }

    boolean isRequired() {
      return arity == Arity.ONE || arity == Arity.SOME;
    }

    boolean isRepeated() {
      return arity == Arity.SOME || arity == Arity.ANY;
    }
  }

  /**
   * One attribute.
   *
   * @param kind {@code int}, {@code ints}, … ; {@code str} when words are listed
   * @param words values allowed for a string; empty allows all
   * @param min smallest integer allowed
   * @param max largest integer allowed
   */
  record Attr(String name, String kind, Set<String> words, long min, long max, boolean required) {
    String range() {
      return max == Long.MAX_VALUE ? "at least " + min : min + " to " + max;
    }
  }

  /** Largest number of inputs. */
  int maxInputs() {
    return !inputs.isEmpty() && inputs.getLast().isRepeated() ? Integer.MAX_VALUE : inputs.size();
  }

  /** Smallest number of input slots. */
  int minInputs() {
    int n = 0;
    for (int i = 0; i < inputs.size(); i++) {
      n = inputs.get(i).isRequired() ? i + 1 : n;
    }
    return n;
  }

  /** What stands at an input slot. */
  Input at(int i) {
    return inputs.get(Math.min(i, inputs.size() - 1));
  }

  /**
   * Parses the written form.
   *
   * @throws IllegalStateException when it is malformed
   */
  static Signature parse(String text) {
    int bar = text.indexOf('|');
    List<Input> inputs = new ArrayList<>();
    for (String word : words(bar < 0 ? text : text.substring(0, bar))) {
      Matcher m = match(INPUT, word);
      Arity arity =
          switch (m.group(4)) {
            case "?" -> Arity.OPTIONAL;
            case "+" -> Arity.SOME;
            case "*" -> Arity.ANY;
            default -> Arity.ONE;
          };
      inputs.add(new Input(m.group(1), m.group(2), shapes(m.group(3)), m.group(3), arity));
    }
    Map<String, Attr> attributes = new LinkedHashMap<>();
    for (String word : words(bar < 0 ? "" : text.substring(bar + 1))) {
      Matcher m = match(ATTRIBUTE, word);
      Attr a =
          new Attr(
              m.group(1),
              m.group(2) == null ? "str" : m.group(2),
              m.group(3) == null ? Set.of() : Set.copyOf(Arrays.asList(m.group(3).split(",", -1))),
              bound(m.group(4), Long.MIN_VALUE),
              bound(m.group(5), Long.MAX_VALUE),
              !m.group(6).isEmpty());
      attributes.put(a.name(), a);
    }
    return new Signature(List.copyOf(inputs), attributes);
  }

  private static List<String> words(String text) {
    String t = text.strip();
    return t.isEmpty() ? List.of() : Arrays.asList(t.split("\\s+", -1));
  }

  private static Matcher match(Pattern p, String word) {
    Matcher m = p.matcher(word);
    if (!m.matches()) {
      throw new IllegalStateException("malformed signature at " + word);
    }
    return m;
  }

  private static long bound(String text, long open) {
    return text == null || text.isEmpty() ? open : Long.parseLong(text);
  }

  private static List<List<String>> shapes(String text) {
    if (text == null) {
      return List.of();
    }
    List<List<String>> out = new ArrayList<>();
    for (String alternative : text.split("/", -1)) {
      out.add(alternative.isEmpty() ? List.of() : List.of(alternative.split(",", -1)));
    }
    return List.copyOf(out);
  }

  /** The set of types a name stands for. */
  static TypeSet typeSet(String name) {
    return TypeSet.valueOf(name.toUpperCase(Locale.ROOT));
  }
}
