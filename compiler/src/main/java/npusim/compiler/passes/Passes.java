package npusim.compiler.passes;

import java.util.List;
import java.util.function.BiConsumer;
import npusim.compiler.ir.Model;
import npusim.diag.Names;
import npusim.diag.NpusimException;

/** The passes of the front end in the order they run, and the way to run them. */
public final class Passes {
  /**
   * From an imported model to one of static types without functions, control flow and foldable
   * constants.
   */
  private static final List<Pass> FRONT_END =
      List.of(
          new FunctionInlining(),
          new BindInputs(),
          new InferShapes(),
          new ConstantFolding(),
          new IdentityElimination(),
          new CommonSubexpressions(),
          new DeadCodeElimination());

  private Passes() {}

  /** The passes of the front end, in order. */
  public static List<Pass> frontEnd() {
    return FRONT_END;
  }

  /**
   * Finds a pass by name.
   *
   * @throws NpusimException exit code 2 when there is none
   */
  public static Pass find(List<Pass> passes, String name) {
    return passes.stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                NpusimException.usage(
                    "unknown-pass",
                    "there is no pass '" + name + "'",
                    Names.suggest(name, passes.stream().map(Pass::name).toList())));
  }

  /**
   * Runs the front end: afterwards every type is known and every node is fit for decomposition and
   * lowering.
   */
  public static void prepare(Model m, PassContext c) {
    run(m, FRONT_END, c, (p, model) -> {});
  }

  /**
   * Runs passes in order.
   *
   * @param after called after each pass with the model, for dumps and checks
   */
  public static void run(Model m, List<Pass> passes, PassContext c, BiConsumer<Pass, Model> after) {
    for (Pass p : passes) {
      p.run(m, c);
      after.accept(p, m);
    }
  }
}
