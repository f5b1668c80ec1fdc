package npusim.compiler.codegen;

import java.util.List;

/** An element of a kernel's code before registers are assigned. */
sealed interface Item {

  /** One instruction. */
  record Emit(Op op) implements Item {}

  /** A counted loop. */
  record Loop(Var var, List<Item> body) implements Item {}

  /** The cursor moves to the next slot of its ring. */
  record Step(Cursor cursor) implements Item {}
}
