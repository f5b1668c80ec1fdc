package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The shell scripts, run on a copy of the launcher in a folder with a space in its name. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
  private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

  private record Outcome(int exitCode, String text) {}

  @TempDir private Path temporary;
  private Path top;
  private Path bin;

  @BeforeEach
  void copyTheLauncher() throws IOException {
    Path root = repository();
    top = Files.createDirectories(temporary.resolve("a checkout"));
    bin = Files.createDirectories(temporary.resolve("bin"));
    Files.createDirectories(top.resolve("tools/src/main"));
    Files.copy(root.resolve("pom.xml"), top.resolve("pom.xml"));
    for (String script : List.of("npusim", "check", "tools/find-jdk.sh")) {
      Files.copy(root.resolve(script), top.resolve(script));
      assertThat(top.resolve(script).toFile().setExecutable(true)).isTrue();
    }
  }

  /** Surefire runs in the module's folder, other runners in the repository's. */
  private static Path repository() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("npusim")) ? here : REPOSITORY;
  }

  private Outcome run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true).directory(bin.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), text);
  }

  private Map<String, String> withMaven(String script) throws IOException {
    Path mvn = Files.writeString(bin.resolve("mvn"), "#!/bin/sh\n" + script + "\n");
    assertThat(mvn.toFile().setExecutable(true)).isTrue();
    var environment = new HashMap<String, String>();
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    return environment;
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = temporary.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Path javac = Files.createFile(home.resolve("bin/javac"));
    assertThat(javac.toFile().setExecutable(true)).isTrue();
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private Outcome isJdk25(Path home) throws IOException, InterruptedException {
    return run(
        Map.of(),
        "bash",
        "-c",
        ". \"$0\" && is_jdk25 \"$1\"",
        top + "/tools/find-jdk.sh",
        "" + home);
  }

  @Test
  void knowsAJdk25ByItsReleaseFile() throws Exception {
    assertThat(isJdk25(jdk("jdk 25", "25.0.3")).exitCode()).isZero();
    assertThat(isJdk25(jdk("jdk-17", "17.0.15")).exitCode()).isNotZero();
    assertThat(isJdk25(temporary.resolve("none")).exitCode()).isNotZero();
    assertThat(isJdk25(Path.of(System.getProperty("java.home"))).exitCode()).isZero();
  }

  @Test
  void aFailedBuildShowsItsEndAndWhereItsLogIs() throws Exception {
    Outcome outcome =
        run(withMaven("echo cannot resolve it; exit 1"), top + "/npusim", "--version");
    assertThat(outcome.exitCode()).isEqualTo(70);
    assertThat(outcome.text())
        .contains("cannot resolve it", "the build failed", "target/npusim/build.log");
    assertThat(top.resolve("target/npusim/stamp")).doesNotExist();
  }

  @Test
  void handsItsArgumentsToMaven() throws Exception {
    var environment = withMaven("echo \"args: $*\"; exit 1");
    environment.put("NPUSIM_MVN_ARGS", "-o -Dmaven.repo.local=elsewhere");
    assertThat(run(environment, top + "/npusim").text())
        .contains("-Dquickly", "-o -Dmaven.repo.local=elsewhere package");
    assertThat(run(withMaven("echo \"args: $*\""), top + "/check", "-o").text())
        .contains("-o verify");
  }

  @Test
  void takesNamesOfFilesInAnyLettersWhereTheLocaleHasAsciiOnly() throws Exception {
    for (String ascii : List.of("", "C", "POSIX")) {
      var environment = withMaven("echo \"locale: $LC_ALL.\"; exit 1");
      environment.putAll(Map.of("LC_ALL", ascii, "LC_CTYPE", "", "LANG", ascii));
      assertThat(run(environment, top + "/npusim").text()).contains("locale: C.UTF-8.");
    }
    var other = withMaven("echo \"locale: $LC_ALL.\"; exit 1");
    other.put("LC_ALL", "ko_KR.eucKR");
    assertThat(run(other, top + "/npusim").text()).contains("locale: ko_KR.eucKR.");
  }

  @Test
  void buildsThroughASymbolicLinkOnceAndAgainWhenASourceIsNewer() throws Exception {
    // The JVM then finds no main class: what is under test is when a build happens.
    var environment =
        withMaven(
            """
            pwd >>"%s/builds"
            mkdir -p tools/target/quick/lib
            : >tools/target/quick/lib/x.jar
            : >tools/target/quick/npusim-tools-0.jar
            """
                .formatted(temporary));
    Path link = Files.createSymbolicLink(temporary.resolve("link"), top.resolve("npusim"));
    run(environment, link.toString());
    run(environment, link.toString());
    Path builds = temporary.resolve("builds");
    assertThat(Files.readAllLines(builds)).containsExactly(top.toRealPath().toString());
    Path source = Files.createFile(top.resolve("tools/src/main/New.java"));
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 5000));
    run(environment, link.toString());
    assertThat(Files.readAllLines(builds)).hasSize(2);
  }
}
