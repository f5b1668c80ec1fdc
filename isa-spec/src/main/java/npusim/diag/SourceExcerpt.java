package npusim.diag;

/** Shows a place in a text: the line and a caret below the column. */
public final class SourceExcerpt {
  private static final int MAX_WIDTH = 120;

  private SourceExcerpt() {}

  /**
   * The line of {@code source} that {@code location} names, indented by two, with a caret below its
   * column when known. A line longer than 120 characters is cut to a window around the column.
   *
   * @return one or two lines without trailing newline; empty when the line is blank or not in the
   *     source
   */
  public static String caret(String source, Location location) {
    if (location.line() == 0 || source.isEmpty()) {
      return "";
    }
    String[] lines = source.split("\n", -1);
    if (location.line() > lines.length) {
      return "";
    }
    String line = lines[location.line() - 1].replace("\r", "");
    if (line.isBlank()) {
      return "";
    }
    int column = Math.min(location.column(), line.length() + 1);
    int from = 0;
    if (line.length() > MAX_WIDTH) {
      from = Math.max(0, Math.min(column - MAX_WIDTH / 2, line.length() - MAX_WIDTH));
      line = line.substring(from, from + MAX_WIDTH);
    }
    if (column == 0) {
      return "  " + line;
    }
    var pad = new StringBuilder("  ");
    for (int i = 0; i < column - 1 - from; i++) {
      // Tabs are kept so that the caret stays below its column however wide they are shown.
      pad.append(line.charAt(i) == '\t' ? '\t' : ' ');
    }
    return "  " + line + "\n" + pad + "^";
  }
}
