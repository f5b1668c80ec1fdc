package npusim.tools.check;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.tools.report.Metric;
import npusim.tools.report.Metrics;
import npusim.tools.report.Quantity;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.ScenarioRunner;

/** Runs expectations and compares. */
public final class Checker {
  private static final int MOVES = 8;

  private Checker() {}

  /**
   * Runs one expectation.
   *
   * @throws NpusimException (usage) when its model is invalid; a model that can't run on the chip
   *     is a failed check
   */
  public static Outcome run(Expectation e) {
    String title = e.scenario().name() + " on " + e.hw().name();
    ScenarioResult result;
    try {
      result = new ScenarioRunner(e.hw(), e.options()).run(e.scenario());
    } catch (NpusimException x) {
      if (x.exitCode() == ExitCode.USAGE) {
        throw x;
      }
      List<String> why = x.diagnostics().stream().map(d -> d.render()).toList();
      return new Outcome(e, title, why, List.of(), Map.of(), Map.of());
    }
    return judge(e, title, Metrics.of(result), LayerCycles.of(result));
  }

  /** Compares what was measured with what was expected. */
  public static Outcome judge(
      Expectation e, String title, Map<Metric, Number> measured, Map<String, Long> layers) {
    var failures = new ArrayList<String>();
    for (Expectation.Limit limit : e.limits()) {
      String failure = compare(limit, measured.get(limit.metric()));
      if (!failure.isEmpty()) {
        failures.add(failure);
      }
    }
    double ms = measured.get(Metric.LATENCY_MS).doubleValue();
    if (e.deadlineMs().isPresent() && ms > e.deadlineMs().getAsDouble()) {
      failures.add(
          "deadline: "
              + Quantity.digits(ms)
              + " ms, allowed "
              + Quantity.digits(e.deadlineMs().getAsDouble())
              + " ms");
    }
    List<String> moves =
        failures.isEmpty()
            ? List.of()
            : LayerCycles.moves(e.layers(), layers, MOVES).stream().map(Checker::describe).toList();
    return new Outcome(e, title, failures, moves, measured, layers);
  }

  private static String describe(LayerCycles.Move m) {
    return String.format(
        Locale.ROOT, "%s: %,d → %,d cycles (%+,d)", m.name(), m.before(), m.after(), m.change());
  }

  /** What is wrong; empty when nothing is. */
  static String compare(Expectation.Limit limit, Number measured) {
    if (measured == null) {
      return limit.metric().id() + ": this workload has no such metric";
    }
    double now = measured.doubleValue();
    return switch (limit) {
      case Expectation.Value v -> {
        if (Double.isNaN(v.value())) {
          yield v.metric().id() + ": no value yet, measured " + number(measured);
        }
        boolean same =
            v.tolerance() == 0
                ? now == v.value()
                : Math.abs(now - v.value()) <= v.tolerance() * Math.abs(v.value());
        yield same ? "" : moved(v, measured);
      }
      case Expectation.Range r -> {
        if (now < r.min()) {
          yield r.metric().id() + ": " + number(measured) + " is below " + number(r.min());
        }
        yield now > r.max()
            ? r.metric().id() + ": " + number(measured) + " is above " + number(r.max())
            : "";
      }
    };
  }

  private static String moved(Expectation.Value v, Number measured) {
    double now = measured.doubleValue();
    String change =
        v.value() == 0 ? "" : String.format(Locale.ROOT, "%+.2f%%, ", 100 * (now / v.value() - 1));
    String allowed =
        v.tolerance() == 0
            ? "must be equal"
            : "tolerance " + Quantity.digits(100 * v.tolerance()) + "%";
    return v.metric().id()
        + ": "
        + number(v.value())
        + " → "
        + number(measured)
        + " "
        + v.metric().unit()
        + (v.metric().unit().isEmpty() ? "(" : " (")
        + change
        + allowed
        + ")";
  }

  /** A number as it is written in an expectation file that wants it exactly. */
  static String number(Number n) {
    double v = n.doubleValue();
    return v == Math.rint(v) && Math.abs(v) < 1e15
        ? Long.toString(n.longValue())
        : Double.toString(v);
  }

  /** A number with six significant digits, for values with a tolerance. */
  static String rounded(Number n) {
    double v = n.doubleValue();
    return v == Math.rint(v) && Math.abs(v) < 1e15
        ? Long.toString(n.longValue())
        : new BigDecimal(v).round(new MathContext(6)).stripTrailingZeros().toString();
  }
}
