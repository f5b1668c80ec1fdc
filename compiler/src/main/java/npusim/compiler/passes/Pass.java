package npusim.compiler.passes;

import npusim.compiler.ir.Model;

/** One transformation of a model. */
public interface Pass {
  /** Name for {@code --dump-after}, in kebab case. */
  String name();

  /** One line for {@code npusim passes}. */
  String summary();

  /**
   * Transforms the model in place.
   *
   * @return true when anything changed
   * @throws npusim.diag.NpusimException when the model is invalid or can't be supported
   */
  boolean run(Model m, PassContext c);
}
