package npusim.tools.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.util.List;
import java.util.Locale;
import npusim.hardware.Dram;
import npusim.sim.dram.DramStreams;

/** What request streams achieved on a DRAM model, as text and as JSON. */
public final class DramReport {
  /** Version of the JSON layout. */
  public static final String FORMAT = "npusim-dram/1";

  private DramReport() {}

  /** A table, one line per stream. */
  public static String text(String preset, Dram dram, List<DramStreams.Result> results) {
    var out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s · %d %s · %s · %s · refresh %s · peak %.1f GB/s%n%n",
            preset,
            dram.channels(),
            dram.channels() == 1 ? "channel" : "channels",
            dram.mapping().label(),
            scheduler(dram),
            dram.refresh() ? "on" : "off",
            dram.peakBytesPerSecond(1) * 1e-9));
    out.append(
        String.format(
            Locale.ROOT,
            "%-16s %10s %8s %8s %12s %12s %11s %10s%n",
            "stream",
            "requests",
            "GB/s",
            "of peak",
            "time ns",
            "latency ns",
            "activates",
            "refreshes"));
    for (DramStreams.Result r : results) {
      out.append(
          String.format(
              Locale.ROOT,
              "%-16s %10d %8.2f %8s %12.0f %12s %11d %10d%n",
              r.stream().label(),
              r.requests(),
              r.gigabytesPerSecond(),
              Quantity.percent(r.peakFraction()),
              r.nanoseconds(),
              r.averageLatencyNs() == 0
                  ? "-"
                  : String.format(Locale.ROOT, "%.1f", r.averageLatencyNs()),
              r.activates(),
              r.refreshes()));
    }
    return out.toString();
  }

  /** The same figures as JSON. */
  public static String json(String preset, Dram dram, List<DramStreams.Result> results) {
    return JsonText.render(
        g -> {
          g.writeStartObject();
          g.writeStringField("format", FORMAT);
          g.writeStringField("preset", preset);
          g.writeNumberField("channels", dram.channels());
          g.writeStringField("mapping", dram.mapping().label());
          g.writeStringField("scheduler", scheduler(dram));
          g.writeBooleanField("refresh", dram.refresh());
          g.writeNumberField("peak_gb_per_s", dram.peakBytesPerSecond(1) * 1e-9);
          g.writeArrayFieldStart("streams");
          for (DramStreams.Result r : results) {
            stream(g, r);
          }
          g.writeEndArray();
          g.writeEndObject();
        });
  }

  private static void stream(JsonGenerator g, DramStreams.Result r) throws java.io.IOException {
    g.writeStartObject();
    g.writeStringField("stream", r.stream().label());
    g.writeNumberField("requests", r.requests());
    g.writeNumberField("window_bytes", r.windowBytes());
    g.writeNumberField("clocks", r.clocks());
    g.writeNumberField("time_ns", r.nanoseconds());
    g.writeNumberField("gb_per_s", r.gigabytesPerSecond());
    g.writeNumberField("peak_fraction", r.peakFraction());
    if (r.averageLatencyNs() > 0) {
      g.writeNumberField("average_latency_clocks", r.averageLatencyClocks());
      g.writeNumberField("average_latency_ns", r.averageLatencyNs());
    }
    g.writeNumberField("row_segments", r.rowSegments());
    g.writeNumberField("activates", r.activates());
    g.writeNumberField("refreshes", r.refreshes());
    g.writeEndObject();
  }

  private static String scheduler(Dram dram) {
    return dram.controller().scheduler().name().toLowerCase(Locale.ROOT);
  }
}
