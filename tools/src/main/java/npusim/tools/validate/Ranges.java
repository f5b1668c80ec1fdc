package npusim.tools.validate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import npusim.tools.report.ValidatedRange;
import npusim.tools.report.ValidatedRange.Kind;
import npusim.tools.report.ValidatedRange.Range;
import npusim.tools.run.ModelArgument;
import npusim.workloads.Lang;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;

/** Sums outcomes up by chip and kind of work. */
public final class Ranges {
  private Ranges() {}

  /** Ranges of the rows that ran a kernel or a model, in the order they first appear. */
  public static List<Range> of(List<Outcome> outcomes) {
    record Key(String chip, Kind kind) {}
    Map<Key, List<Double>> errors = new LinkedHashMap<>();
    Map<Key, Integer> withHost = new LinkedHashMap<>();
    for (Outcome o : outcomes) {
      if (o.ran() && o.row().job() instanceof Job.OnChip c) {
        var key = new Key(c.machine(), kind(c, o.table().measure()));
        errors.computeIfAbsent(key, k -> new ArrayList<>()).add(Math.abs(o.error()));
        withHost.merge(key, c.host() ? 1 : 0, Integer::sum);
      }
    }
    return errors.entrySet().stream()
        .map(
            e ->
                new Range(
                    e.getKey().chip(),
                    e.getKey().kind(),
                    e.getValue().size(),
                    e.getValue().stream().mapToDouble(v -> v).average().orElse(0),
                    e.getValue().stream().mapToDouble(v -> v).max().orElse(0),
                    withHost.get(e.getKey())))
        .toList();
  }

  private static Kind kind(Job.OnChip c, Measure measure) {
    if (measure == Measure.TTFT_MS) {
      return Kind.PREFILL;
    }
    if (measure == Measure.TOKENS_PER_S || measure == Measure.TOKENS_PER_S_PER_USER) {
      return Kind.DECODE;
    }
    var one =
        new WorkloadOptions(
            1, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
    return ValidatedRange.kinds(ModelArgument.resolve(c.workload(), one)).getFirst();
  }
}
