package npusim.tools.check;

import java.util.List;

/** Outcomes in the XML that continuous integration servers read. */
public final class JUnitXml {
  private JUnitXml() {}

  /** One test case per expectation. */
  public static String render(List<Outcome> outcomes) {
    long failed = outcomes.stream().filter(o -> !o.passed()).count();
    var out = new StringBuilder();
    out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    out.append("  <testsuite name=\"npusim check\" tests=\"").append(outcomes.size());
    out.append("\" failures=\"").append(failed).append("\" errors=\"0\" skipped=\"0\">\n");
    for (Outcome o : outcomes) {
      out.append("    <testcase classname=\"")
          .append(escape(o.expectation().file().toString()))
          .append("\" name=\"")
          .append(escape(o.title()));
      if (o.passed()) {
        out.append("\"/>\n");
        continue;
      }
      out.append("\">\n      <failure message=\"").append(escape(o.failures().getFirst()));
      out.append("\">").append(escape(CheckText.details(o))).append("</failure>\n");
      out.append("    </testcase>\n");
    }
    return out.append("  </testsuite>\n</testsuites>\n").toString();
  }

  private static String escape(String s) {
    var out = new StringBuilder();
    s.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\n' -> out.append("&#10;");
                // XML has no way to write other control characters.
                default -> out.appendCodePoint(c < 0x20 ? ' ' : c);
              }
            });
    return out.toString();
  }
}
