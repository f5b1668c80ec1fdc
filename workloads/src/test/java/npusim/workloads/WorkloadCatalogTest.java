package npusim.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import npusim.compiler.CompileOptions;
import npusim.compiler.Compiler;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Tensor;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import npusim.hardware.HardwareLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadCatalogTest {

  @Test
  void everyNamedWorkloadIsReadable() {
    assertThat(WorkloadCatalog.names()).hasSizeGreaterThan(15).doesNotHaveDuplicates();
    for (String n : WorkloadCatalog.names()) {
      WorkloadSpec spec = WorkloadCatalog.find(n).orElseThrow();
      assertThat(spec.name()).isEqualTo(n);
      assertThat(spec.sources()).as(n).isNotEmpty();
    }
  }

  /** Published counts: the model cards' totals, the ResNet and BERT papers. */
  @ParameterizedTest
  @CsvSource({
    "exaone-3.5-7.8b, 7818448896",
    "exaone-3.5-2.4b, 2405327360",
    "llama-2-7b, 6738415616",
    "llama-3.1-8b, 8030261248",
    "gpt-2, 124439808",
    "falcon-7b, 6921720704",
    "opt-125m, 125239296",
    "resnet50, 25557032",
    "vit-base, 86567656",
    "vit-large, 304326632",
  })
  void parameterCountsMatchThePublishedOnes(String name, long published) {
    var o =
        new WorkloadOptions(
            1, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
    Model m = Scenarios.of(WorkloadCatalog.find(name).orElseThrow(), o).stages().getFirst().model();
    long count = 0;
    for (var e : m.graph().initializers().entrySet()) {
      Tensor t = e.getValue();
      boolean running = e.getKey().endsWith(".bn.mean") || e.getKey().endsWith(".bn.var");
      if (!t.hasData() && !running) {
        count += t.size();
      }
    }
    assertThat((double) count)
        .isCloseTo(published, org.assertj.core.data.Percentage.withPercentage(0.01));
  }

  /** Published multiply-accumulates of an image, in 10^7: torchvision's tables. */
  @ParameterizedTest
  @CsvSource({"vit-base, 1756", "vit-large, 6155", "resnet50, 409"})
  void multiplyAccumulatesMatchThePublishedOnes(String name, long published) {
    var spec = WorkloadCatalog.find(name).orElseThrow();
    Model m = Scenarios.of(spec, WorkloadOptions.defaults()).stages().getFirst().model();
    var p = Compiler.compile(m, HardwareLoader.load("edge"), CompileOptions.DEFAULT);
    assertThat(Math.round(p.coverage().macs() / 1e7)).isEqualTo(published);
  }

  /** Boxes that the papers' decoders take: 1,917 and 15,130. */
  @ParameterizedTest
  @CsvSource({"ssd-mobilenet, 1917", "ssd-resnet34, 15130"})
  void detectorsGiveTheBoxesTheyAreKnownFor(String name, long published) {
    var o =
        new WorkloadOptions(
            1, OptionalLong.empty(), OptionalLong.empty(), Lang.EN, Weights.shapesOnly());
    Model m = Scenarios.of(WorkloadCatalog.find(name).orElseThrow(), o).stages().getFirst().model();
    long boxes =
        m.graph().outputs().stream()
            .filter(out -> out.startsWith("boxes."))
            .mapToLong(out -> m.graph().tensorType(out).elements() / 4)
            .sum();
    assertThat(boxes).isEqualTo(published);
  }

  @ParameterizedTest
  @CsvSource({
    "'gemmm:1,2,3', micro-name",
    "'gemm:1,2', micro-shape",
    "'gemm:1,2,x', micro-shape",
    "'gemm:0,2,3', micro-shape",
    "'conv:1,4,4,3,8,9,1,0', micro-shape"
  })
  void wrongKernelsAreRefused(String text, String code) {
    assertThatThrownBy(() -> MicroWorkload.parse(text, Weights.shapesOnly()))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining(code);
  }

  @Test
  void aFileNameIsNotAKernel() {
    assertThat(MicroWorkload.parse("models/net.onnx", Weights.shapesOnly())).isEmpty();
  }

  @Test
  void lengthsBeyondTheContextAreRefused() {
    var spec = WorkloadCatalog.find("gpt-2").orElseThrow();
    var o =
        new WorkloadOptions(
            1, OptionalLong.of(1000), OptionalLong.of(100), Lang.EN, Weights.shapesOnly());
    assertThatThrownBy(() -> Scenarios.of(spec, o))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("must be from 1 to 25");
  }

  @Test
  void mistakesInAWorkloadFileArePointedAt() {
    String yaml =
        """
        name: x
        title: X
        status: published
        family: resnet
        architecture:
          depths: [1]
          widths: [8]
          image: 32
          bottlneck: true
        """;
    assertThatThrownBy(() -> WorkloadSpec.parse("x.yaml", yaml))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("x.yaml:9:3")
        .hasMessageContaining("bottleneck");
  }

  @Test
  void dimensionsCanBeChangedAfterTheName() {
    var changed = WorkloadCatalog.find("ResNet18:image=32,depths=[1,1,1,1]").orElseThrow();
    assertThat(changed.name()).isEqualTo("resnet18:image=32,depths=[1,1,1,1]");
    assertThat(changed.architecture().summary())
        .containsExactly("blocks [1, 1, 1, 1]", "widths [64, 128, 256, 512]", "32×32 image");
    var plain = WorkloadCatalog.find("blip-base").orElseThrow().architecture();
    var larger = WorkloadCatalog.find("blip-base:vision.image=512").orElseThrow().architecture();
    assertThat(((Captioner) larger).vision().image()).isEqualTo(512);
    assertThat(((Captioner) larger).text()).isEqualTo(((Captioner) plain).text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resnet18:imge=32 | unknown key architecture.imge | image",
        "resnet18:image | must be key=value | resnet50:image=288",
        "resnet18:image= | image has no value | image",
        "resnet18:image=x | must be a number | architecture.image",
        "resnet18:image=0 | must be an integer from 1 | architecture.image",
        "resnet18:depths=[1 | not valid YAML | depths",
        "blip-base:visin.image=3 | no group of dimensions | vision",
        "resnet18:image.width=3 | belongs to no group | width"
      })
  void wrongDimensionsAreRefused(String text, String message, String also) {
    assertThatThrownBy(() -> WorkloadCatalog.find(text))
        .isInstanceOfSatisfying(
            NpusimException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(message)
        .hasMessageContaining(also);
  }
}
