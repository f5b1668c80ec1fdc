package npusim.workloads;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Model;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.isa.DType;

/** Single kernels by shape: {@code gemm:M,N,K} and the like. */
public enum MicroWorkload {
  GEMM("M,N,K", "matrix product [M,K]·[K,N]", 3, 3) {
    @Override
    Model build(long[] d, Weights w) {
      var s = new MainScope(label(d), OPSET, w);
      String a = s.input("a", DType.F32, d[0], d[2]);
      String b = s.weight("b", Init.DENSE, d[2], d[1]);
      s.output("c", s.op("MatMul", "gemm", a, b), DType.F32, d[0], d[1]);
      s.model().metadata().put(ModelNotes.KERNEL, "gemm");
      return s.model();
    }
  },
  CONV(
      "N,H,W,CIN,COUT,K[,STRIDE[,PAD]]",
      "2-D convolution of N images, K×K kernel, channels last",
      6,
      8) {
    @Override
    Model build(long[] d, Weights w) {
      long stride = d.length > 6 ? d[6] : 1;
      long pad = d.length > 7 ? d[7] : d[5] / 2;
      long oh = (d[1] + 2 * pad - d[5]) / stride + 1;
      long ow = (d[2] + 2 * pad - d[5]) / stride + 1;
      if (stride < 1 || d[5] > d[1] + 2 * pad || d[5] > d[2] + 2 * pad) {
        throw NpusimException.usage(
            "micro-shape",
            label(d) + ": the kernel is larger than the padded image, or the stride is 0",
            "give " + name().toLowerCase(Locale.ROOT) + ":" + shape());
      }
      var s = new MainScope(label(d), OPSET, w);
      // As between the layers of a network: activations come and go channels last.
      String in = s.input("x", DType.F32, d[0], d[1], d[2], d[3]);
      String x = s.add("Transpose", "to_nchw", in).set("perm", 0, 3, 1, 2).output(0);
      String k = s.weight("w", Init.KERNEL, d[4], d[3], d[5], d[5]);
      String y =
          s.add("Conv", "conv", x, k)
              .set("kernel_shape", d[5], d[5])
              .set("strides", stride, stride)
              .set("pads", pad, pad, pad, pad)
              .output(0);
      String out = s.add("Transpose", "to_nhwc", y).set("perm", 0, 2, 3, 1).output(0);
      s.output("y", out, DType.F32, d[0], oh, ow, d[4]);
      return s.model();
    }
  },
  SOFTMAX("ROWS,COLS", "softmax over each row", 2, 2) {
    @Override
    Model build(long[] d, Weights w) {
      var s = new MainScope(label(d), OPSET, w);
      String x = s.input("x", DType.F32, d[0], d[1]);
      String y = s.add("Softmax", "softmax", x).set("axis", -1L).output(0);
      s.output("y", y, DType.F32, d[0], d[1]);
      return s.model();
    }
  },
  LAYERNORM("ROWS,COLS", "layer normalisation of each row", 2, 2) {
    @Override
    Model build(long[] d, Weights w) {
      var s = new MainScope(label(d), OPSET, w);
      String x = s.input("x", DType.F32, d[0], d[1]);
      s.output("y", Blocks.layerNorm(s, x, "norm", d[1], 1e-5f), DType.F32, d[0], d[1]);
      return s.model();
    }
  },
  GELU("ELEMENTS", "GELU of a vector", 1, 1) {
    @Override
    Model build(long[] d, Weights w) {
      var s = new MainScope(label(d), OPSET, w);
      String x = s.input("x", DType.F32, d[0]);
      s.output("y", Blocks.gelu(s, x, "gelu", false), DType.F32, d[0]);
      return s.model();
    }
  },
  RELU("D0[,D1[,D2[,D3]]]", "ReLU of a tensor", 1, 4) {
    @Override
    Model build(long[] d, Weights w) {
      var s = new MainScope(label(d), OPSET, w);
      s.output("y", s.op("Relu", "relu", s.input("x", DType.F32, d)), DType.F32, d);
      return s.model();
    }
  },
  ADD("D0[,D1[,D2[,D3]]]", "sum of two tensors", 1, 4) {
    @Override
    Model build(long[] d, Weights w) {
      return binary("Add", d, w);
    }
  },
  MUL("D0[,D1[,D2[,D3]]]", "elementwise product of two tensors", 1, 4) {
    @Override
    Model build(long[] d, Weights w) {
      return binary("Mul", d, w);
    }
  },
  DIV("D0[,D1[,D2[,D3]]]", "quotient of two tensors", 1, 4) {
    @Override
    Model build(long[] d, Weights w) {
      return binary("Div", d, w);
    }
  },
  ATTENTION("HEADS,LENGTH,DIM", "softmax(q·kᵀ/√dim)·v over heads", 3, 3) {
    @Override
    Model build(long[] d, Weights w) {
      var s = new MainScope(label(d), OPSET, w);
      String q = s.input("q", DType.F32, 1, d[0], d[1], d[2]);
      String k = s.input("k", DType.F32, 1, d[0], d[1], d[2]);
      String v = s.input("v", DType.F32, 1, d[0], d[1], d[2]);
      long width = d[0] * d[2];
      String y = Blocks.attend(s, q, k, v, "", "attention", d[1], width, d[2]);
      s.output("y", y, DType.F32, 1, d[1], width);
      return s.model();
    }
  };

  private static final int OPSET = 20;
  private static final long LARGEST = 1L << 31;

  private final String shape;
  private final String summary;
  private final int least;
  private final int most;

  MicroWorkload(String shape, String summary, int least, int most) {
    this.shape = shape;
    this.summary = summary;
    this.least = least;
    this.most = most;
  }

  abstract Model build(long[] d, Weights w);

  Model binary(String op, long[] d, Weights w) {
    var s = new MainScope(label(d), OPSET, w);
    String a = s.input("a", DType.F32, d);
    String b = s.input("b", DType.F32, d);
    s.output("c", s.op(op, op.toLowerCase(Locale.ROOT), a, b), DType.F32, d);
    return s.model();
  }

  /** Parameters in order. */
  public String shape() {
    return shape;
  }

  /** What it computes. */
  public String summary() {
    return summary;
  }

  /** How it is written on the command line. */
  public String usage() {
    return name().toLowerCase(Locale.ROOT) + ":" + shape;
  }

  String label(long... d) {
    return name().toLowerCase(Locale.ROOT)
        + ":"
        + String.join(",", Arrays.stream(d).mapToObj(Long::toString).toList());
  }

  /**
   * Reads {@code gemm:2048,2048,2048}.
   *
   * @return empty when the text has no {@code name:} in front
   * @throws NpusimException (usage) for an unknown kernel or a wrong shape
   */
  public static Optional<Scenario> parse(String text, Weights weights) {
    int colon = text.indexOf(':');
    if (colon < 0 || !text.substring(0, colon).chars().allMatch(Character::isLetter)) {
      return Optional.empty();
    }
    String name = text.substring(0, colon);
    List<String> names =
        Arrays.stream(values()).map(m -> m.name().toLowerCase(Locale.ROOT)).toList();
    if (!names.contains(name)) {
      if (WorkloadCatalog.names().contains(name)) {
        return Optional.empty();
      }
      throw NpusimException.usage(
          "micro-name", "no kernel is called \"" + name + "\"", Names.suggest(name, names));
    }
    MicroWorkload m = values()[names.indexOf(name)];
    long[] d = m.extents(text, text.substring(colon + 1).split(",", -1));
    Model model = m.build(d, weights);
    var stage = new Stage("kernel", Stage.Role.INFERENCE, model, new Stage.Times(1), 1);
    return Optional.of(
        new Scenario(
            m.label(d),
            m.summary,
            Scenario.Kind.INFERENCE,
            1,
            List.of(stage),
            Optional.empty(),
            Optional.empty()));
  }

  private long[] extents(String text, String... parts) {
    if (parts.length < least || parts.length > most) {
      throw NpusimException.usage(
          "micro-shape", text + " has " + parts.length + " extents", "give " + usage());
    }
    long[] d = new long[parts.length];
    for (int i = 0; i < d.length; i++) {
      boolean mayBeZero = this == CONV && i == 7;
      try {
        d[i] = Long.parseLong(parts[i].strip());
      } catch (NumberFormatException e) {
        d[i] = -1;
      }
      if (d[i] < (mayBeZero ? 0 : 1) || d[i] > LARGEST) {
        throw NpusimException.usage(
            "micro-shape",
            text + ": \"" + parts[i] + "\" must be an integer from 1 to " + LARGEST,
            "give " + usage());
      }
    }
    return d;
  }
}
