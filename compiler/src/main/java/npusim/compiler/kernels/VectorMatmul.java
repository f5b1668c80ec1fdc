package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Area;
import npusim.compiler.codegen.Axis;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Lane;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.LoopNest;
import npusim.compiler.codegen.TileIn;
import npusim.compiler.codegen.TileOut;
import npusim.compiler.codegen.Var;
import npusim.compiler.codegen.Vec;
import npusim.compiler.memory.View;
import npusim.isa.DType;

/**
 * Matrix product on the vector unit for types that the matrix unit lacks: one multiply-add of a
 * column of A and a row of W per step of the sum.
 */
final class VectorMatmul {
  private static final int SLOTS = 2;

  private final KernelContext k;
  private final Contraction c;
  private final Region epilogue;
  private final DType accType;
  private long tm;
  private long tn;
  private long tk;

  private VectorMatmul(KernelContext k, Contraction c, Region epilogue, DType accType) {
    this.k = k;
    this.c = c;
    this.epilogue = epilogue;
    this.accType = accType;
  }

  /** As {@link MatmulKernel#run}; the epilogue's first input has type {@code accType}. */
  static void run(
      KernelContext k,
      View a,
      View w,
      View out,
      Region epilogue,
      List<View> extras,
      DType accType) {
    if (out.size() == 0) {
      return;
    }
    VectorMatmul m = new VectorMatmul(k, Contraction.of(a, w, out, extras), epilogue, accType);
    m.choose();
    k.launch(m::emit);
  }

  private void choose() {
    tm = c.m();
    tn = c.n();
    tk = c.k();
    while (bytes() > k.spmBudget()) {
      if (tk > 64 || tk > 1 && tk >= tn) {
        tk = (tk + 1) / 2;
      } else if (tm > 1 && tm * 4 >= tn) {
        tm = (tm + 1) / 2;
      } else if (tn > 1) {
        tn = (tn + 1) / 2;
      } else if (tk > 1) {
        tk = (tk + 1) / 2;
      } else {
        throw k.tooSmall("scratchpad");
      }
    }
    if (k.cores() > 1) {
      tn = Math.min(tn, Math.ceilDiv(Math.ceilDiv(c.n(), 16), k.cores()) * 16);
    }
  }

  private long bytes() {
    long bits = accType.bits() + SLOTS * c.out().type().bits() + epilogue.scratchBits();
    for (View x : c.extras()) {
      bits += (long) SLOTS * x.type().bits();
    }
    return SLOTS * (c.a().type().bytesFor(tm * tk) + c.w().type().bytesFor(tk * tn))
        + tm * tn * bits / 8
        + 2048;
  }

  private void emit(Emitter e, int part, int parts) {
    int b = c.batchDims();
    Axis[] axes = new Axis[b + 3];
    for (int i = 0; i < b; i++) {
      axes[i] = Axis.of("b" + i, c.out().dims()[i], 1);
    }
    long[] n = Axis.split(c.n(), 16, part, parts);
    axes[b] = Axis.of("m", c.m(), tm);
    axes[b + 1] = new Axis("n", n[0], n[1], tn);
    axes[b + 2] = Axis.of("k", c.k(), tk);
    LoopNest nest = new LoopNest(e, axes);
    if (nest.empty()) {
      return;
    }
    int[] mapA = new int[b + 2];
    int[] mapW = new int[b + 2];
    int[] mapO = new int[b + 2];
    for (int i = 0; i < b; i++) {
      mapA[i] = mapW[i] = mapO[i] = i;
    }
    mapA[b] = mapO[b] = b;
    mapW[b + 1] = mapO[b + 1] = b + 1;
    mapA[b + 1] = mapW[b] = b + 2;
    LoopNest.Operand a = operand(e, nest, c.a(), mapA);
    LoopNest.Operand w = operand(e, nest, c.w(), mapW);
    List<LoopNest.Operand> extras = new ArrayList<>();
    c.extras().forEach(x -> extras.add(operand(e, nest, x, mapO)));
    long[] tile = nest.tile(mapO);
    Area area = e.scratch(accType.bytesFor(Arrays.stream(tile).reduce(1, Math::multiplyExact)));
    Loc acc = new Loc(area, Aff.of(area.lo()), View.rowMajor(tile), accType);
    TileOut out = new TileOut(e, "out", c.out(), tile, SLOTS, Lane.VEC, k.otherCores(part));
    Loc[] scratch = epilogue.scratch(e, TileIn.layout(c.out(), tile), null, tile);
    Vec v = new Vec(e);
    nest.around(
        b + 2,
        () -> v.fill(acc, 0L, nest.extents(mapO)),
        () -> {
          Loc dst = out.begin(nest.origin(mapO), nest.extents(mapO));
          if (epilogue.isCopy()) {
            v.copy(dst, acc, nest.extents(mapO));
          } else {
            Loc[] args = new Loc[1 + extras.size()];
            args[0] = acc;
            for (int i = 0; i < extras.size(); i++) {
              args[1 + i] = extras.get(i).loc();
            }
            epilogue.emit(e, dst, args, scratch, null, nest.extents(mapO));
          }
          out.commit();
        });
    nest.run(
        () -> {
          Aff count = nest.at(b + 2).extent();
          java.util.function.Consumer<Aff> step =
              i -> {
                Loc x = a.loc().withStrides(a.loc().strides()[b + 1]).at(i);
                Loc y = w.loc().withStrides(w.loc().strides()[b]).at(i);
                v.fma(
                    acc.dims(b, b + 1),
                    x.withStrides(a.loc().strides()[b], 0),
                    y.withStrides(0, w.loc().strides()[b + 1]),
                    acc.dims(b, b + 1),
                    nest.at(b).extent(),
                    nest.at(b + 1).extent());
              };
          if (count.isConst()) {
            e.loop("i", count.value(), step);
          } else {
            e.loop(new Var("i", count), step);
          }
        });
  }

  private static LoopNest.Operand operand(Emitter e, LoopNest nest, View v, int[] map) {
    int depth = nest.depth(map, v.strides());
    Lane lane = v.storage().constant() ? e.weightLane() : Lane.LD0;
    TileIn in = new TileIn(e, "in", v, nest.tile(map), depth == 0 ? 1 : SLOTS, lane, Lane.VEC);
    return nest.operand(in, depth, map, Lane.VEC);
  }
}
