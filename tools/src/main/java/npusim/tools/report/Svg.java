package npusim.tools.report;

import java.util.Locale;

/** A drawing of fixed width: shapes appended as well-formed markup, two digits of a pixel. */
final class Svg {
  /** Width of every drawing in its own units; the page scales it. */
  static final double WIDTH = 960;

  private final StringBuilder out = new StringBuilder();

  /**
   * An empty drawing.
   *
   * @param label what it shows, for those who can't see it
   */
  Svg(double height, String label) {
    format("<svg viewBox=\"0 0 %s %s\" role=\"img\"", number(WIDTH), number(height));
    out.append(" aria-label=\"").append(escape(label)).append("\">\n");
  }

  /** Markup with the characters that mean something in it made harmless. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  static String number(double v) {
    String s = String.format(Locale.ROOT, "%.2f", v);
    return s.endsWith(".00") ? s.substring(0, s.length() - 3) : s;
  }

  private void format(String format, Object... args) {
    out.append(String.format(Locale.ROOT, format, args));
  }

  Svg line(double x1, double y1, double x2, double y2, String style) {
    format(
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" class=\"%s\"/>\n",
        number(x1), number(y1), number(x2), number(y2), style);
    return this;
  }

  /** A rectangle; {@code title} is shown when pointed at. */
  Svg rect(double x, double y, double w, double h, String style, double opacity, String title) {
    format(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"%s\" fill-opacity=\"%s\">",
        number(x), number(y), number(w), number(h), style, number(opacity));
    out.append("<title>").append(escape(title)).append("</title></rect>\n");
    return this;
  }

  Svg circle(double x, double y, double radius, String style, String title) {
    format(
        "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" class=\"%s\">",
        number(x), number(y), number(radius), style);
    out.append("<title>").append(escape(title)).append("</title></circle>\n");
    return this;
  }

  /**
   * Text.
   *
   * @param anchor start, middle or end: what of the text is at {@code x}
   */
  Svg text(double x, double y, String anchor, String text) {
    format("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">", number(x), number(y), anchor);
    out.append(escape(text)).append("</text>\n");
    return this;
  }

  /** A line through points given as x, y, x, y, … */
  Svg path(String style, double... xy) {
    out.append("<polyline class=\"").append(style).append("\" points=\"");
    for (int i = 0; i < xy.length; i += 2) {
      out.append(i == 0 ? "" : " ").append(number(xy[i])).append(',').append(number(xy[i + 1]));
    }
    out.append("\"/>\n");
    return this;
  }

  @Override
  public String toString() {
    return out + "</svg>\n";
  }
}
