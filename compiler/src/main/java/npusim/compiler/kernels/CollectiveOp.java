package npusim.compiler.kernels;

import java.util.List;
import npusim.compiler.codegen.Aff;
import npusim.compiler.codegen.Loc;
import npusim.compiler.codegen.Peers;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.compiler.roll.RepeatNode;
import npusim.hardware.Hardware;

/**
 * AllReduce and AllGather: every core exchanges its part of the tensor with its counterparts on
 * other chips.
 *
 * <p>A sum takes log₂(chips) exchanges of the whole tensor, each with a partner twice as far
 * (recursive doubling; Thakur et al., Optimization of collective communication operations in MPICH,
 * 2005): the fewest steps, as what one token of a language model needs summed is short.
 */
public final class CollectiveOp implements Kernel {

  @Override
  public String units() {
    return "COM VEC";
  }

  @Override
  public List<View> views(KernelContext k) {
    return alone(k) ? List.of(k.in(0)) : null;
  }

  /** The parts of a gathered tensor lie where only the chip's number tells. */
  @Override
  public boolean takesResident(Node n, int input) {
    return input >= 0 || n.opType().equals("AllReduce");
  }

  @Override
  public int divides(KernelContext k, int input, int dim) {
    return dim;
  }

  /** Chips that a graph runs on: all of the system when it has collectives, else one. */
  public static int chips(Graph graph, Hardware hw) {
    boolean together =
        graph.nodes().stream()
            .anyMatch(
                n ->
                    KernelRegistry.of(n) instanceof CollectiveOp
                        || RepeatNode.is(n) && chips(RepeatNode.of(n).body(), hw) > 1);
    return together ? hw.system().chips() : 1;
  }

  private static boolean alone(KernelContext k) {
    int chips = k.hw().system().chips();
    long group = k.node().intAttr("group_size", chips);
    if (group != chips) {
      throw k.unsupported("a group of " + group + " on a system of " + chips + " chips");
    }
    if (Integer.bitCount(chips) != 1 || chips > Peers.MOST) {
      throw k.unsupported("it runs on 1, 2, 4 or 8 chips, and system.chips is " + chips);
    }
    return chips == 1;
  }

  @Override
  public void emit(KernelContext k) {
    if (k.node().opType().equals("AllReduce")) {
      sum(k);
    } else {
      gather(k);
    }
  }

  private static void sum(KernelContext k) {
    Peers peers = k.peers();
    Region r = new Region();
    int x = r.input(k.in(0).type());
    for (int p = 1; p < peers.chips(); p *= 2) {
      x = r.add(r.type(x), x, r.exchange(x, peers.core(p)));
    }
    MapKernel.run(k, r, List.of(k.in(0)), k.out(0));
  }

  private static void gather(KernelContext k) {
    Peers peers = k.peers();
    View in = k.in(0);
    int axis = (int) k.node().intAttr("axis", 0);
    axis = axis < 0 ? axis + in.rank() : axis;
    Aff part = Aff.of(in.dims()[axis] * k.out(0).strides()[axis]);
    if (in.type().isPacked()) {
      throw k.unsupported("elements of " + in.type().bits() + " bits");
    }
    for (int p = 0; p < peers.chips(); p++) {
      Region r = new Region();
      int x = r.input(in.type());
      if (p > 0) {
        r.exchange(x, peers.core(p));
      } else {
        r.copy(x);
      }
      View out = k.out(0).slice(axis, 0, in.dims()[axis], 1);
      Aff place = Aff.of(peers.chip(p)).times(Loc.bytes(part, in.type()).value());
      Storage there = Storage.moved(out.storage(), place);
      MapKernel.run(k, r, List.of(in), new View(there, out.offset(), out.dims(), out.strides()));
    }
  }
}
