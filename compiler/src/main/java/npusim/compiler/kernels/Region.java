package npusim.compiler.kernels;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Area;
import npusim.compiler.codegen.Emitter;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.Op;
import npusim.compiler.codegen.Reg;
import npusim.compiler.codegen.Vec;
import npusim.hardware.Hardware;
import npusim.isa.BinFn;
import npusim.isa.DType;
import npusim.isa.Field;
import npusim.isa.RedFn;
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

  /** By value: number of the input, or -1 - number of the step. */
  private final List<Integer> sources = new ArrayList<>();

  private int inputs;

  private final List<Boolean> rows = new ArrayList<>();

  /** A step: what it computes, its operands by value number, or the reduction it is. */
  private record Step(Action action, RedFn reduction, int[] args, Kind kind) {}

  /** What later steps can take a step into themselves by. */
  private enum Kind {
    MULTIPLIES,
    WIDENS,
    OTHER
  }

  /** Emits one step. */
  @FunctionalInterface
  private interface Action {
    void emit(Vec v, Loc dst, Loc[] args, Aff[] extents);
  }

  /** Declares the next input and returns its value number. */
  public int input(DType type) {
    types.add(type);
    rows.add(false);
    sources.add(inputs++);
    return types.size() - 1;
  }

  /** Number of inputs. */
  public int inputs() {
    return inputs;
  }

  /** Number of steps. */
  public int size() {
    return steps.size();
  }

  /** Steps over whole tiles, not over a value per row; a copy is one. */
  int tileSteps() {
    int n = 0;
    for (int v = 0; v < types.size(); v++) {
      n += sources.get(v) < 0 && !rows.get(v) ? 1 : 0;
    }
    return Math.max(1, n);
  }

  /** Type of a value. */
  public DType type(int value) {
    return types.get(value);
  }

  private int step(DType type, Action action, int... args) {
    types.add(type);
    boolean row = true;
    for (int a : args) {
      row &= rows.get(a);
    }
    rows.add(row);
    sources.add(-1 - steps.size());
    steps.add(new Step(action, null, args, Kind.OTHER));
    return types.size() - 1;
  }

  /** Says what the last step is. */
  private int as(Kind kind) {
    Step s = steps.removeLast();
    steps.add(new Step(s.action(), s.reduction(), s.args(), kind));
    return types.size() - 1;
  }

  /** The step that makes a value, or null for an input. */
  private Step maker(int value) {
    return sources.get(value) < 0 ? steps.get(-1 - sources.get(value)) : null;
  }

  /** Reduction over the row dimensions: one value per row, which later steps broadcast. */
  public int reduce(RedFn fn, DType type, int a) {
    types.add(type);
    rows.add(true);
    sources.add(-1 - steps.size());
    steps.add(new Step(null, fn, new int[] {a}, Kind.OTHER));
    return types.size() - 1;
  }

  /** fn(a). */
  public int un(UnFn fn, DType type, int a) {
    return step(type, (v, d, x, n) -> v.un(fn, d, x[0], n), a);
  }

  /** fn(a, b). */
  public int bin(BinFn fn, DType type, int a, int b) {
    int v = step(type, (vec, d, x, n) -> vec.bin(fn, d, x[0], x[1], n), a, b);
    return fn == BinFn.MUL && type == DType.F32 ? as(Kind.MULTIPLIES) : v;
  }

  /** a · b of a float type; an integer's conversion is part of it. */
  public int multiply(DType type, int a, int b) {
    return type == DType.F32
        ? bin(BinFn.MUL, type, narrow(a, b), narrow(b, a))
        : bin(BinFn.MUL, type, a, b);
  }

  /** The integer that {@code a} was converted from, where {@code other} is float all the same. */
  private int narrow(int a, int other) {
    Step s = maker(a);
    return s != null && s.kind() == Kind.WIDENS && types.get(other).isFloat() ? s.args()[0] : a;
  }

  /**
   * a + b of a float type, in one step with a product that one of them is (same roundings, but for
   * the one of a product that was to be stored narrower).
   */
  public int add(DType type, int a, int b) {
    for (int i = 0; i < 2 && type.isFloat() && type != DType.F64; i++) {
      Step product = maker(i == 0 ? a : b);
      if (product != null && product.kind() == Kind.MULTIPLIES) {
        return fma(type, product.args()[0], product.args()[1], i == 0 ? b : a);
      }
    }
    return bin(BinFn.ADD, type, a, b);
  }

  /** fn(a, imm). */
  public int bini(BinFn fn, DType type, int a, double imm) {
    return step(type, (v, d, x, n) -> v.bini(fn, d, x[0], imm, false, n), a);
  }

  /** fn(a, imm) on integers. */
  public int bini(BinFn fn, DType type, int a, long imm) {
    return step(type, (v, d, x, n) -> v.bini(fn, d, x[0], imm, false, n), a);
  }

  /** fn(imm, a) on integers. */
  public int reversed(BinFn fn, DType type, long imm, int a) {
    return step(type, (v, d, x, n) -> v.bini(fn, d, x[0], imm, true, n), a);
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

  /** Conversion; binary32 results of a step that are stored narrower are those of that step. */
  public int convert(DType type, int a, boolean saturate, Round round) {
    Step maker = maker(a);
    boolean half = type == DType.F16 || type == DType.BF16;
    if (half && !saturate && types.get(a) == DType.F32 && maker != null && maker.action() != null) {
      int v = step(type, maker.action(), maker.args());
      return maker.kind() == Kind.MULTIPLIES ? as(Kind.MULTIPLIES) : v;
    }
    int v = step(type, (vec, d, x, n) -> vec.convert(d, x[0], saturate, round, n), a);
    DType from = types.get(a);
    boolean widens = type == DType.F32 && !from.isFloat() && from.bits() <= 32;
    return widens && from != DType.BOOL ? as(Kind.WIDENS) : v;
  }

  /** Bitwise copy. */
  public int copy(int a) {
    return step(types.get(a), (v, d, x, n) -> v.copy(d, x[0], n), a);
  }

  /** What a core of another chip has as {@code a}, which gets this one's. */
  public int exchange(int a, Reg peer) {
    return step(types.get(a), (v, d, x, n) -> v.exchange(d, x[0], Aff.of(peer), n), a);
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
   * A scratch tile.
   *
   * @param type widest use
   * @param row whether it holds one value per row instead of a whole tile
   */
  public record Temp(DType type, boolean row) {}

  /** Scratch tiles needed; the last step writes to the destination. */
  public List<Temp> temps() {
    return allocate().tiles();
  }

  /** Tile number of every step but the last. */
  private record Allocation(List<Temp> tiles, int[] tileOf) {}

  /** Steps whose value the result needs. */
  private boolean[] live() {
    boolean[] live = new boolean[steps.size()];
    for (int s = live.length - 1; s >= 0; s--) {
      live[s] |= s == live.length - 1;
      for (int a : live[s] ? steps.get(s).args() : new int[0]) {
        if (sources.get(a) < 0) {
          live[-1 - sources.get(a)] = true;
        }
      }
    }
    return live;
  }

  private Allocation allocate() {
    int n = steps.size();
    boolean[] live = live();
    int[] lastUse = new int[types.size()];
    int[] values = new int[n];
    for (int v = 0; v < types.size(); v++) {
      if (sources.get(v) < 0) {
        values[-1 - sources.get(v)] = v;
      }
    }
    for (int s = 0; s < n; s++) {
      for (int a : live[s] ? steps.get(s).args() : new int[0]) {
        lastUse[a] = s;
      }
    }
    List<Temp> tiles = new ArrayList<>();
    Map<Key, List<Integer>> free = new HashMap<>();
    int[] tileOf = new int[n];
    for (int s = 0; s < n; s++) {
      if (!live[s]) {
        continue;
      }
      Key key = key(values[s]);
      // Operands that die here may be overwritten in place when the tiles are alike.
      boolean inPlace = steps.get(s).reduction() == null;
      for (int a : steps.get(s).args()) {
        if (inPlace && sources.get(a) < 0 && lastUse[a] == s && key(a).equals(key)) {
          release(free, tileOf[-1 - sources.get(a)], key);
        }
      }
      if (s < n - 1) {
        List<Integer> f = free.get(key);
        if (f != null && !f.isEmpty()) {
          tileOf[s] = f.removeLast();
        } else {
          tiles.add(new Temp(types.get(values[s]), key.row()));
          tileOf[s] = tiles.size() - 1;
        }
      }
      for (int a : steps.get(s).args()) {
        if (sources.get(a) < 0 && lastUse[a] == s && !(inPlace && key(a).equals(key))) {
          release(free, tileOf[-1 - sources.get(a)], key(a));
        }
      }
    }
    return new Allocation(tiles, tileOf);
  }

  private record Key(int bits, boolean row) {}

  private Key key(int value) {
    return new Key(types.get(value).bits(), rows.get(value));
  }

  private static void release(Map<Key, List<Integer>> free, int tile, Key key) {
    List<Integer> f = free.computeIfAbsent(key, k -> new ArrayList<>());
    if (!f.contains(tile)) {
      f.add(tile);
    }
  }

  /**
   * Emits the steps over one tile.
   *
   * @param dst result tile
   * @param args input tiles with the strides of the iteration
   * @param scratch one tile per {@link #temps} entry; a row tile has stride 0 along the row
   *     dimensions
   * @param reduced row dimensions; null for none
   */
  public void emit(
      Emitter e, Loc dst, Loc[] args, Loc[] scratch, boolean[] reduced, Aff[] extents) {
    Vec v = new Vec(e);
    Allocation al = allocate();
    boolean[] live = live();
    Loc[] values = new Loc[types.size()];
    Aff[] rowExtents = extents.clone();
    for (int i = 0; reduced != null && i < rowExtents.length; i++) {
      rowExtents[i] = reduced[i] ? Aff.ONE : extents[i];
    }
    Op[] made = new Op[steps.size()];
    boolean[] plain = new boolean[steps.size()];
    for (int value = 0; value < values.length; value++) {
      if (sources.get(value) >= 0) {
        values[value] = args[sources.get(value)];
        continue;
      }
      int s = -1 - sources.get(value);
      if (!live[s]) {
        continue;
      }
      Step step = steps.get(s);
      Loc d = s == steps.size() - 1 ? dst : scratch[al.tileOf()[s]].withType(types.get(value));
      Loc[] x = new Loc[step.args().length];
      for (int i = 0; i < x.length; i++) {
        x[i] = values[step.args()[i]];
      }
      int mark = e.mark();
      if (step.reduction() != null) {
        v.reduce(step.reduction(), d, x[0], reduced, Aff.ZERO, extents);
      } else {
        step.action().emit(v, d, x, rows.get(value) ? rowExtents : extents);
      }
      values[value] = d;
      made[s] = e.since(mark);
      plain[s] = step.reduction() == null && !rows.get(value);
    }
    handOn(made, plain, live);
  }

  /**
   * Marks the results that only instructions right behind need, so that a unit that chains hands
   * them on.
   */
  private void handOn(Op[] made, boolean[] plain, boolean[] live) {
    int[] lastUse = new int[steps.size()];
    for (int s = 0; s < lastUse.length; s++) {
      for (int a : live[s] ? steps.get(s).args() : new int[0]) {
        if (sources.get(a) < 0) {
          lastUse[-1 - sources.get(a)] = s;
        }
      }
    }
    int end = -1;
    for (int s = lastUse.length - 1; s >= 0; s--) {
      if (!live[s]) {
        continue;
      }
      if (made[s] == null || !plain[s]) {
        end = -1;
      } else if (end > 0 && lastUse[s] <= end && made[s].chains()) {
        made[s].set(Field.CHAIN, true);
      } else {
        end = made[s].chains() ? s : -1;
      }
    }
  }

  /** Scratch tiles over an iteration whose dense tile has the given strides. */
  public Loc[] scratch(Emitter e, long[] layout, boolean[] reduced, long[] tile) {
    List<Temp> temps = temps();
    Loc[] s = new Loc[temps.size()];
    long[] rowTile = tile.clone();
    long[] rowLayout = new long[tile.length];
    long n = 1;
    for (int i = tile.length - 1; i >= 0; i--) {
      if (reduced != null && reduced[i]) {
        rowTile[i] = 1;
      } else {
        rowLayout[i] = n;
        n *= tile[i];
      }
    }
    for (int i = 0; i < s.length; i++) {
      Temp t = temps.get(i);
      long elements = 1;
      for (long x : t.row() ? rowTile : tile) {
        elements *= x;
      }
      Area area = e.scratch(t.type().bytesFor(elements + 1));
      s[i] = new Loc(area, Aff.of(area.lo()), t.row() ? rowLayout : layout, t.type());
    }
    return s;
  }

  /** True when the region passes its only input through. */
  public boolean isCopy() {
    return steps.isEmpty() && inputs == 1;
  }

  /** Bits per element of the whole-tile scratch tiles. */
  public int scratchBits() {
    return temps().stream().filter(t -> !t.row()).mapToInt(t -> t.type().bits()).sum();
  }

  /** Rough number of passes over the elements that a chip's vector unit takes. */
  public long passes(Hardware hw) {
    long n = 0;
    for (boolean needed : live()) {
      n += needed ? 1 : 0;
    }
    return Math.max(1, Math.ceilDiv(n, hw.core().vector().chain()));
  }
}
