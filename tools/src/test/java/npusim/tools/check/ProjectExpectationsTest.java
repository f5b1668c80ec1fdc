package npusim.tools.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The project's own expectations. When a change moves them for a good reason, approve the new
 * values with {@code ./npusim check --update workloads/expect/*.yaml} and say why in the commit.
 */
class ProjectExpectationsTest {
  @TestFactory
  Stream<DynamicTest> expectationsAreMet() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder())) {
      files = all.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(5);
    return files.stream()
        .map(
            f ->
                DynamicTest.dynamicTest(f.getFileName().toString(), f.toUri(), () -> assertMet(f)));
  }

  private static void assertMet(Path file) {
    Outcome o = Checker.run(ExpectationReader.read(file));
    assertThat(o.passed())
        .as(
            "%s; approve with ./npusim check --update %s",
            CheckText.render(o), "workloads/expect/" + file.getFileName())
        .isTrue();
  }

  private static Path folder() {
    var dir = Path.of("").toAbsolutePath();
    while (dir != null && !Files.isDirectory(dir.resolve("workloads/expect"))) {
      dir = dir.getParent();
    }
    assertThat(dir).as("project root").isNotNull();
    return dir.resolve("workloads/expect");
  }
}
