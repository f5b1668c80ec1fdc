package npusim.asm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Names;
import org.antlr.v4.runtime.ParserRuleContext;

/** Arguments of one directive, by position and by name, with their faults reported. */
final class Arguments {
  private final AsmErrors errors;
  private final NpuAsmParser.DirectiveContext context;
  private final List<NpuAsmParser.ValueContext> plain = new ArrayList<>();
  private final Map<String, NpuAsmParser.ValueContext> named = new LinkedHashMap<>();

  /**
   * @param positions what the arguments without a name are, for messages; that many are required
   * @param names arguments with a name; all are optional unless asked for otherwise
   */
  Arguments(
      AsmErrors errors,
      NpuAsmParser.DirectiveContext context,
      List<String> positions,
      Collection<String> names) {
    this.errors = errors;
    this.context = context;
    for (NpuAsmParser.ArgumentContext argument : context.argument()) {
      switch (argument) {
        case NpuAsmParser.PlainArgumentContext p -> plain.add(p.value());
        case NpuAsmParser.NamedArgumentContext n -> addNamed(n, names);
        default -> throw new IllegalStateException("unknown argument " + argument.getText());
      }
    }
    if (plain.size() != positions.size()) {
      errors.add(
          context,
          "asm-directive",
          name()
              + " takes "
              + (positions.isEmpty() ? "no arguments without a name" : String.join(", ", positions))
              + ", not "
              + plain.size()
              + " values",
          "");
    }
  }

  String name() {
    return context.DIRECTIVE().getText();
  }

  ParserRuleContext at(String argument) {
    return named.getOrDefault(argument, null) == null ? context : named.get(argument);
  }

  boolean has(String argument) {
    return named.containsKey(argument);
  }

  Map<String, NpuAsmParser.ValueContext> named() {
    return named;
  }

  /** Text of a positional argument: a string or a bare name. */
  String text(int position) {
    return position < plain.size() ? text(plain.get(position)) : "";
  }

  String text(String argument, String byDefault) {
    return has(argument) ? text(named.get(argument)) : byDefault;
  }

  long number(int position, long min, long max) {
    return position < plain.size() ? number("value", plain.get(position), min, max) : min;
  }

  long number(String argument, long byDefault, long min, long max) {
    return has(argument) ? number(argument, named.get(argument), min, max) : byDefault;
  }

  long required(String argument, long min, long max) {
    if (!has(argument)) {
      errors.add(context, "asm-directive", name() + " needs " + argument + "=", "");
      return min;
    }
    return number(argument, named.get(argument), min, max);
  }

  List<Long> numbers(String argument, long min, long max) {
    NpuAsmParser.ValueContext value = named.get(argument);
    if (value == null) {
      return List.of();
    }
    if (value.list() == null) {
      errors.add(
          value,
          "asm-directive",
          argument + " is a list of numbers",
          "write " + argument + "=[1,3,224]");
      return List.of();
    }
    var numbers = new ArrayList<Long>();
    for (NpuAsmParser.SumContext sum : value.list().sum()) {
      numbers.add(number(argument, sum, min, max));
    }
    return numbers;
  }

  /** Index of a positional name among the given ones; 0 after reporting an unknown one. */
  int choice(String argument, List<String> names) {
    String text = text(argument, names.getFirst());
    int index = names.indexOf(text);
    if (index < 0) {
      errors.add(
          at(argument),
          "asm-directive",
          "unknown " + argument + " " + text,
          Names.suggest(text, names));
    }
    return Math.max(0, index);
  }

  private void addNamed(NpuAsmParser.NamedArgumentContext argument, Collection<String> names) {
    String name = argument.ID().getText();
    if (!names.contains(name)) {
      errors.add(
          argument,
          "asm-directive",
          name() + " has no argument " + name,
          Names.suggest(name, names));
    } else if (named.put(name, argument.value()) != null) {
      errors.add(argument, "asm-directive", name + " is given twice", "");
    }
  }

  private String text(NpuAsmParser.ValueContext value) {
    if (value.STRING() != null) {
      try {
        return AsmStrings.unquote(value.STRING().getText());
      } catch (IllegalArgumentException e) {
        errors.add(value, "asm-string", e.getMessage(), "");
        return "";
      }
    }
    return value.getText();
  }

  private long number(String argument, ParserRuleContext value, long min, long max) {
    Optional<String> token = single(value);
    if (token.isEmpty()) {
      errors.add(
          value, "asm-directive", argument + " = " + value.getText() + " is not a number", "");
      return min;
    }
    try {
      long number = AsmNumbers.parse(token.get());
      if (number < min || number > max) {
        errors.add(
            value,
            "asm-range",
            argument + " = " + token.get() + " is outside " + min + ".." + max,
            "");
        return min;
      }
      return number;
    } catch (NumberFormatException e) {
      errors.add(value, "asm-range", e.getMessage(), "");
      return min;
    }
  }

  private static Optional<String> single(ParserRuleContext value) {
    NpuAsmParser.SumContext sum =
        switch (value) {
          case NpuAsmParser.ValueContext v -> v.sum();
          case NpuAsmParser.SumContext s -> s;
          default -> null;
        };
    return sum != null
            && sum.term().size() == 1
            && sum.term(0).ID() == null
            && sum.term(0).NUMBER() != null
        ? Optional.of(sum.getText())
        : Optional.empty();
  }
}
