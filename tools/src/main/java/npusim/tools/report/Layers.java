package npusim.tools.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.tools.run.NodeTotals;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.StageTotals;

/** Rows of the layer table. */
public final class Layers {
  private Layers() {}

  /**
   * A graph node in one stage.
   *
   * @param stage stage name
   * @param totals what it did over all launches
   * @param matrixUtilisation executed over possible multiply-accumulates in its time, 0 to 1
   * @param dramUtilisation bytes over what the DRAM could move in its time, 0 to 1
   * @param intensity operations per DRAM byte; infinite when it moves none
   */
  public record Row(
      String stage,
      NodeTotals totals,
      double matrixUtilisation,
      double dramUtilisation,
      double intensity) {}

  /** All nodes that took time or moved bytes, in program order. */
  public static List<Row> of(ScenarioResult r) {
    var rows = new ArrayList<Row>();
    for (StageTotals s : r.stages()) {
      for (NodeTotals n : s.nodes()) {
        if (n.cycles() > 0 || n.dramReadBytes() + n.dramWrittenBytes() > 0) {
          rows.add(row(s, n, r.hw(), s.mainType(r.dtype())));
        }
      }
    }
    return rows;
  }

  /** The slowest rows first; equal ones in program order. */
  public static List<Row> slowest(ScenarioResult r, int count) {
    return of(r).stream()
        .sorted(Comparator.comparingLong((Row x) -> x.totals().cycles()).reversed())
        .limit(count)
        .toList();
  }

  private static Row row(StageTotals s, NodeTotals n, Hardware hw, DType type) {
    double cycles = n.cycles();
    long bytes = n.dramReadBytes() + n.dramWrittenBytes();
    double peak = hw.chipMacsPerCycle(type);
    return new Row(
        s.stage().name(),
        n,
        cycles == 0 || peak == 0 ? 0 : n.macs() / (cycles * peak),
        cycles == 0 ? 0 : bytes / (cycles * hw.dramBytesPerCycle()),
        bytes == 0 ? Double.POSITIVE_INFINITY : (2.0 * n.macs() + n.vectorElements()) / bytes);
  }
}
