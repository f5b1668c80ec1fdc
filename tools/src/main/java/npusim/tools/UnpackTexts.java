package npusim.tools;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;

/**
 * Copies the text files of npusim's jars to a folder in ISO 8859-1, as far as that can write them,
 * see {@link npusim.yaml.PackedText}. JSON is copied without its layout, which takes longer to skip
 * than the rest to read.
 */
public final class UnpackTexts {
  private static final List<String> TEXTS = List.of(".yaml", ".json", ".csv", ".txt");

  /** The last character of ISO 8859-1. */
  private static final char LAST = 0xff;

  private UnpackTexts() {}

  /**
   * Unpacks.
   *
   * @param args the folder, then jar files
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    for (int i = 1; i < args.length; i++) {
      unpack(Path.of(args[i]), folder);
    }
  }

  static void unpack(Path jar, Path folder) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      for (var entry : Collections.list(file.entries())) {
        String name = entry.getName();
        Path to = folder.resolve(name).normalize();
        if (TEXTS.stream().noneMatch(name::endsWith) || !to.startsWith(folder)) {
          continue;
        }
        try (InputStream in = file.getInputStream(entry)) {
          var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          text = name.endsWith(".json") ? dense(text) : text;
          if (text.chars().allMatch(c -> c <= LAST)) {
            Files.createDirectories(to.getParent());
            Files.writeString(to, text, StandardCharsets.ISO_8859_1);
          }
        }
      }
    }
  }

  /** JSON without spaces and line ends outside its texts, other characters written by digits. */
  static String dense(String json) {
    var out = new StringBuilder(json.length());
    boolean quoted = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (quoted && c == '\\') {
        out.append(c).append(json.charAt(++i));
        continue;
      }
      quoted ^= c == '"';
      if (c > LAST) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else if (quoted || c > ' ') {
        out.append(c);
      }
    }
    return out.toString();
  }
}
