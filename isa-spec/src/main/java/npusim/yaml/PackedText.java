package npusim.yaml;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Text files packed with npusim's modules. */
public final class PackedText {
  /**
   * Names a folder with the same files, as far as ISO 8859-1 can write them. The launcher unpacks
   * them there: opening jars and decoding UTF-8 takes a short command longer than what it does with
   * the text. What isn't there is read from the class path.
   */
  public static final String FOLDER = "npusim.texts";

  private PackedText() {}

  /**
   * The content of a file that must exist; of JSON, maybe without its layout.
   *
   * @param owner a class of the module that packs the file
   * @param path from the class path's root, with a slash in front
   */
  public static String of(Class<?> owner, String path) {
    String folder = System.getProperty(FOLDER);
    if (folder != null) {
      try (var in = new FileInputStream(folder + path)) {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      } catch (FileNotFoundException e) {
        return asWritten(owner, path);
      } catch (IOException e) {
        throw new UncheckedIOException(path, e);
      }
    }
    return asWritten(owner, path);
  }

  /** The same with every space and line end it was written with. */
  public static String asWritten(Class<?> owner, String path) {
    try (var in = owner.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }
}
