package npusim.compiler.text;

/** Quoting of names and strings. */
final class Strings {
  private Strings() {}

  /** A name as it is when it is an identifier, else quoted. */
  static String name(String s) {
    return isIdentifier(s) ? s : quote(s);
  }

  private static boolean isIdentifier(String s) {
    if (s.isEmpty() || !isLetter(s.charAt(0))) {
      return false;
    }
    return s.chars().allMatch(c -> isLetter(c) || (c >= '0' && c <= '9'));
  }

  private static boolean isLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  static String quote(String s) {
    StringBuilder b = new StringBuilder("\"");
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"' -> b.append("\\\"");
        case '\\' -> b.append("\\\\");
        case '\n' -> b.append("\\n");
        case '\r' -> b.append("\\r");
        case '\t' -> b.append("\\t");
        default -> b.append(c);
      }
    }
    return b.append('"').toString();
  }

  /** The content of a quoted token. */
  static String unquote(String token) {
    StringBuilder b = new StringBuilder();
    for (int i = 1; i < token.length() - 1; i++) {
      char c = token.charAt(i);
      if (c != '\\') {
        b.append(c);
        continue;
      }
      char escaped = token.charAt(++i);
      b.append(
          switch (escaped) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escaped;
          });
    }
    return b.toString();
  }
}
