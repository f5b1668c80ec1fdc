package npusim.tools;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;

/**
 * Copies the text files of npusim's jars to a folder, see {@link npusim.yaml.PackedText}. JSON is
 * copied without its layout, which takes longer to skip than the rest to read.
 */
public final class UnpackTexts {
  private static final List<String> TEXTS = List.of(".yaml", ".json", ".csv", ".txt");

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
          Files.createDirectories(to.getParent());
          Files.writeString(to, name.endsWith(".json") ? dense(text) : text);
        }
      }
    }
  }

  /** JSON without spaces and line ends outside its texts. */
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
      if (quoted || c > ' ') {
        out.append(c);
      }
    }
    return out.toString();
  }
}
