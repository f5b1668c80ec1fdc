package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tile loops with operands that are fetched in the outermost loop in which they stay the same.
 * Bodies and hooks are told the present step of every axis.
 */
public final class LoopNest {
  private final Emitter e;
  private final Axis[] axes;
  private final Axis.Step[] at;
  private final List<Operand> operands = new ArrayList<>();
  private final List<Hook> hooks = new ArrayList<>();

  /** An operand on its way through the loops. */
  public final class Operand {
    private final TileIn tiles;
    private final int[] axisOf;
    private final int depth;
    private final Lane[] consumers;
    private Loc loc;

    private Operand(TileIn tiles, int[] axisOf, int depth, Lane[] consumers) {
      this.tiles = tiles;
      this.axisOf = axisOf;
      this.depth = depth;
      this.consumers = consumers;
    }

    /** The tile in the present step. */
    public Loc loc() {
      return loc;
    }

    private void open() {
      loc = tiles.fetch(origin(axisOf), extents(axisOf));
    }

    private void take() {
      for (Lane c : consumers) {
        tiles.take(c);
      }
    }

    private void close() {
      for (Lane c : consumers) {
        tiles.release(c);
      }
      tiles.next();
    }
  }

  /** Something done at a depth before and after the loops inside. */
  private record Hook(int depth, Runnable before, Runnable after) {}

  /** Loops over axes, outermost first. */
  public LoopNest(Emitter e, Axis... axes) {
    this.e = e;
    this.axes = axes.clone();
    this.at = new Axis.Step[axes.length];
    for (int i = 0; i < axes.length; i++) {
      at[i] = axes[i].first();
    }
  }

  /** True when this core has nothing to do. */
  public boolean empty() {
    for (Axis a : axes) {
      if (a.size() <= 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Loops that must be open for an operand whose dimension {@code i} follows axis {@code axisOf[i]}
   * (-1 for none).
   *
   * @param strides of the operand; 0 where it doesn't vary
   */
  public int depth(int[] axisOf, long[] strides) {
    int depth = 0;
    for (int i = 0; i < axisOf.length; i++) {
      if (axisOf[i] >= 0 && strides[i] != 0 && axes[axisOf[i]].tiles() > 1) {
        depth = Math.max(depth, axisOf[i] + 1);
      }
    }
    return depth;
  }

  /** Adds an operand fetched once {@code depth} loops are open. */
  public Operand operand(TileIn tiles, int depth, int[] axisOf, Lane... consumers) {
    Operand o = new Operand(tiles, axisOf.clone(), depth, consumers.clone());
    operands.add(o);
    return o;
  }

  /** Adds actions around the loops that are inside {@code depth} open ones. */
  public void around(int depth, Runnable before, Runnable after) {
    hooks.add(new Hook(depth, before, after));
  }

  /** Step of an axis. */
  public Axis.Step at(int axis) {
    return at[axis];
  }

  /** Origin in a tensor whose dimensions follow axes; 0 where none. */
  public Aff[] origin(int... axisOf) {
    Aff[] r = new Aff[axisOf.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = axisOf[i] < 0 ? Aff.ZERO : at[axisOf[i]].origin();
    }
    return r;
  }

  /** Extents in a tensor whose dimensions follow axes; 1 where none. */
  public Aff[] extents(int... axisOf) {
    Aff[] r = new Aff[axisOf.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = axisOf[i] < 0 ? Aff.ONE : at[axisOf[i]].extent();
    }
    return r;
  }

  /** Largest tile extents of a tensor whose dimensions follow axes; 1 where none. */
  public long[] tile(int... axisOf) {
    long[] r = new long[axisOf.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = axisOf[i] < 0 ? 1 : axes[axisOf[i]].tile();
    }
    return r;
  }

  /** Emits everything with {@code body} innermost. */
  public void run(Runnable body) {
    walk(0, body);
  }

  private void walk(int d, Runnable body) {
    forEach(operands, o -> o.depth == d, Operand::open);
    forEach(operands, o -> o.depth == d, Operand::take);
    forEach(hooks, h -> h.depth == d, h -> h.before().run());
    if (d == axes.length) {
      body.run();
    } else {
      axes[d].loop(
          e,
          s -> {
            at[d] = s;
            walk(d + 1, body);
          });
    }
    forEach(hooks, h -> h.depth == d, h -> h.after().run());
    forEach(operands, o -> o.depth == d, Operand::close);
  }

  private static <T> void forEach(
      List<T> list, java.util.function.Predicate<T> when, Consumer<T> action) {
    for (T t : list) {
      if (when.test(t)) {
        action.accept(t);
      }
    }
  }
}
