package npusim.hardware;

import java.util.ArrayList;
import java.util.List;

/** Prints a description for people: every parameter with its value, unit and provenance. */
public final class HardwareText {
  private HardwareText() {}

  /**
   * One line per parameter in schema order, aligned: path, value, unit, status, source. Ends with a
   * newline.
   *
   * @param prefix only parameters at or below this path; empty for all
   */
  public static String show(Hardware hw, String prefix) {
    List<String[]> rows = new ArrayList<>();
    for (var p : hw.parameters().all()) {
      if (p.path().equals("title") || p.path().equals("notes") || !below(p.path(), prefix)) {
        continue;
      }
      // A size carries its unit in its text.
      var unit = p.schema().byteSize() ? "" : p.schema().unit();
      rows.add(
          new String[] {
            p.path(), p.text(), unit, p.provenance().status().label(), p.provenance().source()
          });
    }
    var text = new StringBuilder();
    if (prefix.isEmpty()) {
      text.append(hw.name()).append(": ").append(hw.title()).append('\n');
      if (!hw.notes().isEmpty()) {
        text.append(hw.notes()).append('\n');
      }
      text.append("fingerprint ").append(hw.fingerprint()).append("\n\n");
    }
    appendTable(rows, text);
    return text.toString();
  }

  private static boolean below(String path, String prefix) {
    return prefix.isEmpty() || path.equals(prefix) || path.startsWith(prefix + ".");
  }

  private static void appendTable(List<String[]> rows, StringBuilder text) {
    int[] widths = new int[4];
    for (var row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (var row : rows) {
      for (int i = 0; i < widths.length; i++) {
        text.append(row[i]).repeat(" ", widths[i] - row[i].length() + 2);
      }
      text.append(row[4]).append('\n');
    }
  }
}
