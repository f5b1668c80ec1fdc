package npusim.compiler.decompose;

import java.util.List;
import npusim.compiler.ir.Node;

/** Rotary position embedding, ONNX's operator and ONNX Runtime's. */
final class RotaryRule {
  private RotaryRule() {}

  static void onnx(Node n, Emit e) {
    embed(n, e, e.in(1), e.in(2), e.optional(3), n.intAttr("interleaved", 0) != 0);
  }

  static void microsoft(Node n, Emit e) {
    Value positions = e.in(1);
    Value x = e.in(0);
    long batch = x.dim(0);
    long steps = x.rank() == 4 ? x.dim(2) : x.dim(1);
    if (positions.elements() == 1) {
      // One number: the position of the first step, the same for every sequence.
      Value start = e.reshape(positions, 1, 1);
      positions =
          e.expand(e.add(start, e.cast(e.iota(steps, 1, steps), positions.dtype())), batch, steps);
    }
    embed(n, e, e.in(2), e.in(3), positions, n.intAttr("interleaved", 0) != 0);
  }

  private static void embed(
      Node n, Emit e, Value cosCache, Value sinCache, Value positions, boolean interleaved) {
    Value x = e.in(0);
    long[] s = x.shape();
    Value cos = positions == null ? cosCache : e.gather(cosCache, positions, 0);
    Value sin = positions == null ? sinCache : e.gather(sinCache, positions, 0);
    boolean perHead = x.rank() == 4;
    Value heads = x;
    long rotary = n.intAttr("rotary_embedding_dim", 0);
    if (!perHead) {
      long count = n.intAttr("num_heads", 0);
      long size = count > 0 ? s[2] / count : rotary > 0 ? s[2] : 2 * cosCache.dim(-1);
      heads = e.reshape(x, s[0], s[1], s[2] / size, size);
    }
    // [B, S, half], with an axis for the heads where the input has it.
    long steps = cos.dim(1);
    long[] aligned =
        perHead
            ? new long[] {cos.dim(0), 1, steps, cos.dim(2)}
            : new long[] {cos.dim(0), steps, 1, cos.dim(2)};
    Value y =
        rotate(e, heads, e.reshape(cos, aligned), e.reshape(sin, aligned), interleaved, rotary);
    e.result(0, e.reshape(y, s));
  }

  /**
   * The first {@code rotary} elements of the last axis (all when 0) turned pairwise by angles.
   *
   * @param cos cosines for half as many pairs, broadcasting with x but for the last axis
   */
  static Value rotate(Emit e, Value x, Value cos, Value sin, boolean interleaved, long rotary) {
    int last = x.rank() - 1;
    long size = x.dim(last);
    long turned = rotary > 0 ? rotary : size;
    long half = turned / 2;
    Value c = e.slice(cos, last, 0, Math.min(half, cos.dim(last)));
    Value s = e.slice(sin, last, 0, Math.min(half, sin.dim(last)));
    Value a = interleaved ? e.slice(x, last, 0, turned, 2) : e.slice(x, last, 0, half);
    Value b = interleaved ? e.slice(x, last, 1, turned, 2) : e.slice(x, last, half, turned);
    Value real = e.sub(e.mul(a, c), e.mul(b, s));
    Value imaginary = e.add(e.mul(a, s), e.mul(b, c));
    Value y;
    if (interleaved) {
      long[] shape = x.shape();
      shape[last] = turned;
      y = e.reshape(e.stack(last + 1, List.of(real, imaginary)), shape);
    } else {
      y = e.concat(last, List.of(real, imaginary));
    }
    return turned == size ? y : e.concat(last, List.of(y, e.slice(x, last, turned, size)));
  }
}
