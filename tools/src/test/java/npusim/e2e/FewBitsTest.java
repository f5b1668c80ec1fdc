package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.compiler.quant.Precision;
import npusim.compiler.quant.Pruning;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.sim.functional.FunctionalSimulator;
import npusim.sim.functional.Schedule;
import npusim.sim.timing.TimingOptions;
import npusim.sim.timing.TimingResult;
import npusim.sim.timing.TimingSimulator;
import npusim.tools.exec.Accuracy;
import npusim.tools.exec.ModelExecution;
import npusim.workloads.MicroWorkload;
import npusim.workloads.SampleInputs;
import npusim.workloads.Scenario;
import npusim.workloads.Scenarios;
import npusim.workloads.Stage;
import npusim.workloads.Weights;
import npusim.workloads.WorkloadCatalog;
import npusim.workloads.WorkloadOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights and activations of few bits: what they cost in accuracy, what they save in time. */
class FewBitsTest {

  /** The last logits of a small seeded language model, prompt then one token. */
  private static Tensor logits(String workload, Hardware hw, CompileOptions o) {
    var options = WorkloadOptions.defaults().withWeights(Weights.seeded(1));
    Scenario s = Scenarios.small(WorkloadCatalog.find(workload).orElseThrow(), options);
    Stage stage = s.stages().getLast();
    long total = stage.runs() instanceof Stage.Sweep sweep ? sweep.from() : 1;
    Map<String, Tensor> inputs = SampleInputs.of(stage.model(), total);
    Model m = stage.model().copy();
    var program = Compiler.compile(m, hw, o);
    var simulator = new FunctionalSimulator(hw);
    var memory = simulator.load(program);
    inputs.forEach(
        (name, t) ->
            program
                .buffer(name)
                .ifPresent(
                    b ->
                        memory.write(
                            name, ModelExecution.handedOver(m, name, t, b.type()).toBytes())));
    var params = new java.util.LinkedHashMap<String, Long>();
    program.params().forEach(p -> params.put(p.name(), total));
    simulator.run(program, memory, params, Schedule.PROGRAM_ORDER);
    String out = m.graph().outputs().getFirst();
    var b = program.buffer(out).orElseThrow();
    return Tensor.of(
        b.type(), b.dims().stream().mapToLong(Long::longValue).toArray(), memory.read(out));
  }

  @ParameterizedTest
  @CsvSource({
    "exaone-3.5-7.8b, w4a16, 0.99",
    "llama-3.1-8b, w4a16, 0.99",
    "gpt-2, w4a16, 0.99",
    "exaone-3.5-7.8b, w8a16, 0.999",
    "resnet50, int8, 0.99",
    "exaone-3.5-7.8b, fp8, 0.99",
    "resnet50, fp8, 0.99",
  })
  void closeToFloat32(String workload, String dtype, double least) {
    Hardware hw = HardwareLoader.load("edge");
    Tensor want = logits(workload, hw, CompileOptions.DEFAULT);
    Tensor got = logits(workload, hw, CompileOptions.DEFAULT.withPrecision(Precision.parse(dtype)));
    assertThat(Accuracy.of(Map.of("y", want), Map.of("y", got)).cosine()).isGreaterThan(least);
  }

  /** Layers that are compiled once read their compressed weights relative to a register. */
  @ParameterizedTest
  @CsvSource({
    "exaone-3.5-7.8b, 2:4, w4a16",
    "gpt-2, unstructured:0.6, bf16",
    "llama-3.1-8b, 2:4, int8",
  })
  void compressedLayersComputeWhatUncompressedOnesDo(
      String workload, String pruning, String dtype) {
    CompileOptions o =
        CompileOptions.DEFAULT
            .withPrecision(Precision.parse(dtype))
            .withPruning(Optional.of(Pruning.parse(pruning)));
    Tensor packed = logits(workload, HardwareLoader.load("edge"), o);
    Tensor plain =
        logits(
            workload,
            HardwareLoader.load(
                "edge",
                List.of("core.dma.load.expand_bytes_per_cycle=0", "core.matrix.sparsity=none")),
            o);
    assertThat(Accuracy.of(Map.of("y", plain), Map.of("y", packed)).cosine()).isGreaterThan(0.9999);
  }

  private static TimingResult time(String chip, String shape, String dtype) {
    Hardware hw = HardwareLoader.load(chip);
    Model m =
        MicroWorkload.parse("gemm:" + shape, Weights.shapesOnly())
            .orElseThrow()
            .stages()
            .getFirst()
            .model();
    CompileOptions o = CompileOptions.DEFAULT.withPrecision(Precision.parse(dtype));
    return new TimingSimulator(hw, TimingOptions.exactly())
        .run(Compiler.compile(m, hw, o), Map.of());
  }

  /** A product of decode: one row, the weights are all there is to move. */
  @ParameterizedTest
  @CsvSource({"rngd, 0.6", "edge, 0.6", "tpu-v4, 0.75"})
  void fourBitDecodeReadsAQuarterAndIsFaster(String chip, double share) {
    var wide = time(chip, "1,4096,4096", "bf16");
    var few = time(chip, "1,4096,4096", "w4a16");
    double ratio = (double) few.counters().dramReadBytes() / wide.counters().dramReadBytes();
    // Four bits and a sixteenth of a scale's: 4.5 of 16.
    assertThat(ratio).isBetween(0.28, 0.30);
    assertThat(few.totalCycles()).isLessThan((long) (share * wide.totalCycles()));
    long widened = 0;
    for (long e : few.counters().vectorElements()) {
      widened += e;
    }
    assertThat(widened).as("widening is work").isGreaterThanOrEqualTo(4096L * 4096);
  }

  @ParameterizedTest
  @CsvSource({"tiny", "edge", "rngd"})
  void packedBlocksAreWidenedOnTheWay(String chip) {
    Model m =
        OnnxText.parse(
            "m",
            """
            <ir_version: 10, opset_import: ["" : 21, "com.microsoft" : 1]>
            g (float[2, 64] a) => (float[2, 8] c)
              <uint8[8, 2, 16] b = {%s}, float[16] s = {%s}, uint8[8] z = {%s}> {
              c = com.microsoft.MatMulNBits
                <K = 64, N = 8, bits = 4, block_size = 32> (a, b, s, z)
            }
            """
                .formatted(list(256, 37, 256), list(16, 3, 5), list(8, 77, 256)));
    Tensor a = Tensor.generate(DType.F32, new long[] {2, 64}, i -> Math.sin(i));
    Hardware hw = HardwareLoader.load(chip);
    Tensor got =
        Cases.execute(m, Map.of("a", a), hw, CompileOptions.DEFAULT, Schedule.PROGRAM_ORDER)
            .get("c");
    for (int r = 0; r < 2; r++) {
      for (int n = 0; n < 8; n++) {
        double sum = 0;
        for (int k = 0; k < 64; k++) {
          int at = n * 64 + k;
          int q = at / 2 * 37 % 256 >> at % 2 * 4 & 15;
          int zero = n * 77 % 256 >> k / 32 * 4 & 15;
          sum += a.at(r * 64 + k) * (q - zero) * ((n * 2 + k / 32) * 3 % 5);
        }
        assertThat(got.at(r * 8 + n))
            .isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-3 + 1e-4 * Math.abs(sum)));
      }
    }
  }

  private static String list(int n, int step, int modulus) {
    StringBuilder s = new StringBuilder("0");
    for (int i = 1; i < n; i++) {
      s.append(", ").append(i * step % modulus);
    }
    return s.toString();
  }

  @Test
  void theModelsOwnWeightsStayInFewBitsInMemory() {
    var program =
        Compiler.compile(
            MicroWorkload.parse("gemm:4,512,1024", Weights.shapesOnly())
                .orElseThrow()
                .stages()
                .getFirst()
                .model(),
            HardwareLoader.load("rngd"),
            CompileOptions.DEFAULT.withPrecision(Precision.parse("w4a16")));
    long largest = program.buffers().stream().mapToLong(b -> b.bytes()).max().orElseThrow();
    assertThat(largest).isEqualTo(512 * 1024 / 2);
  }
}
