package npusim.workloads;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/** Reproducible inputs for the small version of a workload's stage. */
public final class SampleInputs {
  private static final int SMALL_VOCABULARY = 96;

  private SampleInputs() {}

  /**
   * Values for every input of a model.
   *
   * @param total sequence length after this launch; used by models with a KV cache only
   */
  public static Map<String, Tensor> of(Model model, long total) {
    var random = new SplittableRandom(7);
    var out = new LinkedHashMap<String, Tensor>();
    for (String name : model.graph().inputs()) {
      TensorType type = model.graph().tensorType(name);
      out.put(name, value(name, type, total, random));
    }
    return out;
  }

  private static Tensor value(String name, TensorType type, long total, SplittableRandom random) {
    long[] dims = type.shape();
    return switch (name) {
      case "total_sequence_length" -> Tensor.generateLongs(DType.I32, dims, i -> total);
      case "seqlens_k" -> Tensor.generateLongs(DType.I32, dims, i -> total - 1);
      case "position_ids" ->
          Tensor.generateLongs(DType.I64, dims, i -> total - dims[1] + i % dims[1]);
      case "segment_ids" -> Tensor.generateLongs(DType.I64, dims, i -> i % 2);
      case "input_ids" ->
          Tensor.generateLongs(DType.I64, dims, i -> random.nextInt(SMALL_VOCABULARY));
      case "mask" -> Tensor.generate(DType.F32, dims, i -> i % 5 == 4 ? -10000 : 0);
      default ->
          type.dtype() == DType.I8
              ? Tensor.generateLongs(DType.I8, dims, i -> random.nextInt(-127, 128))
              : Tensor.generate(DType.F32, dims, i -> 2 * random.nextDouble() - 1);
    };
  }
}
