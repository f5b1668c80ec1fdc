package npusim.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Objects → binary → objects and binary → objects → binary are identities; damage is always found
 * and named.
 */
class ContainerPropertyTest {
  @TempDir Path folder;

  @Property(tries = 300)
  void readInvertsWrite(@ForAll long seed) {
    Program program = RandomPrograms.next(new Random(seed));
    byte[] bytes = ProgramWriter.toBytes(program);
    Program back = ProgramReader.read("p.npu", bytes);
    assertThat(back.cores()).isEqualTo(program.cores());
    assertThat(back.params()).isEqualTo(program.params());
    assertThat(back.buffers()).isEqualTo(program.buffers());
    assertThat(back.nodes()).isEqualTo(program.nodes());
    assertThat(back.coverage()).isEqualTo(program.coverage());
    assertThat(
            back.name()
                + back.hardwareName()
                + back.hardwareFingerprint()
                + back.coresPerChip()
                + back.dramBytes())
        .isEqualTo(
            program.name()
                + program.hardwareName()
                + program.hardwareFingerprint()
                + program.coresPerChip()
                + program.dramBytes());
    assertThat(back.constants()).hasSameSizeAs(program.constants());
    assertThat(ProgramWriter.toBytes(back)).isEqualTo(bytes);
  }

  @Property(tries = 50)
  void sectionsOfAnySizeAreWritten(@ForAll @IntRange(max = 3000) int length) {
    String name = "n".repeat(length);
    var node = new NodeInfo(0, name, name, name, 1, 2, "", 4, 3);
    Program small = RandomPrograms.next(new Random(length));
    var program =
        new Program(
            name,
            name,
            "",
            1,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(node, node),
            small.coverage(),
            0);
    assertThat(ProgramReader.read("p.npu", ProgramWriter.toBytes(program)).nodes())
        .containsExactly(node, node);
  }

  @Property(tries = 300)
  void everyFlippedBitIsFound(@ForAll long seed) {
    var random = new Random(seed);
    byte[] bytes = ProgramWriter.toBytes(RandomPrograms.next(random));
    int bit = random.nextInt(bytes.length * 8);
    bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
    assertDamage(bytes);
  }

  @Property(tries = 300)
  void everyTruncationIsFound(@ForAll long seed) {
    var random = new Random(seed);
    byte[] bytes = ProgramWriter.toBytes(RandomPrograms.next(random));
    assertDamage(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
  }

  private static void assertDamage(byte[] bytes) {
    Throwable thrown = catchThrowable(() -> ProgramReader.read("p.npu", bytes));
    assertThat(thrown).isInstanceOf(NpusimException.class);
    var e = (NpusimException) thrown;
    assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(e.diagnostics().getFirst().render()).startsWith("p.npu: error: ");
  }

  @SuppressWarnings("ReferenceEquality") // that cores share one code object is what is tested
  @Test
  void filesRoundTripAndShareStreams() throws IOException {
    Program program = RandomPrograms.next(new Random(7));
    Path file = folder.resolve("p.npu");
    ProgramWriter.write(program, file);
    assertThat(ProgramReader.isContainer(file)).isTrue();
    Program back = ProgramReader.read(file);
    assertThat(Files.readAllBytes(file)).isEqualTo(ProgramWriter.toBytes(back));
    assertThat(folder).isDirectoryNotContaining(f -> f.toString().endsWith(".tmp"));
    for (int a = 0; a < back.cores().size(); a++) {
      for (int b = 0; b < a; b++) {
        assertThat(back.cores().get(a).code() == back.cores().get(b).code())
            .isEqualTo(program.cores().get(a).code().equals(program.cores().get(b).code()));
      }
    }
  }

  @Test
  void truncationNamesTheSection() {
    byte[] bytes = ProgramWriter.toBytes(RandomPrograms.next(new Random(3)));
    assertThatThrownBy(() -> ProgramReader.read("p.npu", Arrays.copyOf(bytes, bytes.length - 1)))
        .hasMessageContaining("section DATA, offset")
        .hasMessageContaining("truncated");
    assertThatThrownBy(
            () ->
                ProgramReader.read(
                    "p.npu",
                    "hello, this is a text file of some length"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .hasMessageContaining("is not an npusim program");
    assertThatThrownBy(() -> ProgramReader.read(folder.resolve("none.npu")))
        .hasMessageContaining("no such file");
  }
}
