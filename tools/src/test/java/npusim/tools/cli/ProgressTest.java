package npusim.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter text = new StringWriter();

  private void work(boolean terminal, long silentMs) throws InterruptedException {
    try (var progress = Progress.on(new PrintWriter(text), terminal, silentMs)) {
      progress.say("compiling decode");
      for (int i = 0; i < 200 && text.toString().isEmpty() && silentMs == 0 && terminal; i++) {
        Thread.sleep(20);
      }
    }
  }

  @Test
  void aLineIsShownAndErasedOnATerminal() throws InterruptedException {
    work(true, 0);
    assertThat(text.toString()).startsWith("\rcompiling decode · ").endsWith(" \r");
  }

  @Test
  void shortWorkIsNotTalkedAbout() throws InterruptedException {
    work(true, 60_000);
    assertThat(text.toString()).isEmpty();
  }

  @Test
  void nothingIsWrittenToAFile() throws InterruptedException {
    work(false, 0);
    assertThat(text.toString()).isEmpty();
  }
}
