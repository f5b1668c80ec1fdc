package npusim.tools.report;

import java.util.Locale;
import npusim.sim.energy.EnergyComponent;
import npusim.sim.timing.Category;

/** The page {@code docs/report.md}, from the metric catalogue. */
public final class ReportReference {
  private ReportReference() {}

  /** The page. */
  public static String markdown() {
    var out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            """
            # The report

            Generated from the metric catalogue. `npusim run` and `npusim simulate` print one screen;
            `--json FILE` writes the same figures as JSON (`%s`, described by the JSON Schema
            `tools/src/main/resources/npusim/tools/report.schema.json`), `--csv FILE` one row per layer,
            `--html FILE` a page with charts that needs nothing else, `--trace FILE` a timeline that
            Perfetto opens. The same input gives the same bytes on every
            machine.

            ## Metrics

            The names are those of `metrics` in the JSON and of `expect` in expectation files. A metric
            that makes no sense for a workload is absent.

            | metric | unit | meaning |
            | --- | --- | --- |
            """,
            JsonReport.FORMAT));
    for (Metric m : Metric.values()) {
      out.append(String.format(Locale.ROOT, "| `%s` | %s | %s |\n", m.id(), m.unit(), m.meaning()));
    }
    out.append(
        """

        ## Where the time went

        Every cycle of the latency belongs to exactly one category, so that they sum to it.

        | category | in text |
        | --- | --- |
        """);
    for (Category c : Category.values()) {
      out.append("| `").append(CategoryNames.id(c)).append("` | ").append(c.label());
      out.append(" |\n");
    }
    out.append(
        """

        A layer's cycles are its part of the critical path. What is loaded or computed ahead, while
        other layers hold the path, takes none of it: where the table shows more than 100 %, its
        products or its traffic would not fit its own cycles.
        Over the layers, cycles, bytes and dynamic energy sum to those of the job; `(program)` stands
        for what belongs to none, as instructions that are fetched from memory.

        ## Energy

        Every component has a dynamic part (per event) and a static one (per second); all parts sum
        to `energy_j`. The decompressor of `dma.ldz` has no coefficient: an 8-bit addition and a pass of a
        crossbar, about 0.07 pJ a byte at 7 nm (TPUv4i's table and Aladdin's, as in the technology table), beside
        at least 30 pJ for a byte from DRAM.

        | component | in text |
        | --- | --- |
        """);
    for (EnergyComponent c : EnergyComponent.values()) {
      out.append("| `").append(CategoryNames.id(c)).append("` | ").append(c.label());
      out.append(" |\n");
    }
    out.append(
        String.format(
            Locale.ROOT,
            """

            ## Comparisons and sweeps

            `npusim compare A.json B.json --json FILE` writes `%s`: the titles `a` and `b`; `metrics` and
            `layer_cycles`, lists of `name`, `a` and `b`, where a figure that a report doesn't have is left
            out. Layers of one name in one stage are added up.

            `npusim sweep … --json FILE` writes `%s`: `title` and `points`, each with the parameters it
            `set`, whether it is on the `pareto` front (no other point is at least as good in `latency_ms`,
            `energy_j` and `area_proxy_mm2` and better in one), and its `metrics` or the `problem` that
            makes it impossible. `--csv FILE` has a row per point.

            ## Memories by themselves

            `npusim dram … --json FILE` writes `%s`: `preset`, `channels`, `mapping`, `scheduler`, `refresh`,
            `peak_gb_per_s`, and a list `streams`, each with its name (`stream`), `requests` of 64 bytes,
            `window_bytes`, the time from the first request to the last answer (`clocks` of the memory,
            `time_ns`), `gb_per_s` (10^9 bytes) and `peak_fraction`, `average_latency_clocks` and
            `average_latency_ns` of its reads (absent when it has none), `row_segments`, `activates` and
            `refreshes`. `npusim validate --json FILE` is described in [validation.md](validation.md).
            """,
            ReportDiff.FORMAT,
            SweepReport.FORMAT,
            DramReport.FORMAT));
    return out.toString();
  }
}
