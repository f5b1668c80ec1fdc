package npusim.hardware;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the packed schema into maps, lists and texts (numbers and literals stay texts). Every start
 * of npusim needs the schema; setting up a general JSON library would cost several times the
 * reading itself. Only well-formed JSON without escapes other than {@code \"}, {@code \\} and those
 * by four digits is expected: a test reads the same file with a full parser.
 */
final class SchemaJson {
  private final String text;
  private int at;

  private SchemaJson(String text) {
    this.text = text;
  }

  static Map<String, Object> read(String text) {
    var reader = new SchemaJson(text);
    reader.space();
    return reader.object();
  }

  private Object value() {
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> list();
      case '"' -> string();
      default -> literal();
    };
  }

  private Map<String, Object> object() {
    var map = new LinkedHashMap<String, Object>();
    at++;
    space();
    while (text.charAt(at) != '}') {
      String key = string();
      space();
      at++;
      space();
      map.put(key, value());
      separator();
    }
    at++;
    return map;
  }

  private List<Object> list() {
    List<Object> list = new ArrayList<>();
    at++;
    space();
    while (text.charAt(at) != ']') {
      list.add(value());
      separator();
    }
    at++;
    return list;
  }

  private void separator() {
    space();
    if (text.charAt(at) == ',') {
      at++;
      space();
    }
  }

  private String string() {
    int from = ++at;
    int end = text.indexOf('"', from);
    var upToQuote = text.substring(from, end);
    if (upToQuote.indexOf('\\') < 0) {
      at = end + 1;
      return upToQuote;
    }
    var plain = new StringBuilder();
    while (text.charAt(at) != '"') {
      if (text.charAt(at) == '\\') {
        at++;
        if (text.charAt(at) == 'u') {
          plain.append((char) Integer.parseInt(text, at + 1, at + 5, 16));
          at += 5;
          continue;
        }
      }
      plain.append(text.charAt(at++));
    }
    at++;
    return plain.toString();
  }

  private String literal() {
    int from = at;
    while (",]} \n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(from, at);
  }

  private void space() {
    while (text.charAt(at) <= ' ') {
      at++;
    }
  }
}
