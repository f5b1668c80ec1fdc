package npusim.compiler;

import java.util.List;
import npusim.compiler.ir.Model;
import npusim.compiler.lower.ChipsTogether;
import npusim.compiler.lower.GraphLowering;
import npusim.hardware.Hardware;
import npusim.program.Program;

/** The compiler: a model and a hardware description in, a program out. */
public final class Compiler {
  private Compiler() {}

  /**
   * Compiles a model for a chip.
   *
   * @param m the model; changed by the passes, pass a copy to keep it
   * @throws npusim.diag.NpusimException when the model is invalid or can't run on the chip
   */
  public static Program compile(Model m, Hardware hw, CompileOptions o) {
    int nodes = m.graph().nodes().size();
    Pipeline.run(m, hw, o);
    return GraphLowering.lower(m.source(), m.graph(), ModelNotes.of(m), nodes, hw, o);
  }

  /**
   * Compiles a model that is divided among the chips of a system: the same graph for each, with
   * weights of its own.
   *
   * @param ranks the model of every chip in order; changed by the passes
   * @throws npusim.diag.NpusimException when a model is invalid or can't run on the chips
   */
  public static Program compile(List<Model> ranks, Hardware hw, CompileOptions o) {
    return ChipsTogether.merge(ranks.stream().map(m -> compile(m, hw, o)).toList());
  }
}
