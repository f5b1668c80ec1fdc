package npusim.tools.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.workloads.Scenario;

/** Runs a scenario on every combination of some parameters' values. */
public final class Sweep {
  /** More points than this are refused. */
  private static final int MOST_POINTS = 10_000;

  private Sweep() {}

  /**
   * A point of a sweep.
   *
   * @param values value of every parameter, in the order of the axes
   * @param result what came out; null when the point is not possible
   * @param problem why not; empty when there is a result
   */
  public record Point(List<String> values, ScenarioResult result, String problem) {
    /** Copies the list. */
    public Point {
      values = List.copyOf(values);
    }

    /** True when there is a result. */
    public boolean possible() {
      return problem.isEmpty();
    }
  }

  /**
   * Runs all points; the last axis varies fastest. The outcome doesn't depend on {@code jobs}.
   *
   * @param chip chip of some {@code --set} texts
   * @param scenario makes the scenario of a chip anew for every point
   * @param jobs points beside each other
   * @throws NpusimException when no point is possible: what is wrong with the first
   */
  public static List<Point> run(
      List<Axis> axes,
      Function<List<String>, Hardware> chip,
      RunOptions options,
      Function<Hardware, Scenario> scenario,
      int jobs,
      Consumer<String> progress) {
    List<List<String>> all = combinations(axes);
    var points = new ArrayList<Point>();
    NpusimException first = null;
    try (var workers = new Workers(jobs)) {
      var answers = new ArrayList<Supplier<Attempt>>();
      for (List<String> values : all) {
        answers.add(workers.start(attempt(axes, values, chip, options, scenario)));
      }
      for (int i = 0; i < all.size(); i++) {
        progress.accept("point " + (i + 1) + " of " + all.size());
        Attempt a = answers.get(i).get();
        first = i == 0 ? a.failure : first;
        points.add(a.point);
      }
    }
    if (points.stream().noneMatch(Point::possible) && first != null) {
      throw first;
    }
    return points;
  }

  private record Attempt(Point point, NpusimException failure) {}

  private static Callable<Attempt> attempt(
      List<Axis> axes,
      List<String> values,
      Function<List<String>, Hardware> chip,
      RunOptions options,
      Function<Hardware, Scenario> scenario) {
    return () -> {
      var sets = new ArrayList<String>();
      for (int i = 0; i < axes.size(); i++) {
        sets.add(axes.get(i).parameter() + "=" + values.get(i));
      }
      try {
        Hardware hw = chip.apply(sets);
        var result = new ScenarioRunner(hw, options).runAlone(scenario.apply(hw));
        return new Attempt(new Point(values, result, ""), null);
      } catch (NpusimException e) {
        String why =
            e.diagnostics().stream().map(Diagnostic::message).findFirst().orElse("not possible");
        return new Attempt(new Point(values, null, why), e);
      }
    };
  }

  private static List<List<String>> combinations(List<Axis> axes) {
    long count = 1;
    for (Axis a : axes) {
      count *= a.values().size();
      if (count > MOST_POINTS) {
        throw NpusimException.usage(
            "sweep-size",
            "the sweep has more than " + MOST_POINTS + " points",
            "give fewer values or parameters");
      }
    }
    List<List<String>> out = List.of(List.of());
    for (Axis a : axes) {
      var longer = new ArrayList<List<String>>();
      for (List<String> head : out) {
        for (String v : a.values()) {
          var next = new ArrayList<>(head);
          next.add(v);
          longer.add(next);
        }
      }
      out = longer;
    }
    return out;
  }
}
