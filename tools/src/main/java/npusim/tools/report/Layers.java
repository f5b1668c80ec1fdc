package npusim.tools.report;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.program.NodeInfo;
import npusim.tools.run.NodeTotals;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.StageTotals;

/** Rows of the layer table. */
public final class Layers {
  /** Beyond it a ratio is printed as more than 100.0%. */
  private static final double ROUNDED = 1.0005;

  /** What the tables say below themselves when a ratio is beyond 100%. */
  static final String AHEAD =
      ">100%: some of it was done ahead, while other layers held the critical path";

  private Layers() {}

  /** A ratio of a {@link Row} for people. */
  static String share(double ratio) {
    return ratio > ROUNDED ? ">100%" : Quantity.percent(Math.min(1, ratio));
  }

  /**
   * A node of the model in one stage, with all operations it became.
   *
   * @param stage stage name
   * @param totals what it did over all launches, under the name it has in the model
   * @param operations operations it became
   * @param matrixRatio executed over possible multiply-accumulates in its part of the critical
   *     path; above 1 when some were done while other layers held the path
   * @param dramRatio time of its bytes at the DRAM's peak rate over its part of the critical path;
   *     above 1 when some moved while other layers held the path, as weights fetched ahead
   * @param intensity operations per DRAM byte; infinite when it moves none
   */
  public record Row(
      String stage,
      NodeTotals totals,
      int operations,
      double matrixRatio,
      double dramRatio,
      double intensity) {
    /** {@link #matrixRatio} as a share, 0 to 1. */
    public double matrixUtilisation() {
      return Math.min(1, matrixRatio);
    }

    /** {@link #dramRatio} as a share, 0 to 1. */
    public double dramUtilisation() {
      return Math.min(1, dramRatio);
    }

    /** Whether it did more than fits its part of the critical path. */
    boolean isAhead() {
      return matrixRatio > ROUNDED || dramRatio > ROUNDED;
    }

    /** Name in the model. */
    public String name() {
      return totals.info().name();
    }

    /** Times it was executed, over all launches and runs of a repeated layer. */
    public long calls() {
      return totals.launches() * totals.info().runs();
    }
  }

  /** All nodes that took time, moved bytes or switched, in the order their first operations run. */
  public static List<Row> of(ScenarioResult r) {
    var rows = new ArrayList<Row>();
    for (StageTotals s : r.stages()) {
      var nodes = new LinkedHashMap<String, List<NodeTotals>>();
      for (NodeTotals n : s.nodes()) {
        boolean moved = n.dramReadBytes() + n.dramWrittenBytes() > 0;
        // Work behind other layers' time costs energy all the same.
        if (n.cycles() > 0 || moved || n.dynamicPj() > 0) {
          nodes.computeIfAbsent(nameOf(n), k -> new ArrayList<>()).add(n);
        }
      }
      nodes.forEach(
          (name, parts) ->
              rows.add(
                  row(
                      s,
                      NodeTotals.sum(info(name, parts), parts),
                      parts.size(),
                      r.hw(),
                      s.mainType(r.dtype(), r.hw()))));
    }
    return rows;
  }

  /** Multiply-accumulates that the graphs ask for in nodes of which the arrays execute none. */
  static long vectorMacs(ScenarioResult r) {
    long sum = 0;
    for (StageTotals s : r.stages()) {
      var asked = new LinkedHashMap<String, Long>();
      var onArrays = new HashSet<String>();
      for (NodeTotals n : s.nodes()) {
        asked.merge(nameOf(n), n.info().macs() * n.info().runs() * s.launches(), Long::sum);
        if (n.macs() > 0) {
          onArrays.add(nameOf(n));
        }
      }
      asked.keySet().removeAll(onArrays);
      sum += asked.values().stream().mapToLong(v -> v).sum();
    }
    return sum;
  }

  private static String nameOf(NodeTotals n) {
    return n.info().layer().isEmpty() ? n.info().name() : n.info().layer();
  }

  /** What is known of a node's operations, taken together. */
  private static NodeInfo info(String name, List<NodeTotals> parts) {
    List<NodeInfo> all = parts.stream().map(NodeTotals::info).toList();
    String ops = all.stream().map(NodeInfo::opType).distinct().collect(Collectors.joining("+"));
    return new NodeInfo(
        all.getFirst().id(),
        name,
        ops,
        name,
        all.stream().mapToLong(NodeInfo::macs).sum(),
        all.stream().mapToLong(NodeInfo::flops).sum(),
        "",
        all.stream().mapToLong(NodeInfo::runs).max().orElse(1),
        all.stream().mapToLong(NodeInfo::scratchpadBytes).max().orElse(0));
  }

  /** The slowest rows that took time first; equal ones in program order. */
  public static List<Row> slowest(ScenarioResult r, int count) {
    return of(r).stream()
        .filter(row -> row.totals().cycles() > 0)
        .sorted((a, b) -> Long.compare(b.totals().cycles(), a.totals().cycles()))
        .limit(count)
        .toList();
  }

  private static Row row(StageTotals s, NodeTotals n, int operations, Hardware hw, DType type) {
    double cycles = n.cycles();
    long bytes = n.dramReadBytes() + n.dramWrittenBytes();
    int chips = s.program().chips();
    double peak = hw.chipMacsPerCycle(type) * chips;
    return new Row(
        s.stage().name(),
        n,
        operations,
        cycles == 0 || peak == 0 ? 0 : n.macs() / (cycles * peak),
        cycles == 0 ? 0 : hw.dramCycles(n.dramReadBytes(), n.dramWrittenBytes()) / (cycles * chips),
        bytes == 0 ? Double.POSITIVE_INFINITY : (2.0 * n.macs() + n.vectorElements()) / bytes);
  }
}
