package npusim.tools.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Indented JSON in memory, the same bytes on every machine. */
public final class JsonText {
  private JsonText() {}

  /** Writes values to a generator. */
  @FunctionalInterface
  public interface Body {
    /** Writes one document. */
    void write(JsonGenerator g) throws IOException;
  }

  /** The text of what {@code body} writes, with a newline at its end. */
  public static String render(Body body) {
    var text = new StringWriter();
    try (JsonGenerator g = new JsonFactory().createGenerator(text)) {
      var indent = new DefaultIndenter("  ", "\n");
      g.setPrettyPrinter(
          new DefaultPrettyPrinter().withObjectIndenter(indent).withArrayIndenter(indent));
      body.write(g);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }
}
