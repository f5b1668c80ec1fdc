package npusim.tools.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;
import java.util.OptionalDouble;
import npusim.tools.exec.Accuracy;

/** Accuracy figures as text and JSON. */
public final class AccuracyText {
  private AccuracyText() {}

  /** One line: cosine similarity, signal to noise, top-1 agreement. */
  public static String line(double cosine, double snrDb, OptionalDouble top1) {
    String s =
        String.format(Locale.ROOT, "cosine %.6f · SNR ", cosine)
            + (Double.isFinite(snrDb) ? String.format(Locale.ROOT, "%.1f dB", snrDb) : "∞");
    return top1.isEmpty() ? s : s + " · top-1 agreement " + Quantity.percent(top1.getAsDouble());
  }

  /** The JSON text of an execution's accuracy. */
  public static String json(Accuracy a) {
    return JsonText.render(g -> write(g, a));
  }

  private static void write(JsonGenerator g, Accuracy a) throws IOException {
    g.writeStartObject();
    g.writeStringField("format", "npusim-accuracy/1");
    figures(g, a.cosine(), a.snrDb(), a.top1());
    g.writeArrayFieldStart("outputs");
    for (Accuracy.Output o : a.outputs()) {
      g.writeStartObject();
      g.writeStringField("name", o.name());
      figures(g, o.cosine(), o.snrDb(), o.top1());
      g.writeEndObject();
    }
    g.writeEndArray();
    g.writeEndObject();
  }

  private static void figures(JsonGenerator g, double cosine, double snrDb, OptionalDouble top1)
      throws IOException {
    g.writeNumberField("cosine", cosine);
    // JSON has no infinity: equal values have no noise, and no figure for it.
    if (Double.isFinite(snrDb)) {
      g.writeNumberField("snr_db", snrDb);
    }
    if (top1.isPresent()) {
      g.writeNumberField("top1_agreement", top1.getAsDouble());
    }
  }
}
