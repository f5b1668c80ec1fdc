package npusim.tools.report;

import java.util.List;
import npusim.sim.timing.Category;
import npusim.tools.run.NodeTotals;
import npusim.tools.run.ScenarioResult;

/** The layer table as CSV (RFC 4180, dot as decimal sign, one header line). */
public final class CsvReport {
  private CsvReport() {}

  /** One row per stage and node of the model. */
  public static String render(ScenarioResult r) {
    var out = new StringBuilder("stage,name,op,operations,calls,cycles,bound_by");
    for (Category c : Category.values()) {
      out.append(',').append(CategoryNames.id(c)).append("_cycles");
    }
    out.append(",macs,padded_macs,vector_elements,dram_read_bytes,dram_written_bytes");
    out.append(",matrix_utilisation,dram_utilisation,scratchpad_bytes,dynamic_pj\n");
    for (Layers.Row row : Layers.of(r)) {
      NodeTotals t = row.totals();
      out.append(
          String.join(
              ",",
              List.of(
                  quote(row.stage()),
                  quote(row.name()),
                  quote(t.info().opType()),
                  Integer.toString(row.operations()),
                  Long.toString(row.calls()),
                  Long.toString(t.cycles()),
                  CategoryNames.id(t.boundBy()))));
      for (long c : t.categoryCycles()) {
        out.append(',').append(c);
      }
      out.append(',').append(t.macs()).append(',').append(t.paddedMacs());
      out.append(',').append(t.vectorElements());
      out.append(',').append(t.dramReadBytes()).append(',').append(t.dramWrittenBytes());
      out.append(',').append(row.matrixUtilisation()).append(',').append(row.dramUtilisation());
      out.append(',').append(t.info().scratchpadBytes());
      out.append(',').append(t.dynamicPj()).append('\n');
    }
    return out.toString();
  }

  static String quote(String s) {
    boolean plain = s.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? s : '"' + s.replace("\"", "\"\"") + '"';
  }
}
