package npusim.compiler.decompose;

import java.util.Arrays;
import java.util.stream.IntStream;
import npusim.compiler.ir.Node;

/**
 * ConvTranspose as a convolution of stride 1 over the input with stride-1 zeros between its
 * elements.
 */
final class ConvTransposeRule {
  private ConvTransposeRule() {}

  static void expand(Node n, Emit e) {
    Value x = e.in(0);
    Value w = e.in(1);
    int r = x.rank() - 2;
    long groups = n.intAttr("group", 1);
    long[] strides = n.intsAttr("strides", LongArrays.filled(r, 1));
    long[] dilations = n.intsAttr("dilations", LongArrays.filled(r, 1));
    long[] outputPadding = n.intsAttr("output_padding", new long[r]);
    long[] kernel = Arrays.copyOfRange(w.shape(), 2, w.rank());
    long[] pads = pads(n, x, kernel, strides, dilations, outputPadding);
    Value spread = spread(e, x, strides);
    long[] around = new long[2 * r];
    for (int i = 0; i < r; i++) {
      long reach = (kernel[i] - 1) * dilations[i];
      around[i] = reach - pads[i];
      around[i + r] = reach - pads[i + r] + outputPadding[i];
    }
    // A pad larger than the kernel's reach cuts inputs off instead.
    for (int i = 0; i < r; i++) {
      long from = Math.max(0, -around[i]);
      long to = spread.dim(i + 2) - Math.max(0, -around[i + r]);
      spread = e.slice(spread, i + 2, from, to);
    }
    long[] explicit = Arrays.stream(around).map(p -> Math.max(0, p)).toArray();
    e.result(
        0,
        e.conv(
            spread,
            mirrored(e, w, groups),
            e.optional(2),
            groups,
            LongArrays.filled(r, 1),
            dilations,
            explicit));
  }

  private static long[] pads(
      Node n, Value x, long[] kernel, long[] strides, long[] dilations, long[] outputPadding) {
    int r = kernel.length;
    long[] pads = n.intsAttr("pads", new long[2 * r]);
    long[] shape = n.intsAttr("output_shape", (long[]) null);
    String auto = n.stringAttr("auto_pad", "NOTSET");
    if (auto.equals("VALID")) {
      Arrays.fill(pads, 0);
    }
    for (int i = 0; i < r; i++) {
      boolean same = auto.startsWith("SAME");
      if (shape == null && !same) {
        continue;
      }
      long in = x.dim(i + 2);
      long out = shape != null ? shape[shape.length - r + i] : in * strides[i];
      long full = strides[i] * (in - 1) + outputPadding[i] + (kernel[i] - 1) * dilations[i] + 1;
      long total = full - out;
      long half = Math.floorDiv(total, 2);
      pads[i] = auto.equals("SAME_UPPER") ? half : total - half;
      pads[i + r] = total - pads[i];
    }
    return pads;
  }

  /** stride - 1 zeros between neighbours along each spatial axis. */
  private static Value spread(Emit e, Value x, long[] strides) {
    if (Arrays.stream(strides).allMatch(s -> s == 1)) {
      return x;
    }
    int r = strides.length;
    long[] s = x.shape();
    long[] split = new long[2 + 2 * r];
    long[] after = new long[2 + 2 * r];
    long[] merged = s.clone();
    split[0] = s[0];
    split[1] = s[1];
    for (int i = 0; i < r; i++) {
      split[2 + 2 * i] = s[i + 2];
      split[3 + 2 * i] = 1;
      after[3 + 2 * i] = strides[i] - 1;
      merged[i + 2] = s[i + 2] * strides[i];
    }
    Value padded =
        e.pad(e.reshape(x, split), new long[split.length], after, e.scalar(x.dtype(), 0));
    Value y = e.reshape(padded, merged);
    for (int i = 0; i < r; i++) {
      y = e.slice(y, i + 2, 0, merged[i + 2] - strides[i] + 1);
    }
    return y;
  }

  /** [C, M/g, k…] as a convolution's [M, C/g, k…], mirrored along the spatial axes. */
  private static Value mirrored(Emit e, Value w, long groups) {
    long[] s = w.shape();
    long[] grouped =
        LongArrays.join(new long[] {groups, s[0] / groups}, Arrays.copyOfRange(s, 1, s.length));
    int[] perm = IntStream.range(0, grouped.length).toArray();
    perm[1] = 2;
    perm[2] = 1;
    Value v = e.transpose(e.reshape(w, grouped), perm);
    long[] flat = s.clone();
    flat[0] = s[1] * groups;
    flat[1] = s[0] / groups;
    v = e.reshape(v, flat);
    for (int i = 2; i < s.length; i++) {
      v = s[i] == 1 ? v : e.slice(v, i, s[i] - 1, -1, -1);
    }
    return v;
  }
}
