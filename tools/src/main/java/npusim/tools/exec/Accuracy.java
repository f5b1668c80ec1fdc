package npusim.tools.exec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import npusim.compiler.CompileOptions;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.hardware.Hardware;
import npusim.isa.DType;

/**
 * What a recast or pruned model costs in accuracy: its floating-point outputs against those of the
 * model in its own types and with all its weights, on the same inputs.
 *
 * @param outputs by output
 */
public record Accuracy(List<Output> outputs) {
  /** Rows shorter than this are no choice among classes or tokens. */
  private static final long LEAST_CLASSES = 10;

  private static final long SEED = 20240229;

  /** Copies the list. */
  public Accuracy {
    outputs = List.copyOf(outputs);
  }

  /**
   * One output.
   *
   * @param name of the graph output
   * @param cosine similarity, 1 for equal directions
   * @param snrDb signal to noise, dB; infinite for equal values
   * @param top1 share of rows whose largest element is the same one; empty for rows too short to be
   *     a choice
   */
  public record Output(String name, double cosine, double snrDb, OptionalDouble top1) {}

  /** Compares outputs by name; those that aren't floating-point are left out. */
  public static Accuracy of(Map<String, Tensor> reference, Map<String, Tensor> got) {
    var list = new ArrayList<Output>();
    reference.forEach(
        (name, want) -> {
          Tensor g = got.get(name);
          if (want.dtype().isFloat() && g != null && g.size() == want.size() && g.size() > 0) {
            list.add(new Output(name, Comparison.cosineOf(g, want), snr(want, g), top1(want, g)));
          }
        });
    return new Accuracy(list);
  }

  /**
   * Runs the model in its own types on the chip and compares.
   *
   * @param model as read; not changed
   * @param got outputs of the recast or pruned model
   */
  public static Accuracy measure(
      Model model, Map<String, Tensor> inputs, Hardware hw, Map<String, Tensor> got) {
    return of(ModelExecution.run(model.copy(), inputs, hw, CompileOptions.DEFAULT).outputs(), got);
  }

  /** Seeded values for every input; empty when one has no static shape. */
  public static Map<String, Tensor> seededInputs(Graph g) {
    var out = new LinkedHashMap<String, Tensor>();
    Random random = new Random(SEED);
    for (String in : InputFiles.required(g)) {
      TensorType t = g.tensorType(in);
      if (t == null || !t.isStatic()) {
        return Map.of();
      }
      out.put(
          in,
          t.dtype().isFloat()
              ? Tensor.generate(t.dtype(), t.shape(), i -> random.nextGaussian())
              : Tensor.generateLongs(
                  t.dtype(), t.shape(), i -> t.dtype() == DType.BOOL ? 1 : i % 2));
    }
    return out;
  }

  /** The least cosine similarity. */
  public double cosine() {
    return outputs.stream().mapToDouble(Output::cosine).min().orElse(1);
  }

  /** The least signal to noise, dB. */
  public double snrDb() {
    return outputs.stream().mapToDouble(Output::snrDb).min().orElse(Double.POSITIVE_INFINITY);
  }

  /** The least share of rows with the same largest element. */
  public OptionalDouble top1() {
    return outputs.stream().flatMapToDouble(o -> o.top1().stream()).min();
  }

  private static double snr(Tensor want, Tensor got) {
    double signal = 0;
    double noise = 0;
    for (long i = 0; i < want.size(); i++) {
      double w = want.at(i);
      double d = got.at(i) - w;
      if (w != got.at(i)) {
        noise += d * d;
      }
      signal += w * w;
    }
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }

  private static OptionalDouble top1(Tensor want, Tensor got) {
    long n = want.rank() == 0 ? 0 : want.dim(want.rank() - 1);
    if (n < LEAST_CLASSES) {
      return OptionalDouble.empty();
    }
    long rows = want.size() / n;
    long same = 0;
    for (long r = 0; r < rows; r++) {
      same += largest(want, r * n, n) == largest(got, r * n, n) ? 1 : 0;
    }
    return OptionalDouble.of((double) same / rows);
  }

  private static long largest(Tensor t, long from, long n) {
    long best = 0;
    for (long i = 1; i < n; i++) {
      if (t.at(from + i) > t.at(from + best)) {
        best = i;
      }
    }
    return best;
  }
}
