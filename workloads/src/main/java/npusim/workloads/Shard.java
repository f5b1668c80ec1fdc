package npusim.workloads;

import npusim.compiler.codegen.Peers;
import npusim.compiler.ir.Tensor;

/**
 * The part of a model that one of several chips computes in tensor parallelism (Shoeybi et al.,
 * Megatron-LM, 2019): heads, the width inside the MLP and the vocabulary are divided, what comes
 * out of a projection back to the residual stream is summed over all chips.
 *
 * @param chips chips that share a model, a power of two
 * @param rank number of the chip, from 0
 */
public record Shard(int chips, int rank) {
  /** Most chips that share a model. */
  public static final int MOST = Peers.MOST;

  /** A model that one chip computes alone. */
  public static final Shard WHOLE = new Shard(1, 0);

  public Shard {
    if (chips < 1 || Integer.bitCount(chips) != 1 || rank < 0 || rank >= chips) {
      throw new IllegalArgumentException("chip " + rank + " of " + chips);
    }
  }

  /** Whether one chip computes everything. */
  public boolean whole() {
    return chips == 1;
  }

  /** Extent of this part of {@code all}. */
  long of(long all) {
    if (all % chips != 0) {
      throw new IllegalArgumentException(all + " in " + chips + " parts");
    }
    return all / chips;
  }

  /** Heads of this part; what chips outnumber several of them share. */
  int heads(int all) {
    return Math.max(1, all / chips);
  }

  /** First of this part's heads. */
  int firstHead(int all) {
    return (int) ((long) rank * all / chips);
  }

  /** This part of {@code all} columns or rows along an axis. */
  Part part(int axis, long all) {
    return new Part(axis, rank * of(all), of(all));
  }

  /** The columns or rows of this part's heads, {@code dim} each. */
  Part heads(int axis, int all, long dim) {
    return new Part(axis, firstHead(all) * dim, heads(all) * dim);
  }

  /**
   * Some rows or columns of a weight.
   *
   * @param axis dimension that is divided
   * @param from first index
   * @param count indices
   */
  record Part(int axis, long from, long count) {
    /** The part of a weight of the whole model, with or without data. */
    Tensor of(Tensor t) {
      long[] dims = t.dims();
      long inner = 1;
      for (int i = axis + 1; i < dims.length; i++) {
        inner *= dims[i];
      }
      long[] part = dims.clone();
      part[axis] = count;
      if (!t.hasData()) {
        return Tensor.absent(t.dtype(), part);
      }
      long run = count * inner;
      long whole = dims[axis] * inner;
      long first = from * inner;
      return Tensor.generate(t.dtype(), part, i -> t.at(i / run * whole + first + i % run));
    }
  }
}
