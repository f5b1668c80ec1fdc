package npusim.tools.exec;

import java.util.LinkedHashMap;
import java.util.Map;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.program.Buffer;
import npusim.program.Program;
import npusim.sim.functional.FunctionalSimulator;
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
   * Compiles and runs. Shapes come from the inputs; an input that decides shapes is bound to its
   * value.
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
    Program program = Compiler.compile(model, hw, options.withInputs(inputs));
    var simulator = new FunctionalSimulator(hw);
    var memory = simulator.load(program);
    for (var e : inputs.entrySet()) {
      if (program.buffer(e.getKey()).filter(b -> b.kind() != Buffer.Kind.CONST).isPresent()) {
        memory.write(e.getKey(), e.getValue().toBytes());
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
      outputs.put(name, Tensor.of(b.type(), dims, memory.read(name)));
    }
    return new Result(outputs, program);
  }
}
