package npusim.isa;

import java.util.Optional;

/** A function code of an instruction: a constant of one of the generated enumerations. */
public interface Fn {
  /** Name in assembly, such as {@code gelu_tanh}. */
  String mnemonic();

  /** What it computes. */
  String meaning();

  /** Work per element on the vector unit; empty for functions of other units. */
  Optional<OpClass> opClass();
}
