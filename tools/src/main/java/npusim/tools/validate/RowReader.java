package npusim.tools.validate;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.compiler.quant.Precision;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Dram;
import npusim.sim.dram.DramStream;
import npusim.tools.check.YamlFields;
import npusim.tools.check.YamlPlaces;
import npusim.tools.run.LoneDram;
import npusim.workloads.MicroWorkload;
import npusim.workloads.Weights;
import npusim.yaml.YamlNode;

/** Reads the rows of a table of one kind. */
final class RowReader {
  private static final long MOST_LATENCY = 1_000_000;
  private static final double MOST_MACS = 0x1p53;

  private static final List<String> ON_CHIP =
      List.of(
          "chip",
          "set",
          "workload",
          "measured",
          "note",
          "dtype",
          "tile",
          "batch",
          "prompt",
          "generate",
          "dim",
          "copies",
          "host");

  private final Job.Kind kind;
  private final Measure measure;
  private final YamlPlaces places;
  private final Map<LoneDram, Dram> memories = new HashMap<>();

  /**
   * @param measure what the rows' values are
   * @param file the table's file; chips and models given as files are beside it
   */
  RowReader(Job.Kind kind, Measure measure, Path file) {
    this.kind = kind;
    this.measure = measure;
    this.places = new YamlPlaces(file);
  }

  /** The keys that a row of the kind may have. */
  static List<String> keys(Job.Kind kind) {
    return switch (kind) {
      case ARRAY -> List.of("chip", "set", "mode", "workload", "measured", "note");
      case ACCELERATOR ->
          List.of(
              "chip",
              "set",
              "mode",
              "workload",
              "measured",
              "note",
              "tile",
              "buffers",
              "transfer",
              "read_latency",
              "write_latency");
      case DRAM ->
          List.of(
              "chip",
              "preset",
              "channels",
              "mapping",
              "scheduler",
              "refresh",
              "set",
              "stream",
              "requests",
              "window",
              "measured",
              "note");
      case KERNEL, MODEL -> ON_CHIP;
    };
  }

  Row read(YamlNode.Mapping node) {
    var f = new YamlFields(node, "");
    double measured = f.number("measured").orElseThrow(() -> f.missing("measured"));
    if (measured <= 0) {
      YamlNode.Scalar s = required(f, "measured");
      throw YamlFields.error(s.location(), "measured is " + s.describe() + ", must be above 0");
    }
    // Words about a single row; nothing depends on them.
    Optional<String> note = f.text("note");
    Job job =
        switch (kind) {
          case ARRAY -> array(f);
          case ACCELERATOR -> accelerator(f);
          case DRAM -> memory(f);
          case KERNEL, MODEL -> chip(f);
        };
    f.close();
    if (note.isPresent() && note.get().isBlank()) {
      throw YamlFields.error(f.keyLocation("note"), "note is empty");
    }
    return new Row(job, measured, f.texts("set"), f.location());
  }

  private Job array(YamlFields f) {
    YamlNode.Scalar mode = required(f, "mode");
    List<String> modes = Arrays.stream(Job.ArrayMode.values()).map(Job.ArrayMode::label).toList();
    int at = modes.indexOf(mode.text());
    if (at < 0) {
      throw unknown("mode", mode, modes);
    }
    return new Job.OnArray(
        chipName(f), places.hardware(f, "chip"), Job.ArrayMode.values()[at], product(f));
  }

  private Job accelerator(YamlFields f) {
    YamlNode.Scalar mode = required(f, "mode");
    Optional<Job.Product> product =
        f.find("workload").isPresent() ? Optional.of(product(f)) : Optional.empty();
    var job =
        new Job.OnAccelerator(
            chipName(f),
            places.hardware(f, "chip"),
            mode.text(),
            product,
            numbers(f, "tile", 3),
            Math.toIntExact(bounded(f, "buffers", 1, Integer.MAX_VALUE).orElse(1)),
            numbers(f, "transfer", 3),
            bounded(f, "read_latency", 0, MOST_LATENCY),
            bounded(f, "write_latency", 0, MOST_LATENCY));
    YamlPlaces.at(mode.location(), () -> AcceleratorPredictors.check(job));
    return job;
  }

  private Job memory(YamlFields f) {
    YamlNode.Scalar stream = required(f, "stream");
    DramStream s =
        DramStream.of(stream.text())
            .orElseThrow(
                () ->
                    unknown(
                        "stream",
                        stream,
                        Arrays.stream(DramStream.values()).map(DramStream::label).toList()));
    boolean ofChip = f.find("chip").isPresent();
    if (ofChip && f.find("preset").isPresent()) {
      throw YamlFields.error(
          f.keyLocation("preset"), "a row is of a chip's memory or of a preset, not of both");
    }
    YamlNode.Scalar name = required(f, ofChip ? "chip" : "preset");
    Dram dram = ofChip ? places.hardware(f, "chip").dram() : standard(f, name);
    if (dram.spec().isEmpty()) {
      throw YamlFields.error(name.location(), name.text() + " has no memory with DRAM timing");
    }
    YamlPlaces.at(name.location(), () -> LoneDram.checkMeasurable(dram));
    Optional<Long> requests = f.integer("requests", 1);
    requests.ifPresent(
        n -> YamlPlaces.at(f.keyLocation("requests"), () -> LoneDram.checkRequests("requests", n)));
    Optional<Long> window = f.integer("window", 1);
    window.ifPresent(
        n -> YamlPlaces.at(f.keyLocation("window"), () -> LoneDram.checkWindow("window", n, dram)));
    return new Job.OnMemory(name.text(), dram, s, optional(requests), optional(window));
  }

  private Dram standard(YamlFields f, YamlNode.Scalar preset) {
    var memory =
        new LoneDram(
            places.beside(preset.text()),
            f.integer("channels", 1).orElse(1L),
            f.text("mapping").orElse(LoneDram.MAPPING),
            f.text("scheduler"),
            f.flag("refresh", true),
            f.texts("set"));
    return memories.computeIfAbsent(
        memory, m -> YamlPlaces.at(preset.location(), o -> place(f, o), m::load));
  }

  /** Where a row says what {@link LoneDram} makes an override of. */
  private static Optional<Location> place(YamlFields f, String override) {
    String parameter = override.substring(0, Math.max(0, override.indexOf('=')));
    String key = parameter.substring(parameter.lastIndexOf('.') + 1);
    boolean own = f.texts("set").stream().noneMatch(override::equals);
    return own ? f.find(key).map(YamlNode::location) : YamlPlaces.override(f, override);
  }

  private Job chip(YamlFields f) {
    YamlNode.Scalar workload = required(f, "workload");
    if (kind == Job.Kind.KERNEL && !isKernel(workload)) {
      throw YamlFields.error(
          workload.location(), workload.text() + " is no single kernel such as gemm:M,N,K");
    }
    Optional<YamlNode.Scalar> dtype = f.scalar("dtype");
    dtype.ifPresent(d -> YamlPlaces.at(d.location(), () -> Precision.parse(d.text())));
    List<Long> tile = numbers(f, "tile", 3);
    var job =
        new Job.OnChip(
            chipName(f),
            places.hardware(f, "chip"),
            places.beside(workload.text()),
            f.integer("batch", 1).orElse(1L),
            optional(f.integer("prompt", 1)),
            optional(f.integer("generate", 1)),
            dtype.map(YamlNode.Scalar::text),
            f.integers("dim", 1),
            tile.isEmpty()
                ? Optional.empty()
                : Optional.of(new CompileOptions.Tile(tile.get(0), tile.get(1), tile.get(2))),
            f.integer("copies", 1).orElse(1L),
            f.flag("host", false));
    if (job.host() && job.hw().host().isEmpty()) {
      throw YamlFields.error(f.keyLocation("host"), job.machine() + " has no link to a host");
    }
    YamlPlaces.at(workload.location(), () -> Predictor.scenario(job, measure));
    return job;
  }

  private static boolean isKernel(YamlNode.Scalar workload) {
    return YamlPlaces.at(
            workload.location(), () -> MicroWorkload.parse(workload.text(), Weights.shapesOnly()))
        .isPresent();
  }

  private static OptionalLong bounded(YamlFields f, String key, long min, long max) {
    Optional<Long> v = f.integer(key, min);
    if (v.isPresent() && v.get() > max) {
      throw YamlFields.error(f.keyLocation(key), key + " must be at most " + max);
    }
    return optional(v);
  }

  private static Job.Product product(YamlFields f) {
    YamlNode.Scalar s = required(f, "workload");
    String[] parts =
        s.text().startsWith("gemm:") ? s.text().substring(5).split(",", -1) : new String[0];
    long[] v = new long[3];
    for (int i = 0; i < 3; i++) {
      v[i] = parts.length == 3 ? whole(parts[i]) : 0;
      if (v[i] < 1) {
        throw YamlFields.error(
            s.location(), "workload is " + s.describe() + ", must be gemm:M,N,K");
      }
    }
    double macs = (double) v[0] * v[1] * v[2];
    if (macs > MOST_MACS) {
      throw YamlFields.error(
          s.location(),
          "workload is " + s.describe() + ", must be of at most 2^53 multiply-accumulates");
    }
    return new Job.Product(v[0], v[1], v[2]);
  }

  private static List<Long> numbers(YamlFields f, String key, int count) {
    List<String> texts = f.texts(key);
    List<Long> out = texts.stream().map(RowReader::whole).toList();
    if (!out.isEmpty() && (out.size() != count || out.stream().anyMatch(v -> v < 1))) {
      throw YamlFields.error(
          f.find(key).orElseThrow().location(),
          key + " is " + texts + ", must be " + count + " positive integers");
    }
    return out;
  }

  private static long whole(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String chipName(YamlFields f) {
    return required(f, "chip").text();
  }

  private static YamlNode.Scalar required(YamlFields f, String key) {
    return f.scalar(key).orElseThrow(() -> f.missing(key));
  }

  private static OptionalLong optional(Optional<Long> v) {
    return v.map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  private static NpusimException unknown(String key, YamlNode.Scalar s, List<String> known) {
    return NpusimException.usage(
        "validate-value",
        key + " is " + s.describe(),
        s.location(),
        Names.suggest(s.text(), known));
  }
}
