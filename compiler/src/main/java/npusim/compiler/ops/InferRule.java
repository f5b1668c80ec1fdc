package npusim.compiler.ops;

/** Shape and type rule of an operator. */
@FunctionalInterface
public interface InferRule {
  /** Sets the type of every output from the types (and constant values) of the inputs. */
  void infer(InferContext c);
}
