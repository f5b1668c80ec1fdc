package npusim.tools.exec;

import java.util.LinkedHashMap;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.lower.ChipsTogether;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.isa.DType;
import npusim.program.Buffer;
import npusim.program.Program;
import npusim.sim.functional.FunctionalSimulator;
import npusim.sim.functional.Memory;
import npusim.sim.functional.Schedule;

/** Compiles a model for given inputs and executes the program on them. */
public final class ModelExecution {
  private ModelExecution() {}

  /**
   * What an execution gave.
   *
   * @param outputs tensors by graph output, in the graph's order
   * @param program what ran
   */
  public record Result(Map<String, Tensor> outputs, Program program) {}

  /**
   * Compiles and runs. Chips that run the model together all get the inputs, and the outputs are
   * those of the first. Inputs and outputs have the types the model declares, whatever it is recast
   * to. Shapes come from the inputs; an input that decides shapes is bound to its value.
   *
   * @param model changed by compilation
   * @throws NpusimException when the model or an input is invalid, or an operator is not supported
   */
  public static Result run(
      Model model, Map<String, Tensor> inputs, Hardware hw, CompileOptions options) {
    return run(model, inputs, hw, options, Schedule.PROGRAM_ORDER);
  }

  /** The same with the units of a core in another order. */
  public static Result run(
      Model model,
      Map<String, Tensor> inputs,
      Hardware hw,
      CompileOptions options,
      Schedule schedule) {
    Map<String, TensorType> declared = new LinkedHashMap<>();
    model.graph().outputs().forEach(o -> declared.put(o, model.graph().tensorType(o)));
    Program program = Compiler.compile(model, hw, options.withInputs(inputs));
    var simulator = new FunctionalSimulator(hw);
    var memory = simulator.load(program);
    for (var e : inputs.entrySet()) {
      for (int chip = 0; chip < program.chips(); chip++) {
        program
            .buffer(ChipsTogether.name(e.getKey(), chip))
            .filter(b -> b.kind() != Buffer.Kind.CONST)
            .ifPresent(
                b ->
                    memory.write(
                        b.name(), handedOver(model, e.getKey(), e.getValue(), b.type()).toBytes()));
      }
    }
    simulator.run(program, memory, Map.of(), schedule);
    var outputs = new LinkedHashMap<String, Tensor>();
    for (String name : model.graph().outputs()) {
      Buffer b =
          program
              .buffer(name)
              .orElseThrow(() -> new IllegalStateException("no buffer for output " + name));
      long[] dims = b.dims().stream().mapToLong(Long::longValue).toArray();
      Tensor whole = Tensor.of(b.type(), dims, memory.read(name));
      Tensor got = valid(whole, model.graph().tensorType(name), memory);
      TensorType type = declared.get(name);
      outputs.put(name, type == null ? got : converted(got, type.dtype()));
    }
    return new Result(outputs, program);
  }

  /**
   * An input as the host hands it over.
   *
   * @param model after compilation
   * @param to type of the input's buffer
   */
  public static Tensor handedOver(Model model, String input, Tensor t, DType to) {
    ModelNotes.Stored s = t.dtype().isFloat() ? ModelNotes.stored(model, input).orElse(null) : null;
    if (s == null) {
      return converted(t, to);
    }
    return Tensor.generateLongs(
        to,
        t.dims(),
        i -> {
          double stored = Math.rint((float) (t.at(i) / (float) s.scale())) + s.zero();
          return (long) Math.clamp(stored, to.minLong(), to.maxLong());
        });
  }

  /** Floating-point values of a model recast to another type are converted at its border. */
  private static Tensor converted(Tensor t, DType to) {
    return t.dtype() == to || !t.dtype().isFloat() || !to.isFloat()
        ? t
        : Tensor.generate(to, t.dims(), t::at);
  }

  /**
   * What is valid of a result whose size depends on data: the buffer of each such dimension's name
   * says.
   */
  static Tensor valid(Tensor whole, TensorType type, Memory memory) {
    Tensor t = whole;
    for (int d = 0; type != null && d < type.rank(); d++) {
      Dim dim = type.dim(d);
      if (dim.isBounded()) {
        byte[] count = memory.read(dim.symbol());
        long n = Tensor.of(DType.I64, new long[] {1}, count).longAt(0);
        t = head(t, d, Math.min(n, t.dim(d)));
      }
    }
    return t;
  }

  private static Tensor head(Tensor t, int axis, long n) {
    long[] dims = t.dims();
    long inner = 1;
    for (int i = axis + 1; i < dims.length; i++) {
      inner *= dims[i];
    }
    long from = dims[axis] * inner;
    dims[axis] = n;
    long to = n * inner;
    Tensor r = Tensor.zeros(t.dtype(), dims);
    for (long i = 0; to > 0 && i < r.size(); i++) {
      r.setBits(i, t.bits(i / to * from + i % to));
    }
    return r;
  }
}
