package npusim.compiler.ops;

import java.util.List;
import npusim.compiler.ir.Dim;

/**
 * npusim's own operators of attention: on KV caches that stay in place and grow from launch to
 * launch, and on whole sequences.
 */
final class CacheOps {
  private static final String DOMAIN = "npusim";

  private CacheOps() {}

  static List<Operator> all() {
    return List.of(
        new Operator.Builder(
                DOMAIN, "CacheRows", "the last rows of the first total rows of a table", 1)
            .internal()
            .infer(c -> c.set(0, c.dtype(0), List.of(Dim.of(c.attr("steps", 1L)), c.dim(0, 1)))),
        new Operator.Builder(DOMAIN, "Attention", "softmax(scale · q·kᵀ + bias)·v in one kernel", 1)
            .internal()
            .infer(
                c ->
                    c.set(
                        0,
                        c.dtype(0),
                        List.of(c.dim(0, 0), c.dim(0, 1), c.dim(0, 2), c.dim(2, 3)))),
        new Operator.Builder(
                DOMAIN, "CacheAppend", "writes new steps into a cache, up to row total", 1)
            .internal()
            .infer(c -> c.set(0, c.type(0))),
        new Operator.Builder(
                DOMAIN, "CachedAttention", "causal attention over the first total cache rows", 1)
            .internal()
            .infer(c -> c.set(0, c.type(0))));
  }
}
