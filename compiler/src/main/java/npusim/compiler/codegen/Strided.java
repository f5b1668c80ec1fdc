package npusim.compiler.codegen;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Emits one n-dimensional strided instruction, as several within loops when more than four
 * dimensions remain after merging.
 */
final class Strided {
  private final Emitter e;
  private final Operands[] names;
  private final Loc[] locs;
  private final Supplier<Op> op;
  private final Consumer<Op> finish;

  /**
   * An instruction over operands.
   *
   * @param finish told the instruction once extents and operands are set
   */
  Strided(Emitter e, Operands[] names, Loc[] locs, Supplier<Op> op, Consumer<Op> finish) {
    this.e = e;
    this.names = names;
    this.locs = locs;
    this.op = op;
    this.finish = finish;
  }

  void emit(Aff[] extents) {
    long[][] strides = new long[locs.length][];
    for (int k = 0; k < locs.length; k++) {
      strides[k] = locs[k].strides();
    }
    emit(Shape4.simplify(extents, strides, new int[extents.length]), locs);
  }

  private void emit(List<Shape4.Dim> dims, Loc[] at) {
    if (dims.size() > 4) {
      Shape4.Dim outer = dims.getFirst();
      Consumer<Aff> body =
          i -> {
            Loc[] moved = new Loc[at.length];
            for (int k = 0; k < at.length; k++) {
              moved[k] = at[k].withStrides(outer.strides()[k]).at(i);
            }
            emit(dims.subList(1, dims.size()), moved);
          };
      if (outer.extent().isConst()) {
        e.loop("d", outer.extent().value(), body);
      } else {
        e.loop(new Var("d", outer.extent()), body);
      }
      return;
    }
    Op o = op.get();
    int skip = 4 - dims.size();
    for (int i = 0; i < dims.size(); i++) {
      o.set(Operands.EXTENTS[skip + i], dims.get(i).extent());
    }
    for (int k = 0; k < at.length; k++) {
      long[] s = new long[4];
      for (int i = 0; i < dims.size(); i++) {
        s[skip + i] = dims.get(i).strides()[k];
      }
      names[k].set(o, at[k], s);
    }
    finish.accept(o);
    e.emit(o);
  }
}
