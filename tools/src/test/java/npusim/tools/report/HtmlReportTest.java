package npusim.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import npusim.tools.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  @TempDir private Path folder;

  private String page(Object... args) throws IOException {
    Path html = folder.resolve("r.html");
    var all = new Object[args.length + 5];
    all[0] = "run";
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--html";
    all[args.length + 2] = html;
    all[args.length + 3] = "--json";
    all[args.length + 4] = folder.resolve("r.json");
    CommandRun run = CommandRun.of(all);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return Files.readString(html);
  }

  /** The page is well-formed XML but for its document type. */
  private static Document parse(String page) throws Exception {
    assertThat(page).startsWith("<!DOCTYPE html>\n");
    String xml = page.substring(page.indexOf('\n') + 1);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  private static Map<String, String> byId(Document page) {
    var found = new TreeMap<String, String>();
    NodeList all = page.getElementsByTagName("td");
    for (int i = 0; i < all.getLength(); i++) {
      var e = (Element) all.item(i);
      if (e.hasAttribute("id")) {
        found.put(e.getAttribute("id"), e.getTextContent());
      }
    }
    return found;
  }

  @Test
  void hasTheFiguresOfTheJson() throws Exception {
    Document page = parse(page("layernorm:64,256", "--hw", "edge"));
    Map<String, String> figures = byId(page);
    JsonNode json = new ObjectMapper().readTree(folder.resolve("r.json").toFile());
    JsonNode metrics = json.get("metrics");
    assertThat(figures).hasSize(metrics.size());
    figures.forEach(
        (id, text) ->
            assertThat(Double.parseDouble(text)).as(id).isEqualTo(metrics.get(id).asDouble()));
    assertThat(page.getElementsByTagName("svg").getLength())
        .as("split, roofline, scratchpad; timeline, power and traffic of a stage")
        .isEqualTo(3 + 3);
    assertThat(page.getElementsByTagName("circle").getLength())
        .isEqualTo(json.get("layers").size());
    for (JsonNode layer : json.get("layers")) {
      assertThat(page.getDocumentElement().getTextContent()).contains(layer.get("name").asText());
    }
    assertThat(page.getDocumentElement().getTextContent())
        .contains(Metric.LATENCY_CYCLES.meaning(), Metric.LATENCY_CYCLES.unit());
    shapesLieInsideTheirDrawings(page);
  }

  private static void shapesLieInsideTheirDrawings(Document page) {
    NodeList drawings = page.getElementsByTagName("svg");
    for (int i = 0; i < drawings.getLength(); i++) {
      var svg = (Element) drawings.item(i);
      String[] box = svg.getAttribute("viewBox").split(" ", -1);
      NodeList shapes = svg.getElementsByTagName("rect");
      assertThat(shapes.getLength() + svg.getElementsByTagName("circle").getLength())
          .as(svg.getAttribute("aria-label"))
          .isGreaterThanOrEqualTo(svg.getAttribute("aria-label").startsWith("Power") ? 0 : 1);
      for (int k = 0; k < shapes.getLength(); k++) {
        var e = (Element) shapes.item(k);
        assertThat(number(e, "x")).isNotNegative();
        assertThat(number(e, "y")).isNotNegative();
        assertThat(number(e, "x") + number(e, "width"))
            .isLessThanOrEqualTo(Double.parseDouble(box[2]));
        assertThat(number(e, "y") + number(e, "height"))
            .isLessThanOrEqualTo(Double.parseDouble(box[3]));
      }
    }
  }

  private static double number(Element e, String attribute) {
    return Double.parseDouble(e.getAttribute(attribute));
  }

  @Test
  void needsNothingFromElsewhere() throws Exception {
    String page = page("softmax:64,64", "--hw", "edge", "--what-if");
    assertThat(page).doesNotContain("http", "url(", "<script", "<link", "@import", "src=");
    assertThat(page).contains("prefers-color-scheme: dark", "@media print", "What to change");
  }

  @Test
  void isTheSameEverywhere() throws Exception {
    String page = page("conv:1,8,16,16,8,3,3", "--hw", "gemmini-16x16");
    Locale locale = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(page("conv:1,8,16,16,8,3,3", "--hw", "gemmini-16x16")).isEqualTo(page);
    } finally {
      Locale.setDefault(locale);
    }
  }

  @Test
  void showsNamesThatLookLikeMarkup() throws Exception {
    Path model = folder.resolve("m<b>&c.onnxtxt");
    Files.writeString(
        model,
        """
        <ir_version: 8, opset_import: ["" : 21]>
        g (float[8, 8] x) => (float[8, 8] y) {
          [a_and_b] t = Exp(x)
          [x] y = Sqrt(t)
        }
        """);
    assertThat(Svg.escape("a<b>&\"c\"")).isEqualTo("a&lt;b&gt;&amp;&quot;c&quot;");
    String page = page(model, "--hw", "edge");
    parse(page);
    assertThat(page).contains("m&lt;b&gt;&amp;c.onnxtxt").doesNotContain("m<b>");
  }
}
