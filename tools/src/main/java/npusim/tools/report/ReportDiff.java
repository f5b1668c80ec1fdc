package npusim.tools.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/** Two reports beside each other: metric by metric, layer by layer. */
public final class ReportDiff {
  /** Version of the JSON. */
  static final String FORMAT = "npusim-compare/1";

  private static final int LAYERS = 20;

  private final JsonNode a;
  private final JsonNode b;
  private final List<Change> metrics = new ArrayList<>();
  private final List<Change> layers = new ArrayList<>();

  /**
   * A figure in both reports.
   *
   * @param name metric, or stage and layer
   * @param before in the first; NaN when it isn't there
   * @param after in the second; NaN when it isn't there
   */
  record Change(String name, double before, double after) {
    double difference() {
      return (Double.isNaN(after) ? 0 : after) - (Double.isNaN(before) ? 0 : before);
    }

    boolean same() {
      return Double.compare(before, after) == 0;
    }
  }

  private ReportDiff(JsonNode a, JsonNode b) {
    this.a = a;
    this.b = b;
    Map<String, Double> before = numbers(a.get("metrics"));
    Map<String, Double> after = numbers(b.get("metrics"));
    join(before, after, metrics);
    join(layers(a), layers(b), layers);
    layers.sort(Comparator.comparingDouble((Change c) -> Math.abs(c.difference())).reversed());
  }

  /**
   * Compares two files that {@code --json} has written.
   *
   * @throws NpusimException (usage) when one can't be read or is no such file
   */
  public static ReportDiff of(Path first, Path second) {
    return new ReportDiff(read(first), read(second));
  }

  private static JsonNode read(Path file) {
    Location where = Location.ofFile(file.toString());
    try {
      JsonNode r = new ObjectMapper().readTree(Files.readString(file));
      String format = r.path("format").asText();
      if (!format.equals(JsonReport.FORMAT)) {
        throw NpusimException.usage(
            "compare-format",
            "its format is \"" + format + "\", not " + JsonReport.FORMAT,
            where,
            "write it with `npusim run … --json FILE`");
      }
      return r;
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      var place = new Location(file.toString(), at.getLineNr(), at.getColumnNr());
      throw NpusimException.usage(
          "compare-json",
          "not valid JSON: " + e.getOriginalMessage().replaceAll(" \\(start marker.*", ""),
          place,
          "write it with `npusim run … --json FILE`");
    } catch (NoSuchFileException e) {
      throw NpusimException.usage("compare-file", "no such file", where, "check the path");
    } catch (CharacterCodingException e) {
      throw NpusimException.usage(
          "compare-json", "not UTF-8 text", where, "write it with `npusim run … --json FILE`");
    } catch (IOException e) {
      String why = Files.isDirectory(file) ? "is a folder, not a file" : "can't be read";
      throw NpusimException.usage("compare-file", why, where, "check the path");
    }
  }

  private static Map<String, Double> numbers(JsonNode object) {
    var out = new LinkedHashMap<String, Double>();
    object.properties().forEach(e -> out.put(e.getKey(), e.getValue().asDouble()));
    return out;
  }

  /** Cycles of every layer; layers of one name in one stage are added up. */
  private static Map<String, Double> layers(JsonNode report) {
    var out = new LinkedHashMap<String, Double>();
    boolean several = report.get("stages").size() > 1;
    for (JsonNode l : report.get("layers")) {
      String stage = several ? l.get("stage").asText() + " " : "";
      out.merge(stage + l.get("name").asText(), l.get("cycles").asDouble(), Double::sum);
    }
    return out;
  }

  private static void join(
      Map<String, Double> before, Map<String, Double> after, List<Change> out) {
    Set<String> names = new LinkedHashSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String n : names) {
      out.add(new Change(n, before.getOrDefault(n, Double.NaN), after.getOrDefault(n, Double.NaN)));
    }
  }

  private static String title(JsonNode r) {
    String scenario = r.get("scenario").asText();
    return r.get("workload").asText()
        + " on "
        + r.get("hardware").asText()
        + " · "
        + r.get("dtype").asText()
        + (scenario.isEmpty() ? "" : " · " + scenario)
        + overrides(r);
  }

  private static String overrides(JsonNode r) {
    var sets = new StringBuilder();
    r.path("hardware_set")
        .forEach(s -> sets.append(sets.isEmpty() ? " · " : ", ").append(s.asText()));
    return sets.toString();
  }

  /** Figures that differ, and the layers that moved most. */
  public String text() {
    var out = new StringBuilder();
    out.append("A  ").append(title(a)).append("\nB  ").append(title(b)).append("\n\n");
    table(out, "metric", metrics.stream().filter(c -> !c.same()).toList());
    long equal = metrics.stream().filter(Change::same).count();
    out.append("  ").append(equal).append(" of ").append(metrics.size()).append(" are equal\n\n");
    List<Change> moved = layers.stream().filter(c -> !c.same()).toList();
    table(out, "layer, cycles", moved.subList(0, Math.min(LAYERS, moved.size())));
    if (moved.size() > LAYERS) {
      out.append("  and ").append(moved.size() - LAYERS).append(" more\n");
    }
    long still = layers.size() - moved.size();
    out.append("  ").append(still).append(" of ").append(layers.size()).append(" are equal\n");
    return out.toString();
  }

  private static void table(StringBuilder out, String what, List<Change> changes) {
    out.append(String.format(Locale.ROOT, "%-34s %16s %16s %9s%n", what, "A", "B", "change"));
    for (Change c : changes) {
      String name =
          c.name().length() <= 32 ? c.name() : "…" + c.name().substring(c.name().length() - 31);
      out.append(
          String.format(
                  Locale.ROOT,
                  "  %-32s %16s %16s %9s",
                  name,
                  number(c.before()),
                  number(c.after()),
                  relative(c))
              .stripTrailing());
      out.append('\n');
    }
  }

  private static String number(double v) {
    if (Double.isNaN(v)) {
      return "-";
    }
    return v == Math.rint(v) && Math.abs(v) < 1e15 ? Quantity.count((long) v) : Quantity.digits(v);
  }

  private static String relative(Change c) {
    boolean both = !Double.isNaN(c.before()) && !Double.isNaN(c.after());
    return both && c.before() != 0
        ? String.format(Locale.ROOT, "%+.2f%%", 100 * (c.after() / c.before() - 1))
        : "";
  }

  /** Every figure of both. */
  public String json() {
    return JsonText.render(
        g -> {
          g.writeStartObject();
          g.writeStringField("format", FORMAT);
          g.writeStringField("a", title(a));
          g.writeStringField("b", title(b));
          write(g, "metrics", metrics);
          write(g, "layer_cycles", layers);
          g.writeEndObject();
        });
  }

  private static void write(JsonGenerator g, String name, List<Change> changes) throws IOException {
    g.writeArrayFieldStart(name);
    for (Change c : changes) {
      g.writeStartObject();
      g.writeStringField("name", c.name());
      if (!Double.isNaN(c.before())) {
        g.writeNumberField("a", c.before());
      }
      if (!Double.isNaN(c.after())) {
        g.writeNumberField("b", c.after());
      }
      g.writeEndObject();
    }
    g.writeEndArray();
  }
}
