package npusim.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.onnx.ModelReader;
import npusim.compiler.onnx.TensorIo;
import npusim.compiler.text.OnnxText;
import npusim.diag.Diagnostic;
import npusim.diag.NpusimException;
import npusim.diag.Severity;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.isa.Opcode;
import npusim.program.Program;
import npusim.sim.functional.FunctionalSimulator;
import npusim.sim.functional.Memory;
import npusim.sim.functional.Schedule;
import npusim.tools.exec.ModelExecution;
import npusim.verify.Limits;
import npusim.verify.ProgramVerifier;

/** Runs cases in the layout of ONNX's backend tests: compiled, executed functionally, compared. */
final class Cases {
  private Cases() {}

  /** Outcome of a case. */
  record Outcome(Kind kind, String detail) {
    enum Kind {
      PASSED,
      FAILED,
      REFUSED
    }
  }

  /**
   * A model from text, with normally distributed values: inputs named w… become weights, the others
   * are put into {@code inputs}.
   */
  static Model filled(String text, long seed, double deviation, Map<String, Tensor> inputs) {
    Model m = OnnxText.parse("m", text);
    Graph g = m.graph();
    Random random = new Random(seed);
    for (String in : List.copyOf(g.inputs())) {
      TensorType t = g.tensorType(in);
      Tensor value = Tensor.generate(t.dtype(), t.shape(), i -> random.nextGaussian() * deviation);
      if (in.startsWith("w")) {
        g.inputs().remove(in);
        g.addInitializer(in, value);
      } else {
        inputs.put(in, value);
      }
    }
    return m;
  }

  /** Case folders below a folder, sorted. */
  static List<Path> below(Path folder) {
    try (Stream<Path> s = Files.walk(folder)) {
      return s.filter(f -> f.endsWith("model.onnx")).map(Path::getParent).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a case's first data set. */
  static Outcome run(Path folder, Hardware hw, CompileOptions options, Schedule schedule) {
    try {
      Model m = ModelReader.read(folder.resolve("model.onnx"));
      Path data = folder.resolve("test_data_set_0");
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      List<String> names =
          m.graph().inputs().stream().filter(n -> m.graph().initializer(n) == null).toList();
      for (int i = 0; i < names.size(); i++) {
        Path f = data.resolve("input_" + i + ".pb");
        if (Files.exists(f)) {
          inputs.put(names.get(i), TensorIo.read(f).tensor());
        }
      }
      List<String> outputs = List.copyOf(m.graph().outputs());
      Map<String, Tensor> got = execute(m, inputs, hw, options, schedule);
      for (int i = 0; i < outputs.size(); i++) {
        Tensor want = TensorIo.read(data.resolve("output_" + i + ".pb")).tensor();
        String wrong = difference(want, got.get(outputs.get(i)));
        if (wrong != null) {
          return new Outcome(Outcome.Kind.FAILED, outputs.get(i) + ": " + wrong);
        }
      }
      return new Outcome(Outcome.Kind.PASSED, "");
    } catch (NpusimException e) {
      return new Outcome(Outcome.Kind.REFUSED, e.getMessage().lines().findFirst().orElse(""));
    } catch (RuntimeException e) {
      StackTraceElement[] t = e.getStackTrace();
      return new Outcome(
          Outcome.Kind.FAILED,
          e + (t.length > 0 ? " at " + t[0] + " < " + t[Math.min(2, t.length - 1)] : ""));
    }
  }

  /** Compiles a model, proves the program sound and executes it on values. */
  static Map<String, Tensor> execute(
      Model m, Map<String, Tensor> inputs, Hardware hw, CompileOptions options, Schedule schedule) {
    ModelExecution.Result r = ModelExecution.run(m, inputs, hw, options, schedule);
    proved(r.program(), hw);
    return r.outputs();
  }

  /** A program that the verifier finds nothing wrong with. */
  static Program compile(Model m, Hardware hw) {
    return proved(Compiler.compile(m, hw, CompileOptions.DEFAULT), hw);
  }

  /** The memory after a run in which what is read before it is written, and races, are errors. */
  static Memory run(Program p, Hardware hw, Schedule schedule, Map<String, byte[]> inputs) {
    var sim = new FunctionalSimulator(hw).checkingInitialised().checkingRaces();
    Memory memory = sim.load(p);
    inputs.forEach(memory::write);
    sim.run(p, memory, Map.of(), schedule);
    return memory;
  }

  /** Whether cores meet to load something together. */
  static boolean shares(Program p) {
    return p.cores().stream()
        .flatMap(c -> Arrays.stream(c.code().code()))
        .anyMatch(i -> i.op() == Opcode.C_SIGNAL);
  }

  /** The program itself once the verifier finds nothing wrong with it. */
  static Program proved(Program p, Hardware hw) {
    List<Diagnostic> errors =
        ProgramVerifier.verify(p, Limits.of(hw)).stream()
            .filter(d -> d.severity() == Severity.ERROR)
            .toList();
    if (!errors.isEmpty()) {
      throw new IllegalStateException("unsound: " + errors.getFirst());
    }
    return p;
  }

  /** What differs beyond the tolerance, or null. */
  static String difference(Tensor want, Tensor got) {
    if (got == null) {
      return "missing";
    }
    if (want.dtype() != got.dtype() || !Arrays.equals(want.dims(), got.dims())) {
      return "want " + want.type() + ", got " + got.type();
    }
    DType t = want.dtype();
    double rtol = t.bits() >= 32 ? 1e-3 : t.bits() == 16 ? 2e-2 : 0.13;
    double atol = t.bits() >= 32 ? 1e-5 : 1e-2;
    for (long i = 0; i < want.size(); i++) {
      if (t.isFloat()) {
        double a = want.at(i);
        double b = got.at(i);
        boolean same =
            Double.isNaN(a)
                ? Double.isNaN(b)
                : a == b || Math.abs(a - b) <= atol + rtol * Math.abs(a);
        if (!same) {
          return String.format(Locale.ROOT, "element %d: want %g, got %g", i, a, b);
        }
      } else if (want.longAt(i) != got.longAt(i)) {
        return "element " + i + ": want " + want.longAt(i) + ", got " + got.longAt(i);
      }
    }
    return null;
  }
}
