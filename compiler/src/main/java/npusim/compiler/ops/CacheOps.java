package npusim.compiler.ops;

import java.util.List;
import npusim.compiler.ir.Dim;

/** npusim's own operators on KV caches that stay in place and grow from launch to launch. */
final class CacheOps {
  private static final String DOMAIN = "npusim";

  private CacheOps() {}

  static List<Operator> all() {
    return List.of(
        new Operator.Builder(
                DOMAIN, "CacheRows", "the last rows of the first total rows of a table", 1)
            .takes("table:T[_,_] total:index[one] | steps:int(1..)!")
            .infer(
                c -> {
                  long steps = c.attr("steps", 1L);
                  total(c, 1, steps, c.known(0, 0));
                  c.set(0, c.dtype(0), List.of(Dim.of(steps), c.dim(0, 1)));
                }),
        new Operator.Builder(
                DOMAIN, "CacheAppend", "writes new steps into a cache, up to row total", 1)
            .takes("cache:T[B,H,_,D] steps:T[B,H,_,D] total:index[one]")
            .infer(
                c -> {
                  total(c, 2, c.known(1, 2), c.known(0, 2));
                  c.set(0, c.type(0));
                }),
        new Operator.Builder(
                DOMAIN, "CachedAttention", "causal attention over the first total cache rows", 1)
            .takes("Q:T[B,_,_,D] K:T1[B,H,C,D] V:T1[B,H,C,D] total:index[one]")
            .infer(
                c -> {
                  total(c, 3, c.known(0, 2), c.known(1, 2));
                  c.set(0, c.type(0));
                }));
  }

  /** Checks a total length that is known when compiling. */
  private static void total(InferContext c, int i, long steps, long capacity) {
    if (c.value(i) != null) {
      long total = c.value(i).longAt(0);
      if (total < steps || total > capacity) {
        throw c.fail("the total length is " + total + ", expected " + steps + " to " + capacity);
      }
    }
  }
}
