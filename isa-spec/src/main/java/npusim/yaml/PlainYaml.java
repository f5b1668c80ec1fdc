package npusim.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import npusim.diag.Location;

/**
 * Reads the little of YAML that npusim's own descriptions are written in: mappings by indentation,
 * mappings and lists in braces on one line, plain words and numbers, folded texts, comments. Every
 * start reads some, and setting up a general reader takes several times as long. What it can't read
 * it leaves to {@link YamlReader}; a test holds the two to the same trees for every description.
 */
public final class PlainYaml {
  private final String file;
  private final String text;

  /** Where the line being read begins and ends, its number from 1, and its first word. */
  private int start;

  private int end = -1;
  private int line;
  private int first;

  /** Next character of a value in braces. */
  private int at;

  private PlainYaml(String file, String text) {
    this.file = file;
    this.text = text;
  }

  /** Thrown, without a trace, at what is more than plain. */
  private static final class NotPlain extends RuntimeException {
    private static final long serialVersionUID = 1;

    private NotPlain() {
      super("not plain", null, false, false);
    }
  }

  /**
   * Reads a document.
   *
   * @param file name for messages
   * @return empty if the document takes a general reader, or is not valid at all
   */
  public static Optional<YamlNode> read(String file, String text) {
    var reader = new PlainYaml(file, text);
    try {
      reader.nextLine();
      YamlNode root = reader.block(0);
      return reader.done() ? Optional.of(root) : Optional.empty();
    } catch (NotPlain e) {
      return Optional.empty();
    }
  }

  private boolean done() {
    return start >= text.length();
  }

  private int indent() {
    return done() ? -1 : first - start;
  }

  /** Goes to the next line that says something. */
  private void nextLine() {
    do {
      nextRaw();
    } while (!done() && (first == end || text.charAt(first) == '#'));
  }

  private Location here(int character) {
    return new Location(file, line, character - start + 1);
  }

  /** A mapping whose keys stand at an indentation. */
  private YamlNode block(int indent) {
    var entries = new LinkedHashMap<String, YamlNode>();
    var keys = new LinkedHashMap<String, Location>();
    if (indent() != indent) {
      throw new NotPlain();
    }
    var location = here(first);
    while (indent() == indent) {
      int colon = text.indexOf(':', first);
      var key = word(first, colon);
      if (keys.putIfAbsent(key, here(first)) != null) {
        throw new NotPlain();
      }
      entries.put(key, value(colon + 1, indent));
    }
    if (indent() > indent) {
      throw new NotPlain();
    }
    return new YamlNode.Mapping(
        location, Collections.unmodifiableMap(entries), Collections.unmodifiableMap(keys));
  }

  /** What follows a key's colon; goes on to the line after it. */
  private YamlNode value(int from, int indent) {
    if (from == end) {
      nextLine();
      if (indent() <= indent) {
        throw new NotPlain();
      }
      return block(indent());
    }
    at = from;
    expect(' ');
    space();
    if (at == end) {
      throw new NotPlain();
    }
    char c = text.charAt(at);
    if (c == '>') {
      return folded(indent);
    }
    YamlNode value = c == '{' || c == '[' || c == '"' ? inBraces() : scalar(comment());
    space();
    if (at < end && text.charAt(at) != '#') {
      throw new NotPlain();
    }
    nextLine();
    return value;
  }

  /** Where a plain value of this line must have ended. */
  private int comment() {
    int comment = text.indexOf(" #", at);
    return comment < 0 || comment > end ? end : comment;
  }

  /** A plain value up to a place, spaces before that left out. */
  private YamlNode scalar(int limit) {
    int last = limit;
    while (last > at && text.charAt(last - 1) == ' ') {
      last--;
    }
    var value = text.substring(at, last);
    if (value.isEmpty()
        || "\"'|>&*!%@`?-,]}{[#".indexOf(value.charAt(0)) >= 0
            && !(value.charAt(0) == '-' && value.length() > 1 && value.charAt(1) != ' ')
        || value.contains(": ")
        || value.endsWith(":")
        || value.indexOf('\t') >= 0) {
      throw new NotPlain();
    }
    var scalar = new YamlNode.Scalar(here(at), value, false);
    at = last;
    return scalar;
  }

  private YamlNode inBraces() {
    return switch (text.charAt(at)) {
      case '{' -> mapping();
      case '[' -> list();
      case '"' -> quoted();
      default -> {
        int limit = at;
        while (limit < end && ",{}[]".indexOf(text.charAt(limit)) < 0) {
          limit++;
        }
        yield scalar(limit);
      }
    };
  }

  /** A text in quotes, none of its characters written in another way. */
  private YamlNode quoted() {
    int close = text.indexOf('"', at + 1);
    if (close < 0 || close >= end) {
      throw new NotPlain();
    }
    var value = text.substring(at + 1, close);
    if (value.indexOf('\\') >= 0 || value.indexOf('\t') >= 0) {
      throw new NotPlain();
    }
    var scalar = new YamlNode.Scalar(here(at), value, true);
    at = close + 1;
    return scalar;
  }

  private YamlNode mapping() {
    var entries = new LinkedHashMap<String, YamlNode>();
    var keys = new LinkedHashMap<String, Location>();
    var location = here(at++);
    space();
    while (next() != '}') {
      int colon = text.indexOf(':', at);
      var key = word(at, colon);
      if (keys.putIfAbsent(key, here(at)) != null) {
        throw new NotPlain();
      }
      at = colon + 1;
      expect(' ');
      space();
      next();
      entries.put(key, inBraces());
      separator('}');
    }
    at++;
    return new YamlNode.Mapping(
        location, Collections.unmodifiableMap(entries), Collections.unmodifiableMap(keys));
  }

  private YamlNode list() {
    List<YamlNode> items = new ArrayList<>();
    var location = here(at++);
    space();
    while (next() != ']') {
      items.add(inBraces());
      separator(']');
    }
    at++;
    return new YamlNode.Sequence(location, Collections.unmodifiableList(items));
  }

  private void separator(char close) {
    space();
    if (next() != close) {
      expect(',');
      space();
    }
  }

  /** The next character, which must be of this line. */
  private char next() {
    if (at >= end) {
      throw new NotPlain();
    }
    return text.charAt(at);
  }

  private void expect(char c) {
    if (next() != c) {
      throw new NotPlain();
    }
    at++;
  }

  private void space() {
    while (at < end && text.charAt(at) == ' ') {
      at++;
    }
  }

  private String word(int from, int to) {
    if (to <= from || to >= end) {
      throw new NotPlain();
    }
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letter && c != '_' && c != '.' && c != '-') {
        throw new NotPlain();
      }
    }
    return text.substring(from, to);
  }

  /** A text over several lines, which become one. */
  private YamlNode folded(int indent) {
    var location = here(at);
    if (at + 1 != end) {
      throw new NotPlain();
    }
    var words = new StringBuilder();
    int depth = -1;
    nextRaw();
    while (!done() && first < end && first - start > indent) {
      depth = depth < 0 ? first - start : depth;
      if (first - start != depth || text.charAt(end - 1) == ' ') {
        throw new NotPlain();
      }
      words.append(words.isEmpty() ? "" : " ").append(text, first, end);
      nextRaw();
    }
    // A blank line or a comment may belong to the text or not, and the last line has no end.
    if (words.isEmpty() || done() || first == end || text.charAt(first) == '#') {
      throw new NotPlain();
    }
    return new YamlNode.Scalar(location, words.append('\n').toString(), true);
  }

  /** Goes to the next line, whatever it says. */
  private void nextRaw() {
    start = end + 1;
    if (done()) {
      return;
    }
    int next = text.indexOf('\n', start);
    end = next < 0 ? text.length() : next;
    line++;
    first = start;
    while (first < end && text.charAt(first) == ' ') {
      first++;
    }
  }
}
