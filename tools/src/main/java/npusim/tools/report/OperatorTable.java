package npusim.tools.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import npusim.compiler.decompose.Decompositions;
import npusim.compiler.decompose.Rule;
import npusim.compiler.kernels.Kernel;
import npusim.compiler.kernels.KernelRegistry;
import npusim.compiler.ops.Operator;
import npusim.compiler.ops.Operators;
import npusim.diag.Names;
import npusim.diag.NpusimException;

/**
 * The operators that npusim knows and how each is executed, straight from the operator registry,
 * the decomposition rules and the kernels.
 */
public final class OperatorTable {
  private OperatorTable() {}

  /** How an operator gets executed. */
  public enum Way {
    /** Instructions are generated for it. */
    KERNEL("kernel"),
    /** Rewritten to operators that have kernels. */
    DECOMPOSED("decomposed"),
    /** A kernel takes some forms, the others are rewritten to them. */
    BOTH("kernel, some forms decomposed"),
    /** Replaced by the branch or the iterations it executes. */
    EXPANDED("expanded"),
    /** Computed at compile time; compilation refuses one whose value depends on the inputs. */
    FOLDED("folded"),
    /** Its shape is inferred, but compilation refuses it. */
    REFUSED("refused");

    private final String label;

    Way(String label) {
      this.label = label;
    }

    /** The word in tables. */
    public String label() {
      return label;
    }
  }

  /**
   * One operator.
   *
   * @param operator its definition
   * @param way how it is executed
   * @param unit units that do the work, such as {@code MAT}; empty when there is no kernel
   * @param how the rewriting or the kernel in words
   */
  public record Row(Operator operator, Way way, String unit, String how) {}

  /** Every operator, by domain and name. */
  public static List<Row> rows() {
    var rows = new ArrayList<Row>();
    Map<String, Kernel> kernels = KernelRegistry.all();
    for (Operator op : Operators.all()) {
      rows.add(row(op, kernels.get(op.qualifiedName())));
    }
    return rows;
  }

  private static Row row(Operator op, Kernel kernel) {
    Rule rule = Decompositions.of(op.qualifiedName());
    String how = rule == null ? "" : rule.summary();
    if (kernel != null) {
      return new Row(op, rule == null ? Way.KERNEL : Way.BOTH, kernel.units(), how);
    }
    if (rule != null) {
      return new Row(op, Way.DECOMPOSED, "", how);
    }
    boolean control = op.domain().isEmpty() && List.of("If", "Loop", "Scan").contains(op.name());
    if (control) {
      return new Row(op, Way.EXPANDED, "", "branch taken, or as many bodies as iterations");
    }
    boolean folds = op.folding() != Operator.Folding.NEVER;
    return new Row(op, folds ? Way.FOLDED : Way.REFUSED, "", "");
  }

  /** One line per operator whose name contains {@code part}, then what the words mean. */
  public static String text(String part) {
    String wanted = part.toLowerCase(Locale.ROOT);
    var out = new StringBuilder();
    out.append(line("operator", "opsets", "executed", "unit", "types of the first input"));
    Map<Way, Integer> counts = new java.util.EnumMap<>(Way.class);
    for (Row r : rows()) {
      if (!r.operator().qualifiedName().toLowerCase(Locale.ROOT).contains(wanted)) {
        continue;
      }
      counts.merge(r.way(), 1, Integer::sum);
      out.append(
          line(
              r.operator().qualifiedName(),
              versions(r.operator()),
              r.way().label(),
              r.unit(),
              r.operator().types().describe()));
      if (!r.how().isEmpty() && !wanted.isEmpty()) {
        out.append("    ").append(r.how()).append('\n');
      }
    }
    if (counts.isEmpty()) {
      List<String> names = rows().stream().map(r -> r.operator().qualifiedName()).toList();
      throw NpusimException.usage(
          "unknown-operator",
          "no operator's name contains \"" + part + "\"",
          Names.suggest(part, names));
    }
    String total =
        counts.entrySet().stream()
            .map(e -> e.getValue() + " " + e.getKey().label())
            .collect(Collectors.joining(", "));
    int sum = counts.values().stream().mapToInt(Integer::intValue).sum();
    return out.append('\n')
        .append(sum)
        .append(" operators: ")
        .append(total)
        .append('\n')
        .toString();
  }

  private static String line(String name, String since, String way, String unit, String types) {
    return String.format(Locale.ROOT, "%-42s %-20s %-30s %-9s %s", name, since, way, unit, types)
            .stripTrailing()
        + '\n';
  }

  /** The page {@code docs/operators.md}. */
  public static String markdown() {
    var out = new StringBuilder();
    out.append("# Operators\n\n");
    out.append("Generated from the operator registry, the decomposition rules and the kernels;\n");
    out.append("`npusim ops` prints the same. Opset versions ");
    out.append(Operators.MIN_OPSET).append(" to ").append(Operators.MAX_OPSET);
    out.append(" of ONNX are accepted, and\n");
    out.append(
        "nodes of older ones that mean the same in 7 (no `broadcast`, no training, no PRelu);"
            + " *since*\n");
    out.append("lists the versions at which an operator came or changed. *Executed* says how:\n\n");
    out.append("* **kernel**: instructions are generated for it, on the units named;\n");
    out.append("* **decomposed**: rewritten to operators that have kernels;\n");
    out.append("* **expanded**: replaced by the branch or the iterations it executes;\n");
    out.append("* **folded**: computed at compile time; a node whose value depends on the\n");
    out.append("  model's inputs is refused;\n");
    out.append("* **refused**: compilation ends with exit code 3 and names the node.\n\n");
    out.append("Nothing is ever executed outside the simulated machine.\n\n");
    out.append("| operator | since | executed | unit | types of the first input | how |\n");
    out.append("| --- | --- | --- | --- | --- | --- |\n");
    for (Row r : rows()) {
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | %s | %s |\n",
              r.operator().qualifiedName(),
              versions(r.operator()),
              r.way().label(),
              r.unit(),
              r.operator().types().describe(),
              (r.how().isEmpty() ? r.operator().summary() : r.how()).replace("|", "\\|")));
    }
    return out.toString();
  }

  private static String versions(Operator op) {
    return Arrays.stream(op.since()).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }
}
