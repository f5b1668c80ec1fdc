package npusim.tools.run;

import java.util.Optional;
import npusim.compiler.CompileOptions;
import npusim.isa.DType;

/**
 * How to run a scenario.
 *
 * @param compile options of every stage's compilation; its dtype is replaced by {@code dtype}
 * @param dtype type to compute in; empty: the chip's native type
 * @param exact simulate every launch and every iteration instead of sampling and skipping
 */
public record RunOptions(CompileOptions compile, Optional<DType> dtype, boolean exact) {
  /** Everything at its default. */
  public static final RunOptions DEFAULT =
      new RunOptions(CompileOptions.DEFAULT, Optional.empty(), false);
}
