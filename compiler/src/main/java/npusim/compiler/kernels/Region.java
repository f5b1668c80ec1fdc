package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.Vec;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Round;
import npusim.isa.UnFn;

/**
 * A straight-line program of elementwise steps over tiles. Value numbers: first the inputs, then
 * one per step; the last step gives the result. It is evaluated over a tile by vector instructions,
 * intermediate values in scratch tiles that are reused as soon as their value is dead.
 */
public final class Region {
  private final List<DType> types = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private int inputs;

  /** A step: what it computes and its operands by value number. */
  private record Step(Action action, int[] args) {}

  /** Emits one step. */
  @FunctionalInterface
  private interface Action {
    void emit(Vec v, Loc dst, Loc[] args, Aff[] extents);
  }

  /** Declares the next input. */
  public int input(DType type) {
    if (!steps.isEmpty()) {
      throw new IllegalStateException("inputs come before steps");
    }
    types.add(type);
    return inputs++;
  }

  /** Number of inputs. */
  public int inputs() {
    return inputs;
  }

  /** Number of steps. */
  public int size() {
    return steps.size();
  }

  /** Type of a value. */
  public DType type(int value) {
    return types.get(value);
  }

  /** Type of the result. */
  public DType resultType() {
    return types.getLast();
  }

  private int step(DType type, Action action, int... args) {
    types.add(type);
    steps.add(new Step(action, args));
    return types.size() - 1;
  }

  /** fn(a). */
  public int un(UnFn fn, DType type, int a) {
    return step(type, (v, d, x, n) -> v.un(fn, d, x[0], n), a);
  }

  /** fn(a, b). */
  public int bin(BinFn fn, DType type, int a, int b) {
    return step(type, (v, d, x, n) -> v.bin(fn, d, x[0], x[1], n), a, b);
  }

  /** fn(a, imm). */
  public int bini(BinFn fn, DType type, int a, double imm) {
    return step(type, (v, d, x, n) -> v.bini(fn, d, x[0], imm, false, n), a);
  }

  /** fn(a, imm) on integers. */
  public int bini(BinFn fn, DType type, int a, long imm) {
    return step(type, (v, d, x, n) -> v.bini(fn, d, x[0], imm, false, n), a);
  }

  /** fn(imm, a). */
  public int reversed(BinFn fn, DType type, double imm, int a) {
    return step(type, (v, d, x, n) -> v.bini(fn, d, x[0], imm, true, n), a);
  }

  /** cond ? a : b. */
  public int select(DType type, int cond, int a, int b) {
    return step(type, (v, d, x, n) -> v.select(d, x[0], x[1], x[2], n), cond, a, b);
  }

  /** a * b + c. */
  public int fma(DType type, int a, int b, int c) {
    return step(type, (v, d, x, n) -> v.fma(d, x[0], x[1], x[2], n), a, b, c);
  }

  /** Conversion. */
  public int convert(DType type, int a, boolean saturate, Round round) {
    return step(type, (v, d, x, n) -> v.convert(d, x[0], saturate, round, n), a);
  }

  /** Bitwise copy. */
  public int copy(int a) {
    return step(types.get(a), (v, d, x, n) -> v.copy(d, x[0], n), a);
  }

  /** saturate(round(a / scale) + zp). */
  public int quantise(DType type, int a, int scale, int zp) {
    return step(type, (v, d, x, n) -> v.quantise(d, x[0], x[1], x[2], n), a, scale, zp);
  }

  /** (a - zp) * scale. */
  public int dequantise(DType type, int a, int scale, int zp) {
    return step(type, (v, d, x, n) -> v.dequantise(d, x[0], x[1], x[2], n), a, scale, zp);
  }

  /**
   * Scratch tiles needed, by their element width in bits; the last step writes to the destination.
   */
  public List<DType> temps() {
    return allocate().tiles();
  }

  /** Tile number of every step but the last. */
  private record Allocation(List<DType> tiles, int[] tileOf) {}

  private Allocation allocate() {
    int n = steps.size();
    int[] lastUse = new int[inputs + n];
    for (int s = 0; s < n; s++) {
      for (int a : steps.get(s).args()) {
        lastUse[a] = s;
      }
    }
    List<DType> tiles = new ArrayList<>();
    Map<Integer, List<Integer>> free = new HashMap<>();
    int[] tileOf = new int[n];
    for (int s = 0; s < n; s++) {
      DType t = types.get(inputs + s);
      // Operands that die here may be overwritten in place when the elements are as wide.
      for (int a : steps.get(s).args()) {
        if (a >= inputs && lastUse[a] == s && types.get(a).bits() == t.bits()) {
          release(free, tiles, tileOf[a - inputs]);
        }
      }
      if (s < n - 1) {
        List<Integer> f = free.get(t.bits());
        if (f != null && !f.isEmpty()) {
          tileOf[s] = f.removeLast();
        } else {
          tiles.add(t);
          tileOf[s] = tiles.size() - 1;
        }
      }
      for (int a : steps.get(s).args()) {
        if (a >= inputs && lastUse[a] == s && types.get(a).bits() != t.bits()) {
          release(free, tiles, tileOf[a - inputs]);
        }
      }
    }
    return new Allocation(tiles, tileOf);
  }

  private static void release(Map<Integer, List<Integer>> free, List<DType> tiles, int tile) {
    List<Integer> f = free.computeIfAbsent(tiles.get(tile).bits(), k -> new ArrayList<>());
    if (!f.contains(tile)) {
      f.add(tile);
    }
  }

  /**
   * Emits the steps over one tile.
   *
   * @param dst result tile
   * @param args input tiles with the strides of the iteration
   * @param scratch one tile per {@link #temps} entry
   */
  public void emit(Emitter e, Loc dst, Loc[] args, Loc[] scratch, Aff[] extents) {
    Vec v = new Vec(e);
    Allocation al = allocate();
    Loc[] values = new Loc[inputs + steps.size()];
    System.arraycopy(args, 0, values, 0, inputs);
    for (int s = 0; s < steps.size(); s++) {
      Step step = steps.get(s);
      Loc d = s == steps.size() - 1 ? dst : scratch[al.tileOf()[s]].withType(types.get(inputs + s));
      Loc[] x = new Loc[step.args().length];
      for (int i = 0; i < x.length; i++) {
        x[i] = values[step.args()[i]];
      }
      step.action().emit(v, d, x, extents);
      values[inputs + s] = d;
    }
  }

  /** True when the region passes its only input through. */
  public boolean isCopy() {
    return steps.isEmpty() && inputs == 1;
  }

  /** Scratch bytes for tiles of {@code elements} elements. */
  public long scratchBytes(long elements) {
    long n = 0;
    for (DType t : temps()) {
      n += npusim.compiler.codegen.WorkMemory.aligned(t.bytesFor(elements + 1));
    }
    return n;
  }

  /** Rough number of vector operations per element. */
  public long operations() {
    return Math.max(1, steps.size());
  }
}
