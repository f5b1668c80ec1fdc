package npusim.compiler.quant;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;

/**
 * Sets the weights of least magnitude to zero: in every group of a matrix's column (or of a
 * convolution's filter, along its channels) as many. Unstructured pruning compares within blocks,
 * so that every block of a weight has as many elements left. Weights without values are taken to be
 * pruned so.
 */
public final class Prune extends GraphPass {
  private final Pruning pruning;

  /**
   * Prunes weights.
   *
   * @param pruning which ones
   */
  public Prune(Pruning pruning) {
    this.pruning = pruning;
  }

  @Override
  public String name() {
    return "prune";
  }

  @Override
  public String summary() {
    return "sets the weights of least magnitude to zero, N of every M or a share of every block";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      if (n.is("Conv")) {
        changed |= filters(g, n);
      } else {
        changed |= WeightOperand.of(g, n).map(w -> matrix(g, w)).orElse(false);
      }
    }
    return changed;
  }

  private boolean matrix(Graph g, WeightOperand w) {
    if (!w.tensor().hasData() || !w.tensor().dtype().isFloat()) {
      return false;
    }
    int run = pruning.structured() ? pruning.of() : pruning.block(w.k()).orElse((int) w.k());
    if (w.k() % run != 0) {
      return false;
    }
    replace(g, w.constant(), w.tensor(), run, w::index);
    return true;
  }

  /** Filters [M, C, window…]: groups lie along the channels. */
  private boolean filters(Graph g, Node n) {
    String name = n.input(1);
    Tensor t = g.isConstant(name) ? g.initializer(name) : null;
    if (t == null || !t.hasData() || !t.dtype().isFloat() || g.onlyConsumer(name) == null) {
      return false;
    }
    long channels = t.dim(1);
    long run = pruning.structured() ? pruning.of() : channels;
    if (channels % run != 0 || channels < 2) {
      return false;
    }
    long window = t.size() / t.dim(0) / channels;
    replace(
        g,
        name,
        t,
        (int) run,
        i -> {
          long channel = i % channels;
          long place = i / channels % window;
          return (i / channels / window * channels + channel) * window + place;
        });
    return true;
  }

  private void replace(Graph g, String name, Tensor t, int run, LongUnaryOperator index) {
    g.addInitializer(name, Tensor.lazy(t.dtype(), t.dims(), () -> pruned(t, run, index).data()));
  }

  private Tensor pruned(Tensor t, int run, LongUnaryOperator index) {
    Tensor out = Tensor.of(t.dtype(), t.dims(), t.toBytes());
    int keep = pruning.kept(run);
    double[] magnitudes = new double[run];
    double[] sorted = new double[run];
    for (long first = 0; first < t.size(); first += run) {
      for (int i = 0; i < run; i++) {
        magnitudes[i] = Math.abs(t.at(index.applyAsLong(first + i)));
      }
      System.arraycopy(magnitudes, 0, sorted, 0, run);
      Arrays.sort(sorted);
      double least = sorted[run - keep];
      int equal = keep;
      for (double v : magnitudes) {
        equal -= v > least ? 1 : 0;
      }
      for (int i = 0; i < run; i++) {
        boolean kept = magnitudes[i] > least || magnitudes[i] == least && equal-- > 0;
        if (!kept) {
          out.setBits(index.applyAsLong(first + i), 0);
        }
      }
    }
    return out;
  }
}
