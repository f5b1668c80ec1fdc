package npusim.compiler.passes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import npusim.compiler.Pipeline;
import npusim.compiler.ir.GraphVerifier;
import npusim.compiler.ir.Model;
import npusim.compiler.text.OnnxText;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the text cases under {@code passes/<pass>/}: input, a line {@code // expect}, expected
 * output. Lines {@code # dim name=value} in the input bind dimensions, {@code # first pass,pass}
 * runs other passes before. An expected output that begins with {@code error:} is part of the
 * message of the diagnostic.
 */
class PassCaseTest {
  private static final String MARKER = "// expect";

  @TestFactory
  List<DynamicTest> cases() throws IOException, URISyntaxException {
    URL root = PassCaseTest.class.getResource("/passes");
    assertThat(root).isNotNull();
    List<DynamicTest> out = new ArrayList<>();
    try (Stream<Path> s = Files.walk(Path.of(root.toURI()))) {
      for (Path f : s.filter(p -> p.toString().endsWith(".onnxtxt")).sorted().toList()) {
        String pass = f.getParent().getFileName().toString();
        out.add(DynamicTest.dynamicTest(pass + "/" + f.getFileName(), () -> check(f, pass)));
      }
    }
    for (Pass p : Pipeline.all()) {
      assertThat(out)
          .as("cases of " + p.name())
          .anyMatch(t -> t.getDisplayName().startsWith(p.name() + "/"));
    }
    return out;
  }

  private static void check(Path file, String passName) throws IOException {
    String text = Files.readString(file);
    int marker = text.indexOf(MARKER);
    assertThat(marker).as(file + " has a line '" + MARKER + "'").isPositive();
    String input = text.substring(0, marker);
    String expected = text.substring(marker + MARKER.length()).strip();
    Model m = OnnxText.parse(file.getFileName().toString(), input);
    PassContext c = PassContext.of(dims(input), Map.of());
    Pass pass = Passes.find(Pipeline.all(), passName);
    if (expected.startsWith("error:")) {
      Throwable t = catchThrowable(() -> runAll(m, input, pass, c));
      assertThat(t).isInstanceOf(NpusimException.class);
      assertThat(t.getMessage()).contains(expected.substring("error:".length()).strip());
      return;
    }
    runAll(m, input, pass, c);
    assertThat(GraphVerifier.verify(m, n -> true, false)).isEmpty();
    assertThat(OnnxText.print(m).strip()).isEqualTo(expected);
  }

  private static void runAll(Model m, String input, Pass pass, PassContext c) {
    input
        .lines()
        .filter(l -> l.startsWith("# first "))
        .flatMap(l -> Stream.of(l.substring("# first ".length()).strip().split(",", -1)))
        .forEach(p -> Passes.find(Pipeline.all(), p).run(m, c));
    pass.run(m, c);
  }

  private static Map<String, Long> dims(String input) {
    Map<String, Long> out = new LinkedHashMap<>();
    input
        .lines()
        .filter(l -> l.startsWith("# dim "))
        .map(l -> l.substring("# dim ".length()).strip().split("=", -1))
        .forEach(p -> out.put(p[0], Long.parseLong(p[1])));
    return out;
  }
}
