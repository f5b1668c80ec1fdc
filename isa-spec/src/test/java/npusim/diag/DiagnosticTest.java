package npusim.diag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosticTest {
  @Test
  void rendersPlaceSeverityMessageCodeAndHint() {
    var diagnostic =
        Diagnostic.error(
            "hw-range",
            "core.matrix.rows is 0, must be 1 to 4096",
            new Location("chip.yaml", 3, 9),
            "give the number of rows");
    assertThat(diagnostic.render())
        .isEqualTo(
            "chip.yaml:3:9: error: core.matrix.rows is 0, must be 1 to 4096 [hw-range]\n"
                + "  hint: give the number of rows");
  }

  @Test
  void leavesOutWhatIsUnknown() {
    assertThat(Diagnostic.error("", "no model given").render()).isEqualTo("error: no model given");
    assertThat(Diagnostic.note("n", "m", Location.ofFile("a.onnx")).render())
        .isEqualTo("a.onnx: note: m [n]");
    assertThat(Diagnostic.note("", "m", new Location("a", 4, 0)).render())
        .isEqualTo("a:4: note: m");
    assertThat(Diagnostic.note("", "m", new Location("", 4, 2)).render())
        .isEqualTo("line 4:2: note: m");
  }

  @Test
  void showsTheLineWithACaret() {
    String source = "core:\n  rows: 0\r\n\tcols: 1\n";
    assertThat(Diagnostic.error("c", "bad", new Location("f", 2, 9)).render(source))
        .isEqualTo("f:2:9: error: bad [c]\n    rows: 0\n          ^");
    assertThat(SourceExcerpt.caret(source, new Location("f", 3, 2)))
        .isEqualTo("  \tcols: 1\n  \t^");
    assertThat(SourceExcerpt.caret(source, new Location("f", 3, 0))).isEqualTo("  \tcols: 1");
    assertThat(SourceExcerpt.caret(source, new Location("f", 99, 1))).isEmpty();
  }

  @Test
  void cutsALongLineAroundTheColumn() {
    String source = "a".repeat(500) + "X" + "b".repeat(500);
    String[] shown = SourceExcerpt.caret(source, new Location("f", 1, 501)).split("\n", -1);
    assertThat(shown[0]).hasSize(122);
    assertThat(shown[0].charAt(shown[1].indexOf('^'))).isEqualTo('X');
  }

  @Test
  void suggestsTheNearestName() {
    var chips = List.of("gemmini-16x16", "tpu-v3", "warboy", "rngd");
    assertThat(Names.nearest("rgnd", chips)).contains("rngd");
    assertThat(Names.nearest("WARBOI", chips)).contains("warboy");
    assertThat(Names.nearest("gemmini", chips)).contains("gemmini-16x16");
    assertThat(Names.nearest("zzz", chips)).isEmpty();
    assertThat(Names.suggest("zzz", chips)).isEqualTo("known: gemmini-16x16, tpu-v3, warboy, rngd");
    assertThat(Names.suggest("tpu3", chips)).isEqualTo("did you mean \"tpu-v3\"?");
  }

  @Test
  void measuresEditDistance() {
    assertThat(Names.distance("", "abc")).isEqualTo(3);
    assertThat(Names.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Names.distance("ab", "ba")).isEqualTo(1);
  }

  @Test
  void exceptionCarriesDiagnosticsAndExitCode() {
    var failure =
        NpusimException.infeasible("mem-fit", "needs 2 GiB, has 1 GiB", "use a bigger chip");
    assertThat(failure.exitCode()).isEqualTo(ExitCode.INFEASIBLE);
    assertThat(failure.exitCode().code()).isEqualTo(3);
    assertThat(failure.diagnostics()).hasSize(1);
    assertThat(failure).hasMessageContaining("error: needs 2 GiB, has 1 GiB [mem-fit]");
    assertThatThrownBy(() -> NpusimException.usage(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
