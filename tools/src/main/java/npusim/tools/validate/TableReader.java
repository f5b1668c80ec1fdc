package npusim.tools.validate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.tools.check.YamlFields;
import npusim.tools.check.YamlPlaces;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/** Reads validation tables. Everything wrong in one is told with file, line and column. */
public final class TableReader {
  private static final List<String> STATUSES =
      List.of("published", "third_party", "derived", "estimate", "recalled");

  private final Path file;
  private final String name;
  private final YamlFields fields;

  private TableReader(Path file, String name, YamlFields fields) {
    this.file = file;
    this.name = name;
    this.fields = fields;
  }

  /**
   * Reads a file; paths in it are relative to its folder.
   *
   * @throws NpusimException (usage) when it can't be read or something in it is wrong
   */
  public static Table read(Path file) {
    return parse(file, file.toString(), YamlReader.text(file));
  }

  /**
   * Reads a text.
   *
   * @param file gives the table its name and the folder that paths in it are relative to
   * @param shown file name for messages
   */
  static Table parse(Path file, String shown, String text) {
    if (shown.endsWith(".csv")) {
      throw NpusimException.usage(
          "validate-csv",
          "values alone are no table",
          Location.ofFile(shown),
          "write a table beside it with title, kind, unit, status, source and \"rows: "
              + file.getFileName()
              + "\"; docs/validation.md describes the format");
    }
    YamlNode node = YamlPlaces.document(shown, text, "docs/validation.md describes the format");
    String name = String.valueOf(file.getFileName()).replaceAll("\\.[^.]*$", "");
    return new TableReader(file, name, new YamlFields(node, "")).table();
  }

  private Table table() {
    Job.Kind kind =
        choice(
            "kind",
            Arrays.stream(Job.Kind.values()).map(Job.Kind::label).toList(),
            l -> Arrays.stream(Job.Kind.values()).filter(k -> k.label().equals(l)).findFirst());
    Measure measure = choice("unit", Measure.labels(), Measure::of);
    if (!Predictor.has(kind, measure)) {
      throw NpusimException.usage(
          "validate-unit",
          "a table of kind " + kind.label() + " can't be in " + measure.label(),
          fields.keyLocation("unit"),
          "units: " + String.join(", ", units(kind)));
    }
    String status = choice("status", STATUSES, s -> Optional.of(s).filter(STATUSES::contains));
    String source = required("source");
    String title = required("title");
    String family = fields.text("family").orElse(name);
    if (!family.matches("[^\\p{Cntrl},]+") || family.isBlank()) {
      throw YamlFields.error(
          fields.keyLocation("family"), "family must be a name of one line without commas");
    }
    String notes = fields.text("notes").orElse("");
    String worst = fields.text("worst").orElse("");
    List<String> columns = columns(kind);
    Map<String, YamlNode> defaults = new LinkedHashMap<>();
    fields
        .find("defaults")
        .ifPresent(
            d -> {
              if (!(d instanceof YamlNode.Mapping m)) {
                throw YamlFields.error(d.location(), "defaults must be a mapping");
              }
              defaults.putAll(m.entries());
            });
    List<Row> rows = rows(kind, new RowReader(kind, measure, file), columns, defaults);
    fields.close();
    List<String> sets =
        rows.getFirst().sets().stream()
            .filter(s -> rows.stream().allMatch(r -> r.sets().contains(s)))
            .distinct()
            .toList();
    return new Table(name, family, title, kind, source, status, measure, notes, worst, sets, rows);
  }

  private List<String> columns(Job.Kind kind) {
    List<String> names = fields.texts("columns");
    if (fields.find("columns").orElse(null) instanceof YamlNode.Sequence s) {
      for (int i = 0; i < names.size(); i++) {
        checkColumn(
            kind, names.get(i), names.indexOf(names.get(i)) < i, s.items().get(i).location());
      }
    }
    return names;
  }

  /** Refuses a column that no row of the kind can have. */
  private static void checkColumn(Job.Kind kind, String column, boolean again, Location place) {
    List<String> known = RowReader.keys(kind);
    if (again || !known.contains(column)) {
      throw NpusimException.usage(
          "validate-column",
          again
              ? "column " + column + " is there twice"
              : "rows of kind "
                  + kind.label()
                  + " have no "
                  + (column.isBlank() ? "column without a name" : column),
          place,
          again ? "" : Names.suggest(column, known));
    }
  }

  static List<String> units(Job.Kind kind) {
    return Arrays.stream(Measure.values())
        .filter(m -> Predictor.has(kind, m))
        .map(Measure::label)
        .toList();
  }

  private List<Row> rows(
      Job.Kind kind, RowReader reader, List<String> columns, Map<String, YamlNode> defaults) {
    YamlNode node = fields.find("rows").orElseThrow(() -> fields.missing("rows"));
    if (node instanceof YamlNode.Scalar path && path.text().endsWith(".csv")) {
      Path csv = file.resolveSibling(path.text());
      node =
          YamlPlaces.at(
              path.location(),
              () -> CsvRows.read(csv, (name, at) -> checkColumn(kind, name, false, at)));
    }
    if (!(node instanceof YamlNode.Sequence s) || s.items().isEmpty()) {
      throw YamlFields.error(
          node.location(), "rows must be a list of at least one row, or a .csv file of them");
    }
    var rows = new ArrayList<Row>();
    var wrong = new ArrayList<Diagnostic>();
    for (YamlNode item : s.items()) {
      try {
        rows.add(reader.read(filled(named(item, columns), defaults)));
      } catch (NpusimException e) {
        wrong.addAll(e.diagnostics());
      }
    }
    if (!wrong.isEmpty()) {
      // What is wrong in the defaults is found in every row.
      throw NpusimException.usage(wrong.stream().distinct().toList());
    }
    return rows;
  }

  /** A row written as a list gets the names of the columns. */
  private static YamlNode.Mapping named(YamlNode item, List<String> columns) {
    if (item instanceof YamlNode.Mapping m) {
      return m;
    }
    if (!(item instanceof YamlNode.Sequence s) || s.items().size() != columns.size()) {
      String how =
          columns.isEmpty() ? "a mapping" : "a mapping or a list of " + columns.size() + " values";
      throw YamlFields.error(item.location(), "a row must be " + how);
    }
    var entries = new LinkedHashMap<String, YamlNode>();
    var places = new LinkedHashMap<String, Location>();
    for (int i = 0; i < columns.size(); i++) {
      YamlNode v = s.items().get(i);
      if (!(v instanceof YamlNode.Scalar c && c.isNull())) {
        entries.put(columns.get(i), v);
        places.put(columns.get(i), v.location());
      }
    }
    return new YamlNode.Mapping(item.location(), entries, places);
  }

  private static YamlNode.Mapping filled(YamlNode.Mapping row, Map<String, YamlNode> defaults) {
    var entries = new LinkedHashMap<>(row.entries());
    var places = new LinkedHashMap<>(row.keyLocations());
    defaults.forEach(
        (key, value) -> {
          if (entries.putIfAbsent(key, value) == null) {
            places.put(key, value.location());
          }
        });
    // A row has none of what it says null for, whatever the defaults are.
    entries.values().removeIf(v -> v instanceof YamlNode.Scalar s && s.isNull());
    places.keySet().retainAll(entries.keySet());
    return new YamlNode.Mapping(row.location(), entries, places);
  }

  private String required(String key) {
    return fields.text(key).orElseThrow(() -> fields.missing(key));
  }

  private <T> T choice(
      String key, List<String> known, java.util.function.Function<String, Optional<T>> of) {
    YamlNode.Scalar s = fields.scalar(key).orElseThrow(() -> fields.missing(key));
    return of.apply(s.text())
        .orElseThrow(
            () ->
                NpusimException.usage(
                    "validate-value",
                    key + " is " + s.describe(),
                    s.location(),
                    Names.suggest(s.text(), known)));
  }
}
