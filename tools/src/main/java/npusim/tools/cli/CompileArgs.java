package npusim.tools.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import npusim.compiler.CompileOptions;
import npusim.compiler.Pipeline;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.TensorIo;
import npusim.compiler.passes.Pass;
import npusim.compiler.quant.Precision;
import npusim.compiler.quant.Pruning;
import npusim.compiler.text.OnnxText;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.isa.DType;
import npusim.tools.run.ElementTypes;
import picocli.CommandLine.Option;

/** Options of every command that compiles. */
final class CompileArgs {
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "Type to compute in, such as bf16, or w8a16, w4a16 for weights of few bits (default: the"
              + " chip's native type).")
  private String dtype;

  @Option(
      names = "--prune",
      paramLabel = "PATTERN",
      description =
          "Prune weights by magnitude: 2:4 keeps 2 of every 4, unstructured:0.6 sets 60%% to zero."
              + " Where the chip can, they stay compressed in memory or are skipped.")
  private String prune;

  @Option(
      names = "--dim",
      paramLabel = "NAME=VALUE",
      description = "Extent of a symbolic dimension. May be repeated.")
  private Map<String, Long> dims = new LinkedHashMap<>();

  @Option(
      names = "--bind",
      paramLabel = "NAME=VALUE",
      description =
          "Value of an input that decides shapes: an integer, a list such as 1,2,3, or a .pb or"
              + " .npy file. May be repeated.")
  private Map<String, String> bindings = new LinkedHashMap<>();

  @Option(
      names = "--tile",
      paramLabel = "M,N,K",
      description = "Force the extents of matrix tiles instead of searching.")
  private String tile;

  @Option(
      names = "--dump-after",
      paramLabel = "PASS",
      description = "Print the graph after a pass that `npusim passes` lists. May be repeated.")
  private List<String> dumpAfter = List.of();

  Optional<DType> dtype() {
    if (isMixed()) {
      return Optional.of(Precision.parse(dtype).compute());
    }
    return Optional.ofNullable(dtype)
        .map(name -> ElementTypes.parse(name, "--dtype", Location.NONE));
  }

  /** True for a precision whose weights have another type than its activations. */
  private boolean isMixed() {
    return dtype != null && Precision.MIXED.contains(dtype.toLowerCase(Locale.ROOT));
  }

  /** Prints every warning once, however often a model is compiled. */
  private static Consumer<Diagnostic> once(PrintWriter out) {
    Set<String> said = ConcurrentHashMap.newKeySet();
    return w -> {
      if (said.add(w.render())) {
        out.println(w.render());
        out.flush();
      }
    };
  }

  /** Options without the dtype, unless it is a mixed precision. */
  CompileOptions options(PrintWriter dump, PrintWriter warnings) {
    CompileOptions o =
        CompileOptions.DEFAULT
            .withDims(dims)
            .withBindings(tensors())
            .withDump(dumper(dump))
            .withWarnings(once(warnings));
    o = o.withPruning(Optional.ofNullable(prune).map(Pruning::parse));
    o = isMixed() ? o.withPrecision(Precision.parse(dtype)) : o;
    return tile == null ? o : o.withTile(tileExtents());
  }

  /** Options with the dtype, whatever it is; the model's own types when none is given. */
  CompileOptions recast(PrintWriter dump, PrintWriter warnings) {
    CompileOptions o = options(dump, warnings);
    return dtype == null ? o : o.withPrecision(Precision.parse(dtype));
  }

  private java.util.function.BiConsumer<String, npusim.compiler.ir.Graph> dumper(PrintWriter out) {
    List<String> known = Pipeline.all().stream().map(Pass::name).distinct().toList();
    for (String p : dumpAfter) {
      if (!known.contains(p)) {
        throw NpusimException.usage(
            "unknown-pass",
            "--dump-after " + p + ": there is no such pass",
            Names.suggest(p, known));
      }
    }
    return (pass, graph) -> {
      if (dumpAfter.contains(pass)) {
        out.println("# after " + pass);
        out.println(OnnxText.dump(graph));
      }
    };
  }

  private CompileOptions.Tile tileExtents() {
    String[] parts = tile.split(",", -1);
    long[] v = new long[3];
    for (int i = 0; i < 3; i++) {
      try {
        v[i] = parts.length == 3 ? Long.parseLong(parts[i].strip()) : 0;
      } catch (NumberFormatException e) {
        v[i] = 0;
      }
      if (v[i] < 1) {
        throw NpusimException.usage(
            "tile", "--tile " + tile + " is not three positive integers", "give --tile M,N,K");
      }
    }
    return new CompileOptions.Tile(v[0], v[1], v[2]);
  }

  private Map<String, Tensor> tensors() {
    var out = new LinkedHashMap<String, Tensor>();
    bindings.forEach((name, text) -> out.put(name, tensor(name, text)));
    return out;
  }

  private static Tensor tensor(String name, String text) {
    if (text.endsWith(".pb") || text.endsWith(".npy")) {
      return TensorIo.read(Path.of(text)).tensor();
    }
    String[] parts = text.split(",", -1);
    long[] v = new long[parts.length];
    for (int i = 0; i < v.length; i++) {
      try {
        String part = parts[i].strip();
        v[i] = part.equals("true") ? 1 : part.equals("false") ? 0 : Long.parseLong(part);
      } catch (NumberFormatException e) {
        throw NpusimException.usage(
            "bind",
            "--bind " + name + "=" + text + ": \"" + parts[i] + "\" is no integer",
            "give an integer, true or false, a list of these, or a .pb or .npy file");
      }
    }
    return v.length == 1 && !text.contains(",") ? Tensor.scalar(v[0]) : Tensor.vector(v);
  }
}
