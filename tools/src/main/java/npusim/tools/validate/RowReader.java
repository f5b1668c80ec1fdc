package npusim.tools.validate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import npusim.compiler.quant.Precision;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Dram;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareCatalog;
import npusim.hardware.HardwareLoader;
import npusim.sim.dram.DramStream;
import npusim.tools.check.YamlFields;
import npusim.workloads.MicroWorkload;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadCatalog;
import npusim.yaml.YamlNode;

/** Reads the rows of a table of one kind. */
final class RowReader {
  private final Job.Kind kind;
  private final Path file;
  private final Map<List<String>, Hardware> loaded = new HashMap<>();

  /**
   * @param file the table's file; chips given as files are beside it
   */
  RowReader(Job.Kind kind, Path file) {
    this.kind = kind;
    this.file = file;
  }

  Row read(YamlNode.Mapping node) {
    var f = new YamlFields(node, "");
    double measured =
        f.number("measured")
            .orElseThrow(() -> YamlFields.error(f.location(), "measured is missing"));
    if (measured <= 0) {
      throw YamlFields.error(f.keyLocation("measured"), "measured must be above 0");
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
    return new Row(job, measured, f.location());
  }

  private Job array(YamlFields f) {
    YamlNode.Scalar mode = required(f, "mode");
    List<String> modes = Arrays.stream(Job.ArrayMode.values()).map(Job.ArrayMode::label).toList();
    int at = modes.indexOf(mode.text());
    if (at < 0) {
      throw unknown("mode", mode, modes);
    }
    return new Job.OnArray(chipName(f), hardware(f), Job.ArrayMode.values()[at], product(f));
  }

  private Job accelerator(YamlFields f) {
    String mode = required(f, "mode").text();
    Optional<Job.Product> product =
        f.find("workload").isPresent() ? Optional.of(product(f)) : Optional.empty();
    return new Job.OnAccelerator(
        chipName(f),
        hardware(f),
        mode,
        product,
        numbers(f, "tile", 3),
        Math.toIntExact(f.integer("buffers", 1).orElse(1L)),
        numbers(f, "transfer", 3),
        optional(f.integer("read_latency", 0)),
        optional(f.integer("write_latency", 0)));
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
    String name = ofChip ? chipName(f) : required(f, "preset").text();
    Dram dram = ofChip ? hardware(f).dram() : standard(f, required(f, "preset"));
    if (dram.spec().isEmpty()) {
      throw YamlFields.error(f.location(), name + " has no memory with DRAM timing");
    }
    return new Job.OnMemory(
        name, dram, s, optional(f.integer("requests", 1)), optional(f.integer("window", 8192)));
  }

  private Dram standard(YamlFields f, YamlNode.Scalar preset) {
    if (HardwareCatalog.dramYaml(preset.text()).isEmpty()) {
      throw unknown("preset", preset, HardwareCatalog.drams());
    }
    var sets =
        new ArrayList<>(
            List.of(
                "dram.model=ddr",
                "dram.preset=" + preset.text(),
                "dram.channels=" + f.integer("channels", 1).orElse(1L),
                "dram.mapping=" + f.text("mapping").orElse(Dram.Mapping.ROBARACOCH.label()),
                "dram.refresh=" + f.text("refresh").orElse("true"),
                "dram.controller.scheduler=" + f.text("scheduler").orElse("frfcfs"),
                "dram.controller_latency_ns=0"));
    sets.addAll(f.texts("set"));
    return load("edge", sets, preset.location()).dram();
  }

  private Job chip(YamlFields f) {
    YamlNode.Scalar workload = required(f, "workload");
    boolean kernel =
        at(workload, () -> MicroWorkload.parse(workload.text(), Weights.shapesOnly())).isPresent();
    if (kind == Job.Kind.KERNEL && !kernel) {
      throw YamlFields.error(
          workload.location(), workload.text() + " is no single kernel such as gemm:M,N,K");
    }
    if (!kernel && WorkloadCatalog.find(workload.text()).isEmpty()) {
      throw unknown("workload", workload, WorkloadCatalog.names());
    }
    Optional<YamlNode.Scalar> dtype = f.scalar("dtype");
    dtype.ifPresent(d -> at(d, () -> Precision.parse(d.text())));
    return new Job.OnChip(
        chipName(f),
        hardware(f),
        workload.text(),
        f.integer("batch", 1).orElse(1L),
        optional(f.integer("prompt", 1)),
        optional(f.integer("generate", 0)),
        dtype.map(YamlNode.Scalar::text),
        f.integer("copies", 1).orElse(1L));
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
    return new Job.Product(v[0], v[1], v[2]);
  }

  private static List<Long> numbers(YamlFields f, String key, int count) {
    List<Long> out = f.texts(key).stream().map(RowReader::whole).toList();
    if (!out.isEmpty() && (out.size() != count || out.stream().anyMatch(v -> v < 1))) {
      throw YamlFields.error(f.keyLocation(key), key + " must be " + count + " positive integers");
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

  private Hardware hardware(YamlFields f) {
    YamlNode.Scalar name = required(f, "chip");
    boolean path = name.text().contains("/") || name.text().endsWith(".yaml");
    String chip = path ? file.resolveSibling(name.text()).toString() : name.text();
    return load(chip, f.texts("set"), name.location());
  }

  private Hardware load(String chip, List<String> sets, Location where) {
    var key = new ArrayList<>(sets);
    key.add(chip);
    Hardware known = loaded.get(key);
    if (known == null) {
      known = at(where, () -> HardwareLoader.load(chip, sets));
      loaded.put(key, known);
    }
    return known;
  }

  private static YamlNode.Scalar required(YamlFields f, String key) {
    return f.scalar(key).orElseThrow(() -> YamlFields.error(f.location(), key + " is missing"));
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

  private static <T> T at(YamlNode.Scalar s, java.util.function.Supplier<T> action) {
    return at(s.location(), action);
  }

  /** What {@code action} finds wrong without a place of its own is told at {@code where}. */
  private static <T> T at(Location where, java.util.function.Supplier<T> action) {
    try {
      return action.get();
    } catch (NpusimException e) {
      List<Diagnostic> placed =
          e.diagnostics().stream()
              .map(
                  d ->
                      d.location().isNone()
                          ? new Diagnostic(d.severity(), d.code(), d.message(), where, d.hint())
                          : d)
              .toList();
      throw new NpusimException(e.exitCode(), placed, e);
    }
  }
}
