package npusim.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import npusim.diag.ExitCode;
import npusim.diag.NpusimException;

/** Whatever is done to a description, the loader either accepts it or says what is wrong. */
class HardwareLoaderPropertyTest {
  private static final String[] SNIPPETS = {
    "-1",
    "1e99",
    "null",
    "[",
    "}",
    ": ",
    "{}",
    "\t",
    "\n",
    "*a",
    "&a ",
    "0",
    "true",
    "\"",
    "ws",
    "99999999999999999999",
    "!!int ",
    "\u0000",
    "é",
    "- ",
    "0x10",
    ".nan",
    "1KiB"
  };

  /** The snippets that YAML reads as null: the word, and a property of a node without a node. */
  private static final Set<String> NULLS = Set.of("null", "&a ", "!!int ");

  @Property(tries = 150)
  void brokenDescriptionsAreRefusedInWords(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int edits) {
    var random = new Random(seed);
    var chips = HardwareCatalog.chips();
    var text =
        new StringBuilder(
            HardwareCatalog.chipYaml(chips.get(random.nextInt(chips.size()))).orElseThrow());
    for (int i = 0; i < edits; i++) {
      int at = random.nextInt(text.length());
      if (random.nextBoolean()) {
        text.insert(at, SNIPPETS[random.nextInt(SNIPPETS.length)]);
      } else {
        text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(12)));
      }
    }
    try {
      var hw = HardwareLoader.parse("mutant.yaml", text.toString(), List.of());
      assertThat(hw.fingerprint()).hasSize(16);
    } catch (NpusimException e) {
      assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
      assertThat(e.diagnostics()).allMatch(d -> !d.message().isBlank() && !d.location().isNone());
    }
  }

  @Property(tries = 100)
  void anyOverrideIsTakenOrRefusedInWords(@ForAll long seed) {
    var random = new Random(seed);
    var paths = SchemaPaths.leaves();
    var path = paths.get(random.nextInt(paths.size()));
    var value =
        random.nextInt(3) == 0
            ? Integer.toString(random.nextInt(100_000))
            : SNIPPETS[random.nextInt(SNIPPETS.length)];
    try {
      var hw = HardwareLoader.load("edge", List.of(path + "=" + value));
      // Null takes away what has no default.
      assertThat(
              hw.parameters().find(path).isPresent()
                  || NULLS.contains(value)
                  || SchemaPaths.all().get(path).kind() == SchemaNode.Kind.MAP)
          .isTrue();
    } catch (NpusimException e) {
      assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
    }
  }
}
