package npusim.diag;

import java.util.Objects;

/**
 * A place in an input.
 *
 * @param file path or name of the input as the user gave it; empty when there is none
 * @param line line number from 1; 0 when unknown
 * @param column column number from 1, in characters; 0 when unknown
 */
public record Location(String file, int line, int column) {
  /** No place at all, for example a message about a command-line option. */
  public static final Location NONE = new Location("", 0, 0);

  public Location {
    Objects.requireNonNull(file, "file");
    if (line < 0 || column < 0) {
      throw new IllegalArgumentException("negative position " + line + ":" + column);
    }
  }

  /** A whole file. */
  public static Location ofFile(String file) {
    return new Location(file, 0, 0);
  }

  /** True when this names neither a file nor a position. */
  public boolean isNone() {
    return file.isEmpty() && line == 0;
  }

  /** {@code file:line:column}, leaving out what is unknown; empty when nothing is known. */
  @Override
  public String toString() {
    var text = new StringBuilder(file);
    if (line > 0) {
      text.append(file.isEmpty() ? "line " : ":").append(line);
      if (column > 0) {
        text.append(':').append(column);
      }
    }
    return text.toString();
  }
}
