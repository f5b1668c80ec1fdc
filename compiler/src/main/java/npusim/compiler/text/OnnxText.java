package npusim.compiler.text;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;

/**
 * Models as text, in ONNX's own syntax. {@code parse(print(m))} gives {@code m} back but for what
 * the syntax can't say: notes on nodes, text tensors, and opset versions of nodes that differ from
 * the model's.
 */
public final class OnnxText {
  /**
   * Constants of more elements are printed by their type only in dumps, and so read back without
   * values.
   */
  public static final long DUMP_ELEMENTS = 16;

  private OnnxText() {}

  /**
   * Reads a model from a text file.
   *
   * @throws NpusimException exit code 2 with file, line, column and a caret when the text is no
   *     valid model
   */
  public static Model parse(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw NpusimException.usage(
          "file", "no such file", Location.ofFile(file.toString()), "check the path");
    } catch (CharacterCodingException e) {
      throw NpusimException.usage(
          "onnx-text", "not UTF-8 text", Location.ofFile(file.toString()), "");
    } catch (IOException e) {
      throw NpusimException.usage(
          "file",
          "can't be read: " + e.getMessage(),
          Location.ofFile(file.toString()),
          "check the path");
    }
  }

  /**
   * Reads a model from text.
   *
   * @param file name for messages; external data is looked for in its folder
   */
  public static Model parse(String file, String text) {
    TextErrors errors = new TextErrors(file, text);
    OnnxTextLexer lexer = new OnnxTextLexer(CharStreams.fromString(text, file));
    lexer.removeErrorListeners();
    lexer.addErrorListener(errors);
    OnnxTextParser parser = new OnnxTextParser(new CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.addErrorListener(errors);
    Model m = new ModelBuilder(errors, file).model(parser.model());
    m.setSource(file);
    return m;
  }

  /** The whole model, every value of every constant included. */
  public static String print(Model m) {
    return new TextPrinter(Long.MAX_VALUE).model(m);
  }

  /** The model with large constants shown by their type only. */
  public static String dump(Model m) {
    return new TextPrinter(DUMP_ELEMENTS).model(m);
  }

  /** One graph with large constants shown by their type only. */
  public static String dump(Graph g) {
    return new TextPrinter(DUMP_ELEMENTS).graph(g);
  }
}
