package npusim.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import npusim.compiler.ModelNotes;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The small version of every workload is a valid ONNX model to ONNX Runtime. */
class WorkloadOrtTest {

  static java.util.List<String> names() {
    return WorkloadCatalog.names();
  }

  private static WorkloadOptions seeded() {
    return WorkloadOptions.defaults().withWeights(Weights.seeded(1));
  }

  @ParameterizedTest
  @MethodSource("names")
  void everySmallModelRunsAndGivesTheDeclaredShapes(String name) {
    Scenario s = Scenarios.small(WorkloadCatalog.find(name).orElseThrow(), seeded());
    for (Stage stage : s.stages()) {
      long total = stage.runs() instanceof Stage.Sweep sweep ? sweep.from() : 1;
      Map<String, Tensor> out =
          OrtSession.run(stage.model(), SampleInputs.of(stage.model(), total));
      for (String o : stage.model().graph().outputs()) {
        assertThat(out.get(o).dims())
            .as("%s %s %s", name, stage.name(), o)
            .isEqualTo(stage.model().graph().tensorType(o).shape());
      }
      Tensor logits = out.get(stage.model().graph().outputs().getFirst());
      assertThat(java.util.Arrays.stream(logits.toDoubles()).allMatch(Double::isFinite))
          .as(name)
          .isTrue();
    }
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {
        "exaone-3.5-7.8b",
        "exaone-4.0-32b",
        "gpt-2",
        "gpt-j-6b",
        "opt-125m:vocab=0",
        "llama-3.1-8b:vocab=0"
      })
  void decodingOneTokenEqualsAPromptOneLonger(String name) {
    var spec = WorkloadCatalog.find(name).orElseThrow();
    var weights = Weights.seeded(3);
    Model longer = stage(spec, 8, 3, weights, 0);
    Map<String, Tensor> all = SampleInputs.of(longer, 8);
    String in = longer.graph().inputs().getFirst();
    Tensor expected = lastPosition(OrtSession.run(longer, all));

    Model prompt = stage(spec, 7, 4, weights, 0);
    Map<String, Tensor> first = SampleInputs.of(prompt, 7);
    first.put(in, positions(all.get(in), 0, 7));
    Map<String, Tensor> afterPrompt = OrtSession.run(prompt, first);
    Model decode = stage(spec, 7, 4, weights, 1);
    var next = new LinkedHashMap<>(SampleInputs.of(decode, 8));
    next.put(in, positions(all.get(in), 7, 1));
    decode
        .metadata()
        .forEach(
            (k, v) -> {
              if (k.startsWith(ModelNotes.STATE)) {
                next.put(v, afterPrompt.get(k.substring(ModelNotes.STATE.length())));
              }
            });
    Tensor got = lastPosition(OrtSession.run(decode, next));
    assertThat(got.size()).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(got.at(i)).isCloseTo(expected.at(i), org.assertj.core.data.Offset.offset(1e-3));
    }
  }

  private static Model stage(
      WorkloadSpec spec, long prompt, long generate, Weights weights, int index) {
    var o =
        new WorkloadOptions(
            1, OptionalLong.of(prompt), OptionalLong.of(generate), Lang.EN, weights);
    return Scenarios.small(spec, o).stages().get(index).model();
  }

  /** Token ids [1, length], or what layers alone take instead [1, length, width]. */
  private static Tensor positions(Tensor all, int from, int count) {
    long[] dims = all.dims();
    dims[1] = count;
    if (dims.length == 2) {
      return Tensor.generateLongs(all.dtype(), dims, i -> all.longAt(from + i));
    }
    return Tensor.generate(all.dtype(), dims, i -> all.at(from * dims[2] + i));
  }

  /** What a model gives for the last position: logits, or the stream behind layers alone. */
  private static Tensor lastPosition(Map<String, Tensor> outputs) {
    if (outputs.containsKey("logits")) {
      return outputs.get("logits");
    }
    Tensor all = outputs.get("y");
    return positions(all, Math.toIntExact(all.dims()[1]) - 1, 1);
  }

  @Test
  void seededWeightsDependOnNameAndSeedOnly() {
    Tensor a = Weights.seeded(1).make("w", Init.DENSE, 3, 4);
    assertThat(a.sameAs(Weights.seeded(1).make("w", Init.DENSE, 3, 4))).isTrue();
    assertThat(a.sameAs(Weights.seeded(2).make("w", Init.DENSE, 3, 4))).isFalse();
    assertThat(a.sameAs(Weights.seeded(1).make("v", Init.DENSE, 3, 4))).isFalse();
  }
}
