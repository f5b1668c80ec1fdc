package npusim.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import npusim.diag.NpusimException;
import org.junit.jupiter.api.Test;

/**
 * The instruction reference, as a page ({@code -Dupdate=true} writes it) and on the command line.
 */
class IsaDocsTest {
  @Test
  void pageIsFresh() throws IOException {
    Path page = IsaFreshnessTest.module().resolveSibling("docs/isa.md");
    if (Boolean.getBoolean("update")) {
      Files.writeString(page, IsaMarkdown.markdown());
    }
    assertThat(page)
        .as("docs/isa.md is stale: run this test with -Dupdate=true")
        .exists()
        .content()
        .isEqualTo(IsaMarkdown.markdown());
  }

  @Test
  void everyInstructionHasAPageOfItsOwn() {
    for (Opcode op : Opcode.values()) {
      String text = IsaReference.render(op.mnemonic());
      assertThat(text).startsWith(op.mnemonic() + " — ").contains("syntax   " + op.mnemonic());
      op.fields().forEach(f -> assertThat(text).contains(f.label()));
    }
    assertThat(IsaReference.render("V.BIN"))
        .contains("dst=addr:type[s0,s1,s2,s3]", "atan2", "Elementwise");
    assertThat(IsaReference.overview().lines()).hasSize(Opcode.values().length);
  }

  @Test
  void unknownMnemonicsGetTheNearest() {
    assertThatThrownBy(() -> IsaReference.render("v.bim"))
        .isInstanceOf(NpusimException.class)
        .hasMessageContaining("did you mean \"v.bin\"?");
  }
}
