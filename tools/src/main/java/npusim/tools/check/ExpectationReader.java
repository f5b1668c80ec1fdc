package npusim.tools.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.tools.report.Metric;
import npusim.tools.run.ElementTypes;
import npusim.tools.run.ModelArgument;
import npusim.tools.run.RunOptions;
import npusim.workloads.Lang;
import npusim.workloads.Scenario;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadOptions;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/** Reads expectation files. Everything wrong in one is told with file, line and column. */
public final class ExpectationReader {
  private final Path file;
  private final String text;
  private final YamlFields fields;
  private final YamlPlaces places;

  private ExpectationReader(Path file, String text, YamlFields fields) {
    this.file = file;
    this.text = text;
    this.fields = fields;
    this.places = new YamlPlaces(file);
  }

  /**
   * Reads a file; paths in it are relative to its folder.
   *
   * @throws NpusimException (usage) when it can't be read or something in it is wrong
   */
  public static Expectation read(Path file) {
    return parse(file, YamlReader.text(file));
  }

  /** Reads a text as if it stood in {@code file}. */
  static Expectation parse(Path file, String text) {
    YamlNode node =
        YamlPlaces.document(file.toString(), text, "a check has workload, hw and expect");
    return new ExpectationReader(file, text, new YamlFields(node, "")).read();
  }

  private Expectation read() {
    Hardware hw = places.hardware(fields, "hw");
    Scenario scenario = scenario(hw);
    RunOptions options = options();
    List<Expectation.Limit> limits = limits();
    OptionalDouble deadline = deadline();
    if (limits.isEmpty() && deadline.isEmpty()) {
      throw NpusimException.usage(
          "check-value",
          "nothing is expected",
          fields.location(),
          "add expect: with at least one metric, such as latency_cycles:");
    }
    Map<String, Long> layers = fields.integers("layers", 0);
    fields.close();
    return new Expectation(
        file,
        text,
        scenario,
        hw,
        options,
        limits,
        deadline,
        layers,
        fields.keyLocation("layers"),
        layersEnd());
  }

  private Scenario scenario(Hardware hw) {
    Optional<YamlNode.Scalar> workload = fields.scalar("workload");
    Optional<YamlNode.Scalar> model = fields.scalar("model");
    if (workload.isPresent() == model.isPresent()) {
      throw NpusimException.usage(
          "check-value",
          "give either workload: NAME or model: FILE",
          fields.location(),
          "`npusim models` lists workloads");
    }
    var options =
        new WorkloadOptions(
                fields.integer("batch", 1).orElse(1L),
                optional(fields.integer("prompt", 1)),
                optional(fields.integer("generate", 0)),
                lang(),
                Weights.shapesOnly())
            .on(hw.system().chips());
    if (workload.isEmpty()) {
      Path path = file.resolveSibling(model.orElseThrow().text());
      return YamlPlaces.at(
          model.orElseThrow().location(), () -> ModelArgument.ofFile(path, options));
    }
    String name = places.beside(workload.get().text());
    return YamlPlaces.at(workload.get().location(), () -> ModelArgument.resolve(name, options));
  }

  private static OptionalLong optional(Optional<Long> v) {
    return v.map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  private Lang lang() {
    return fields
        .scalar("lang")
        .map(
            s ->
                switch (s.text()) {
                  case "ko" -> Lang.KO;
                  case "en" -> Lang.EN;
                  default ->
                      throw YamlFields.error(
                          s.location(), "lang is " + s.describe() + ", must be ko or en");
                })
        .orElse(Lang.EN);
  }

  private RunOptions options() {
    CompileOptions compile = CompileOptions.DEFAULT.withDims(fields.integers("dim", 1));
    var dtype =
        fields.scalar("dtype").map(s -> ElementTypes.parse(s.text(), "dtype", s.location()));
    return new RunOptions(compile, dtype, fields.flag("exact", false));
  }

  private OptionalDouble deadline() {
    Optional<Double> ms = fields.number("deadline_ms");
    if (ms.isPresent() && ms.get() <= 0) {
      throw YamlFields.error(fields.keyLocation("deadline_ms"), "deadline_ms must be above 0");
    }
    return ms.map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  private List<Expectation.Limit> limits() {
    var out = new ArrayList<Expectation.Limit>();
    Optional<YamlNode> node = fields.find("expect");
    if (node.isEmpty()) {
      return out;
    }
    var expect = new YamlFields(node.get(), "expect");
    for (String key : expect.keys()) {
      out.add(limit(metric(key, expect.keyLocation(key)), expect.find(key).orElseThrow()));
    }
    return out;
  }

  private static Metric metric(String id, Location where) {
    List<String> ids = Arrays.stream(Metric.values()).map(Metric::id).toList();
    return Metric.ofId(id)
        .orElseThrow(
            () ->
                NpusimException.usage(
                    "check-metric", "no metric \"" + id + "\"", where, Names.suggest(id, ids)));
  }

  private static Expectation.Limit limit(Metric metric, YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar s -> value(metric, s, 0);
      case YamlNode.Mapping m when m.entries().containsKey("value") -> tolerant(metric, m);
      case YamlNode.Mapping m -> range(metric, m);
      case YamlNode.Sequence s ->
          throw YamlFields.error(
              s.location(), metric.id() + " must be a number, {value, tolerance} or {min, max}");
    };
  }

  private static Expectation.Value value(Metric metric, YamlNode.Scalar s, double tolerance) {
    double v = s.isNull() ? Double.NaN : YamlFields.number(metric.id(), s);
    int width = s.quoted() ? s.text().length() + 2 : s.text().length();
    return new Expectation.Value(metric, v, tolerance, s.location(), width);
  }

  private static Expectation.Limit tolerant(Metric metric, YamlNode.Mapping m) {
    var f = new YamlFields(m, metric.id());
    YamlNode node = f.find("value").orElseThrow();
    if (!(node instanceof YamlNode.Scalar s)) {
      throw YamlFields.error(node.location(), metric.id() + ".value must be a number");
    }
    double tolerance = f.scalar("tolerance").map(t -> share(metric, t)).orElse(0.0);
    f.close();
    return value(metric, s, tolerance);
  }

  private static double share(Metric metric, YamlNode.Scalar s) {
    double percent = -1;
    if (s.text().endsWith("%")) {
      try {
        percent = Double.parseDouble(s.text().substring(0, s.text().length() - 1).strip());
      } catch (NumberFormatException e) {
        percent = -1;
      }
    }
    if (!(percent >= 0 && percent <= 100)) {
      throw YamlFields.error(
          s.location(),
          metric.id() + ".tolerance is " + s.describe() + ", must be from 0% to 100%");
    }
    return percent / 100;
  }

  private static Expectation.Limit range(Metric metric, YamlNode.Mapping m) {
    var f = new YamlFields(m, metric.id());
    double min = f.number("min").orElse(Double.NEGATIVE_INFINITY);
    double max = f.number("max").orElse(Double.POSITIVE_INFINITY);
    f.close();
    if (Double.isInfinite(min) && Double.isInfinite(max)) {
      throw YamlFields.error(m.location(), metric.id() + " needs value, min or max");
    }
    if (min > max) {
      throw YamlFields.error(m.location(), metric.id() + ": min " + min + " is above max " + max);
    }
    return new Expectation.Range(metric, min, max);
  }

  /** Line after the layers: that of the next key, or the one after the last. */
  private int layersEnd() {
    Location at = fields.keyLocation("layers");
    var starts = new LinkedHashMap<Integer, String>();
    fields.keys().forEach(k -> starts.put(fields.keyLocation(k).line(), k));
    return starts.keySet().stream()
        .filter(l -> l > at.line())
        .mapToInt(Integer::intValue)
        .min()
        .orElse((int) text.lines().count() + 1);
  }
}
