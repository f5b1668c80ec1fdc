package npusim.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import npusim.diag.Location;

/**
 * Reads YAML where there is nothing to it: block mappings of words, lists of scalars, flow
 * collections on one line, folded text of one paragraph. Setting up a parser for all that YAML
 * allows takes longer than a small run's whole description. Whatever else is found, right or wrong,
 * is left to the parser; where both understand a text, they understand the same (by test).
 */
final class PlainYaml {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_KEY = 100;
  private static final int MAX_LENGTH = 1 << 20;

  private final String file;
  private final String text;

  /** Beginning and end of the line at hand, its number from 1. */
  private int from;

  private int end = -1;
  private int line;

  /** Where its content begins, and how far that is indented; -1 behind the last line. */
  private int start;

  private int indent;

  /** Behind the value read last. */
  private int pos;

  private PlainYaml(String file, String text) {
    this.file = file;
    this.text = text;
  }

  /** The document, or null when it takes the parser to understand it. */
  static YamlNode read(String file, String text) {
    var reader = new PlainYaml(file, text);
    reader.next();
    if (reader.indent != 0 || text.length() > MAX_LENGTH) {
      return null;
    }
    YamlNode root = reader.mapping(0);
    return reader.indent < 0 ? root : null;
  }

  /** Goes to the next line that holds more than a comment. */
  private void next() {
    do {
      from = end + 1;
      line++;
      if (from >= text.length()) {
        indent = -1;
        return;
      }
      int stop = text.indexOf('\n', from);
      end = stop < 0 ? text.length() : stop;
      start = skip(from);
      indent = start - from;
    } while (start == end || text.charAt(start) == '#' && isText(start, end));
  }

  private int skip(int i) {
    int k = i;
    while (k < end && text.charAt(k) == ' ') {
      k++;
    }
    return k;
  }

  private Location place(int i) {
    return new Location(file, line, i - from + 1);
  }

  private YamlNode mapping(int depth) {
    int column = indent;
    Location location = place(start);
    var entries = new LinkedHashMap<String, YamlNode>();
    var keys = new LinkedHashMap<String, Location>();
    while (indent == column) {
      int colon = keyEnd(start);
      if (colon < 0 || depth > MAX_DEPTH) {
        return null;
      }
      String key = text.substring(start, colon);
      Location keyPlace = place(start);
      YamlNode value = value(skip(colon + 1), column, depth + 1);
      if (value == null || keys.put(key, keyPlace) != null) {
        return null;
      }
      entries.put(key, value);
    }
    // What is deeper belongs to the last value.
    return indent > column ? null : mapping(location, entries, keys);
  }

  private static YamlNode mapping(
      Location location, Map<String, YamlNode> entries, Map<String, Location> keys) {
    return new YamlNode.Mapping(
        location, Collections.unmodifiableMap(entries), Collections.unmodifiableMap(keys));
  }

  /** The colon behind a word, when a value or nothing follows; -1 when there is none. */
  private int keyEnd(int i) {
    int k = i;
    while (k < end && isWord(text.charAt(k))) {
      k++;
    }
    boolean key =
        k > i
            && k < Math.min(end, i + MAX_KEY)
            && isLetterOrDigit(text.charAt(i))
            && text.charAt(k) == ':'
            && (k + 1 == end || text.charAt(k + 1) == ' ');
    return key ? k : -1;
  }

  /** The value behind a key at {@code column}, from {@code i} on; goes to the line behind it. */
  private YamlNode value(int i, int column, int depth) {
    if (i == end) {
      next();
      if (indent <= column) {
        return null;
      }
      return text.charAt(start) == '-' ? sequence() : mapping(depth);
    }
    return text.charAt(i) == '>' ? folded(i, column) : inLine(i);
  }

  /** A value that ends with its line. */
  private YamlNode inLine(int i) {
    if (i == end) {
      return null;
    }
    char c = text.charAt(i);
    YamlNode value = c == '"' || c == '{' || c == '[' ? flow(i, 0) : plain(i);
    if (value == null || skip(pos) < end) {
      return null;
    }
    next();
    return value;
  }

  private YamlNode sequence() {
    int column = indent;
    Location location = place(start);
    List<YamlNode> items = new ArrayList<>();
    while (indent == column) {
      boolean item = text.charAt(start) == '-' && start + 1 < end && text.charAt(start + 1) == ' ';
      YamlNode value = item ? inLine(skip(start + 1)) : null;
      if (value == null) {
        return null;
      }
      items.add(value);
    }
    return indent > column
        ? null
        : new YamlNode.Sequence(location, Collections.unmodifiableList(items));
  }

  /** The rest of a line as it stands. */
  private YamlNode plain(int i) {
    int stop = end;
    while (text.charAt(stop - 1) == ' ') {
      stop--;
    }
    if (!begins(i) || !isText(i, stop) || text.charAt(stop - 1) == ':') {
      return null;
    }
    String value = text.substring(i, stop);
    pos = stop;
    return value.indexOf('#') >= 0 || value.contains(": ")
        ? null
        : new YamlNode.Scalar(place(i), value, false);
  }

  /** Lines of one paragraph, indented alike. */
  private YamlNode folded(int i, int column) {
    Location location = place(i);
    var paragraph = new StringBuilder();
    int within = -1;
    if (i + 1 < end) {
      return null;
    }
    while (end + 1 < text.length()) {
      int first = end + 1;
      int k = first;
      while (k < text.length() && text.charAt(k) == ' ') {
        k++;
      }
      if (k < text.length() && k - first <= column && text.charAt(k) != '\n') {
        break;
      }
      int stop = text.indexOf('\n', k);
      boolean alike = within < 0 || k - first == within;
      if (stop <= k || !alike || text.charAt(stop - 1) == ' ' || !isText(k, stop)) {
        return null;
      }
      within = k - first;
      paragraph.append(paragraph.isEmpty() ? "" : " ").append(text, k, stop);
      end = stop;
      line++;
    }
    if (within < 0) {
      return null;
    }
    next();
    return new YamlNode.Scalar(location, paragraph.append('\n').toString(), true);
  }

  /** A value within a line, behind which something may follow. */
  private YamlNode flow(int i, int depth) {
    if (i == end || depth > MAX_DEPTH) {
      return null;
    }
    return switch (text.charAt(i)) {
      case '"' -> quoted(i);
      case '{' -> flowMapping(i, depth);
      case '[' -> flowSequence(i, depth);
      default -> word(i);
    };
  }

  private YamlNode flowMapping(int i, int depth) {
    Location location = place(i);
    var entries = new LinkedHashMap<String, YamlNode>();
    var keys = new LinkedHashMap<String, Location>();
    int k = skip(i + 1);
    while (true) {
      int colon = keyEnd(k);
      YamlNode value = colon < 0 ? null : flow(skip(colon + 1), depth + 1);
      if (value == null) {
        return null;
      }
      String key = text.substring(k, colon);
      if (keys.put(key, place(k)) != null) {
        return null;
      }
      entries.put(key, value);
      k = skip(pos);
      if (k < end && text.charAt(k) == '}') {
        pos = k + 1;
        return mapping(location, entries, keys);
      }
      if (k == end || text.charAt(k) != ',') {
        return null;
      }
      k = skip(k + 1);
    }
  }

  private YamlNode flowSequence(int i, int depth) {
    Location location = place(i);
    List<YamlNode> items = new ArrayList<>();
    int k = skip(i + 1);
    while (true) {
      YamlNode value = flow(k, depth + 1);
      if (value == null) {
        return null;
      }
      items.add(value);
      k = skip(pos);
      if (k < end && text.charAt(k) == ']') {
        pos = k + 1;
        return new YamlNode.Sequence(location, Collections.unmodifiableList(items));
      }
      if (k == end || text.charAt(k) != ',') {
        return null;
      }
      k = skip(k + 1);
    }
  }

  private YamlNode quoted(int i) {
    int stop = text.indexOf('"', i + 1);
    if (stop < 0 || stop >= end || !isText(i + 1, stop)) {
      return null;
    }
    String value = text.substring(i + 1, stop);
    pos = stop + 1;
    return value.indexOf('\\') >= 0 ? null : new YamlNode.Scalar(place(i), value, true);
  }

  /** A scalar within a flow collection. */
  private YamlNode word(int i) {
    int stop = i;
    while (stop < end && isWord(text.charAt(stop))) {
      stop++;
    }
    int behind = skip(stop);
    boolean ends = behind < end && ",]}".indexOf(text.charAt(behind)) >= 0;
    if (!ends || !begins(i)) {
      return null;
    }
    pos = stop;
    return new YamlNode.Scalar(place(i), text.substring(i, stop), false);
  }

  /** Whether a scalar that means nothing else begins here. */
  private boolean begins(int i) {
    char c = text.charAt(i);
    boolean sign = c == '-' || c == '+' || c == '.';
    return isLetterOrDigit(c) || sign && i + 1 < end && isDigit(text.charAt(i + 1));
  }

  private boolean isText(int i, int stop) {
    for (int k = i; k < stop; k++) {
      char c = text.charAt(k);
      if (c < ' ' || c > '~' && c < '\u00a1' || c >= '\u2000') {
        return false;
      }
    }
    return true;
  }

  private static boolean isWord(char c) {
    return isLetterOrDigit(c) || c == '_' || c == '.' || c == '-' || c == '+' || c == '/';
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
