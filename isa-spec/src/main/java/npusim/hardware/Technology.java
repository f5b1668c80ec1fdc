package npusim.hardware;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.hardware.Provenance.Status;

/** {@code energy/technology.txt}: energies at 45 nm and 7 nm, and their scaling to other nodes. */
final class Technology {
  private static final String RESOURCE = "/npusim/hardware/energy/technology.txt";

  /**
   * One row.
   *
   * @param name coefficient
   * @param at45 value at 45 nm
   * @param at7 value at 7 nm
   * @param provenance source
   */
  record Row(String name, double at45, double at7, Provenance provenance) {

    /** Power law through both values; a value equal at both nodes does not scale. */
    double atNode(double nm) {
      if (at45 == at7 || at7 == 0) {
        return at7;
      }
      double exponent = Math.log(at45 / at7) / Math.log(45.0 / 7.0);
      return at7 * Math.pow(nm / 7.0, exponent);
    }
  }

  private Technology() {}

  private static final class Holder {
    static final Map<String, Row> ROWS = read();
  }

  private static Map<String, Row> read() {
    var rows = new LinkedHashMap<String, Row>();
    for (String line : Resources.lines(RESOURCE)) {
      if (line.charAt(0) == '#') {
        continue;
      }
      var cells = new ArrayList<String>();
      for (int from = 0, bar; from <= line.length(); from = bar + 3) {
        bar = cells.size() < 4 ? line.indexOf(" | ", from) : line.length();
        cells.add(line.substring(from, bar));
      }
      var status = Status.parse(cells.get(3)).orElseThrow();
      rows.put(
          cells.get(0),
          new Row(
              cells.get(0),
              Double.parseDouble(cells.get(1)),
              Double.parseDouble(cells.get(2)),
              new Provenance(status, cells.get(4))));
    }
    return rows;
  }

  static Row row(String name) {
    var row = Holder.ROWS.get(name);
    if (row == null) {
      throw new IllegalStateException("technology.txt lacks " + name);
    }
    return row;
  }

  /** All rows in file order. */
  static List<Row> rows() {
    return List.copyOf(Holder.ROWS.values());
  }

  /** pJ per byte of reading an SRAM of that capacity at a node. */
  static double sramReadPerByte(long bytes, double nm) {
    Row low = null;
    Row high = null;
    long lowBytes = 0;
    long highBytes = 0;
    for (Row row : Holder.ROWS.values()) {
      if (!row.name().startsWith("sram.") || !Character.isDigit(row.name().charAt(5))) {
        continue;
      }
      long size = Long.parseLong(row.name(), 5, row.name().length(), 10);
      if (size <= bytes || low == null) {
        low = row;
        lowBytes = size;
      }
      high = row;
      highBytes = size;
      if (size >= bytes) {
        break;
      }
    }
    if (low == null) {
      throw new IllegalStateException("technology.txt lacks sram rows");
    }
    double share =
        highBytes > lowBytes
            ? Math.clamp(
                Math.log((double) bytes / lowBytes) / Math.log((double) highBytes / lowBytes), 0, 1)
            : 0;
    return 8 * ((1 - share) * low.atNode(nm) + share * high.atNode(nm));
  }
}
