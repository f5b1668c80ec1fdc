package npusim.workloads;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.onnx.ModelWriter;
import npusim.isa.DType;

/** Runs a model in ONNX Runtime: the independent answer that tests compare with. */
public final class OrtSession {
  private OrtSession() {}

  /** Outputs by name for inputs by name. */
  public static Map<String, Tensor> run(Model model, Map<String, Tensor> inputs) {
    var env = OrtEnvironment.getEnvironment();
    try (var options = new SessionOptions()) {
      options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
      options.setIntraOpNumThreads(1);
      try (var session = env.createSession(ModelWriter.toBytes(model), options)) {
        var fed = new LinkedHashMap<String, OnnxTensor>();
        for (var e : inputs.entrySet()) {
          fed.put(e.getKey(), toOrt(env, e.getValue()));
        }
        var out = new LinkedHashMap<String, Tensor>();
        try (var result = session.run(fed)) {
          for (var e : result) {
            out.put(e.getKey(), fromOrt((OnnxTensor) e.getValue()));
          }
        }
        fed.values().forEach(OnnxTensor::close);
        return out;
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static OnnxTensor toOrt(OrtEnvironment env, Tensor t) throws OrtException {
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) t.byteSize()).order(ByteOrder.nativeOrder());
    bytes.put(t.toBytes()).flip();
    return OnnxTensor.createTensor(env, bytes, t.dims(), javaType(t.dtype()));
  }

  private static OnnxJavaType javaType(DType d) {
    return switch (d) {
      case F32 -> OnnxJavaType.FLOAT;
      case I64 -> OnnxJavaType.INT64;
      case I32 -> OnnxJavaType.INT32;
      case I8 -> OnnxJavaType.INT8;
      default -> throw new IllegalArgumentException("not used in workload tests: " + d);
    };
  }

  private static Tensor fromOrt(OnnxTensor t) {
    var bytes = t.getByteBuffer();
    byte[] data = new byte[bytes.remaining()];
    bytes.get(data);
    DType dtype =
        switch (t.getInfo().type) {
          case FLOAT -> DType.F32;
          case INT64 -> DType.I64;
          case INT32 -> DType.I32;
          case INT8 -> DType.I8;
          default ->
              throw new IllegalArgumentException("not used in workload tests: " + t.getInfo());
        };
    return Tensor.of(dtype, t.getInfo().getShape(), data);
  }
}
