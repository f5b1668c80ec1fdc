package npusim.compiler;

import npusim.compiler.ir.Model;
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
}
