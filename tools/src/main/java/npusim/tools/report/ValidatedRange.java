package npusim.tools.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import npusim.compiler.ir.Model;
import npusim.hardware.Hardware;
import npusim.workloads.Scenario;
import npusim.workloads.Stage;
import npusim.yaml.PackedText;

/**
 * What measurements say about runs of a kind on a chip; from {@code summary.csv}, which {@code
 * npusim validate --ranges} writes.
 */
public final class ValidatedRange {
  /** Mean error beyond which predictions are not to be relied upon. */
  public static final double UNRELIABLE = 0.3;

  private static final String SUMMARY = "/npusim/validation/summary.csv";

  /** Kinds of work that are measured apart. */
  public enum Kind {
    PRODUCT("matrix products"),
    CONVOLUTION("convolutions"),
    ROWS("softmax and normalisation"),
    ELEMENTWISE("elementwise kernels"),
    ATTENTION("attention kernels"),
    CNN("convolutional networks"),
    ENCODER("encoders"),
    PREFILL("prefill"),
    DECODE("decode");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** For people. */
    public String label() {
      return label;
    }

    /** In files. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Rows of one chip and kind.
   *
   * @param chip preset
   * @param rows measurements that ran
   * @param mape mean absolute error, 0.1 being 10 %
   * @param worst largest absolute error
   * @param withHost of them include transfers from the host and back, which runs don't
   */
  public record Range(String chip, Kind kind, int rows, double mape, double worst, int withHost) {
    /** What of the rows' time is not in a run's, for the end of a sentence. */
    private String host() {
      String which = withHost == rows ? "" : withHost + " of them ";
      return withHost == 0
          ? ""
          : ", " + which + "with transfers from the host and back, which are not in this report";
    }

    /** False when predictions are too far off to be used. */
    public boolean reliable() {
      return mape <= UNRELIABLE;
    }
  }

  private ValidatedRange() {}

  /** The kinds of work in a scenario, in the order its stages run. */
  public static List<Kind> kinds(Scenario s) {
    var kinds = new ArrayList<Kind>();
    for (Stage stage : s.stages()) {
      Kind k =
          switch (stage.role()) {
            case PREFILL -> s.kind() == Scenario.Kind.CAPTIONER ? Kind.ENCODER : Kind.PREFILL;
            case DECODE -> Kind.DECODE;
            case INFERENCE -> inference(s.name(), stage.model());
          };
      if (!kinds.contains(k)) {
        kinds.add(k);
      }
    }
    return kinds;
  }

  private static Kind inference(String name, Model model) {
    int colon = name.indexOf(':');
    return switch (colon < 0 ? "" : name.substring(0, colon)) {
      case "gemm" -> Kind.PRODUCT;
      case "conv" -> Kind.CONVOLUTION;
      case "softmax", "layernorm" -> Kind.ROWS;
      case "relu", "add", "mul", "div", "gelu" -> Kind.ELEMENTWISE;
      case "attention" -> Kind.ATTENTION;
      default -> count(model, "Conv") > count(model, "MatMul", "Gemm") ? Kind.CNN : Kind.ENCODER;
    };
  }

  /** Nodes of some operators; a patch embedding alone makes no convolutional network. */
  private static long count(Model model, String... operators) {
    var graphs = new ArrayList<>(List.of(model.graph()));
    model.functions().values().forEach(f -> graphs.add(f.body()));
    return graphs.stream()
        .flatMap(g -> g.nodes().stream())
        .filter(n -> Arrays.stream(operators).anyMatch(n.opType()::contains))
        .count();
  }

  /** What is known about a kind of work on a chip, as a sentence. */
  public static String of(Hardware hw, Kind kind) {
    List<Range> ofChip = all().stream().filter(r -> r.chip().equals(hw.name())).toList();
    if (ofChip.isEmpty()) {
      return "no measurement of this chip: outside the validated range";
    }
    if (!hw.isAsShipped()) {
      return kind.label() + ": this chip's description was changed: outside the validated range";
    }
    Optional<Range> own = ofChip.stream().filter(r -> r.kind() == kind).findFirst();
    return own.map(
            r ->
                String.format(
                    Locale.ROOT,
                    "%s on this chip: %s%.1f%% off silicon on average, %.1f%% at worst, %d row%s%s"
                        + " (docs/validation.md)",
                    kind.label(),
                    r.reliable() ? "" : "not to be relied upon, ",
                    r.mape() * 100,
                    r.worst() * 100,
                    r.rows(),
                    r.rows() == 1 ? "" : "s",
                    r.host()))
        .orElse(kind.label() + " on this chip: not measured, outside the validated range");
  }

  /** Sentences for a scenario: one per kind of work, the same sentence once. */
  public static List<String> of(Hardware hw, Scenario s) {
    return kinds(s).stream().map(k -> of(hw, k)).distinct().toList();
  }

  /** The text of {@code summary.csv} for ranges. */
  public static String csv(List<Range> ranges) {
    var out = new StringBuilder("chip,kind,rows,mape,worst,host\n");
    for (Range r : ranges) {
      out.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%d,%.4f,%.4f,%d\n",
              r.chip(),
              r.kind().id(),
              r.rows(),
              r.mape(),
              r.worst(),
              r.withHost()));
    }
    return out.toString().replace("\r\n", "\n");
  }

  static List<Range> all() {
    var out = new LinkedHashMap<String, Range>();
    PackedText.of(ValidatedRange.class, SUMMARY)
        .lines()
        .skip(1)
        .map(l -> l.split(",", -1))
        .forEach(
            f ->
                out.put(
                    f[0] + f[1],
                    new Range(
                        f[0],
                        Kind.valueOf(f[1].toUpperCase(Locale.ROOT)),
                        Integer.parseInt(f[2]),
                        Double.parseDouble(f[3]),
                        Double.parseDouble(f[4]),
                        Integer.parseInt(f[5]))));
    return List.copyOf(out.values());
  }
}
