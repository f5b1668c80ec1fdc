package npusim.tools.validate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiConsumer;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/**
 * Rows of a table that lie in a file of comma-separated values: the first line names the columns, a
 * cell may stand in double quotes, an empty one has none. Cells are read as values of a YAML row
 * are, lists such as {@code [16, 16, 16]} included.
 */
final class CsvRows {
  private final String file;
  private final String text;
  private final BiConsumer<String, Location> column;
  private int at;
  private int line = 1;

  /** Where the line begins that {@link #at} is in. */
  private int lineStart;

  private CsvRows(String file, String text, BiConsumer<String, Location> column) {
    this.file = file;
    this.text = text;
    this.column = column;
  }

  /** A cell, without the quotes it may stand in. */
  private record Cell(String text, Location location) {}

  /**
   * The rows of a file.
   *
   * @param column told the name of every column and its place; may refuse it
   * @throws NpusimException (usage) when it can't be read, or is no table
   */
  static YamlNode.Sequence read(Path file, BiConsumer<String, Location> column) {
    String text = YamlReader.text(file);
    return parse(file.toString(), text.startsWith("\uFEFF") ? text.substring(1) : text, column);
  }

  static YamlNode.Sequence parse(String file, String text, BiConsumer<String, Location> column) {
    return new CsvRows(file, text, column).rows();
  }

  private YamlNode.Sequence rows() {
    List<Cell> names = List.of();
    var rows = new ArrayList<YamlNode>();
    var wrong = new ArrayList<Diagnostic>();
    while (at < text.length()) {
      List<Cell> cells = record();
      boolean blank = cells.size() == 1 && cells.getFirst().text().isBlank();
      if (blank) {
        continue;
      }
      if (names.isEmpty()) {
        names = cells;
        checkNames(names);
        names.forEach(n -> column.accept(n.text(), n.location()));
      } else {
        try {
          rows.add(row(names, cells));
        } catch (NpusimException e) {
          wrong.addAll(e.diagnostics());
        }
      }
    }
    if (!wrong.isEmpty()) {
      throw NpusimException.usage(wrong);
    }
    return new YamlNode.Sequence(Location.ofFile(file), List.copyOf(rows));
  }

  private static void checkNames(List<Cell> names) {
    var seen = new HashSet<String>();
    for (Cell n : names) {
      if (n.text().isBlank() || !seen.add(n.text())) {
        throw wrong(
            n.location(),
            n.text().isBlank() ? "a column has no name" : "column " + n.text() + " is there twice",
            "the first line names the columns: chip,workload,measured");
      }
    }
  }

  private static YamlNode.Mapping row(List<Cell> names, List<Cell> cells) {
    Location place = cells.getFirst().location();
    if (cells.size() != names.size()) {
      throw wrong(
          place,
          cells.size() + " values in a table of " + names.size() + " columns",
          "a value with commas stands in quotes: \"gemm:64,64,64\"");
    }
    var entries = new LinkedHashMap<String, YamlNode>();
    var places = new LinkedHashMap<String, Location>();
    for (int i = 0; i < cells.size(); i++) {
      Cell c = cells.get(i);
      if (!c.text().isEmpty()) {
        entries.put(names.get(i).text(), value(c));
        places.put(names.get(i).text(), c.location());
      }
    }
    return new YamlNode.Mapping(place, entries, places);
  }

  private static YamlNode value(Cell c) {
    boolean flow = c.text().startsWith("[") || c.text().startsWith("{");
    if (flow) {
      try {
        return YamlReader.read(c.location().file(), c.text()).orElseThrow();
      } catch (NpusimException e) {
        throw wrong(c.location(), c.text() + " is no list or mapping", "for example [16, 16, 16]");
      }
    }
    return new YamlNode.Scalar(c.location(), c.text(), false);
  }

  private static NpusimException wrong(Location place, String what, String hint) {
    return NpusimException.usage("validate-csv", what, place, hint);
  }

  /** The cells up to the end of a line; a line may end in a carriage return as well. */
  private List<Cell> record() {
    var cells = new ArrayList<Cell>();
    do {
      cells.add(cell());
    } while (at < text.length() && text.charAt(at++) == ',');
    line++;
    lineStart = at;
    return cells;
  }

  /** One cell; {@link #at} is at its comma or line feed then, or at the end. */
  private Cell cell() {
    var place = new Location(file, line, at - lineStart + 1);
    if (at < text.length() && text.charAt(at) == '"') {
      return quoted(place);
    }
    int from = at;
    while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != '\n') {
      at++;
    }
    return new Cell(text.substring(from, at).strip(), place);
  }

  private Cell quoted(Location place) {
    var value = new StringBuilder();
    at++;
    while (true) {
      int quote = text.indexOf('"', at);
      if (quote < 0) {
        throw wrong(place, "a quote is not closed", "two quotes stand for one inside");
      }
      value.append(text, at, quote);
      at = quote + 1;
      if (at == text.length() || text.charAt(at) != '"') {
        break;
      }
      value.append('"');
      at++;
    }
    int from = at;
    while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != '\n') {
      at++;
    }
    if (!text.substring(from, at).isBlank()) {
      throw wrong(place, "there is text behind a closing quote", "two quotes stand for one inside");
    }
    return new Cell(value.toString().strip(), place);
  }
}
