package npusim.tools.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import npusim.hardware.SharedSram;
import npusim.sim.energy.EnergyModel;
import npusim.sim.timing.Category;
import npusim.sim.timing.TimingUnit;
import npusim.tools.run.ScenarioResult;
import npusim.tools.run.StageTotals;

/** The drawings of {@link HtmlReport}. */
final class HtmlCharts {
  private static final double LEFT = 70;
  private static final double RIGHT = Svg.WIDTH - 12;
  private static final int COLOURS = 10;

  /** Slices narrower than this on the page are not drawn. */
  private static final double LEAST_PIXELS = 0.12;

  private final ScenarioResult r;

  HtmlCharts(ScenarioResult r) {
    this.r = r;
  }

  /** Cycles of each stage and of all by category, as bars. */
  String split() {
    double row = 26;
    List<StageTotals> stages = r.stages();
    boolean several = stages.size() > 1;
    int rows = stages.size() + (several ? 1 : 0);
    var svg = new Svg(rows * row + 4, "Cycles on the critical path by category");
    double y = 2;
    long[] all = new long[Category.values().length];
    for (StageTotals s : stages) {
      long[] c = s.categoryCycles();
      for (int i = 0; i < c.length; i++) {
        all[i] += c[i];
      }
      bar(svg, y, row - 6, several ? s.stage().name() : "total", c);
      y += row;
    }
    if (several) {
      bar(svg, y, row - 6, "total", all);
    }
    return svg.toString();
  }

  private void bar(Svg svg, double y, double height, String name, long... cycles) {
    long sum = 0;
    for (long c : cycles) {
      sum += c;
    }
    svg.text(LEFT - 6, y + height * 0.7, "end", name);
    double x = LEFT;
    for (Category c : Category.values()) {
      long v = cycles[c.ordinal()];
      if (v > 0) {
        double w = (RIGHT - LEFT) * v / sum;
        String title =
            c.label() + ": " + Quantity.count(v) + " cycles, " + Quantity.percent(v / (double) sum);
        svg.rect(x, y, w, height, "c" + c.ordinal(), 1, title);
        x += w;
      }
    }
  }

  /** Achieved rate over arithmetic intensity, both logarithmic, a point per layer. */
  String roofline() {
    List<Layers.Row> rows =
        Layers.of(r).stream()
            .filter(w -> w.totals().cycles() > 0 && operations(w) > 0 && bytes(w) > 0)
            .toList();
    double peak = r.hw().chipOpsPerSecond(mainType()) * r.chips();
    double dram = r.hw().dramBytesPerSecond() * r.chips();
    // Memory without a limit has no slope, so that nothing is left of its ridge.
    boolean slope = Double.isFinite(dram) && dram > 0;
    double ridge = slope ? peak / dram : 1;
    double loX = Math.min(0.1, ridge / 10);
    double hiX = Math.max(1000, ridge * 10);
    double loY = peak * 1e-6;
    for (Layers.Row w : rows) {
      loX = Math.min(loX, w.intensity());
      hiX = Math.max(hiX, w.intensity());
      loY = Math.min(loY, rate(w));
    }
    var x = new LogScale(loX, hiX, LEFT, RIGHT);
    var y = new LogScale(loY, peak * 2, 330, 12);
    var svg = new Svg(370, "Roofline: operations per second over operations per DRAM byte");
    for (double v = x.first(); v <= hiX; v *= 10) {
      svg.line(x.at(v), 12, x.at(v), 330, "grid").text(x.at(v), 346, "middle", Quantity.digits(v));
    }
    for (double v = y.first(); v <= peak * 2; v *= 10) {
      svg.line(LEFT, y.at(v), RIGHT, y.at(v), "grid");
      svg.text(LEFT - 6, y.at(v) + 4, "end", Quantity.si(v).strip());
    }
    svg.text(RIGHT, 364, "end", "operations per DRAM byte").text(4, 12, "start", "OP/s");
    if (slope) {
      double from = Math.max(loX, loY / dram);
      svg.path("roof", x.at(from), y.at(from * dram), x.at(ridge), y.at(peak));
      svg.path("roof", x.at(ridge), y.at(peak), RIGHT, y.at(peak));
    } else {
      svg.path("roof", LEFT, y.at(peak), RIGHT, y.at(peak));
    }
    long total = Math.max(1, r.cycles());
    for (Layers.Row w : rows) {
      double share = w.totals().cycles() / (double) total;
      svg.circle(
          x.at(w.intensity()),
          y.at(rate(w)),
          2 + 10 * Math.sqrt(share),
          "p c" + w.totals().boundBy().ordinal(),
          String.format(
              Locale.ROOT,
              "%s %s: %s of the time, %s OP/s at %s OP/B, bound by %s",
              w.stage(),
              w.name(),
              Quantity.percent(share),
              Quantity.si(rate(w)).strip(),
              Quantity.digits(w.intensity()),
              w.totals().boundBy().label()));
    }
    return svg.toString();
  }

  private npusim.isa.DType mainType() {
    return r.stages().getFirst().mainType(r.dtype(), r.hw());
  }

  private static double operations(Layers.Row w) {
    return 2.0 * w.totals().macs() + w.totals().vectorElements();
  }

  private static long bytes(Layers.Row w) {
    return w.totals().dramReadBytes() + w.totals().dramWrittenBytes();
  }

  private double rate(Layers.Row w) {
    return operations(w) / r.seconds(w.totals().cycles());
  }

  /** A logarithmic axis. */
  private record LogScale(double lo, double hi, double from, double to) {
    double at(double v) {
      return from + (to - from) * Math.log(v / lo) / Math.log(hi / lo);
    }

    /** The least power of ten on the axis. */
    double first() {
      return Math.pow(10, Math.ceil(Math.log10(lo) - 1e-9));
    }
  }

  /** What the units of a core work on. */
  String timeline(Timeline t) {
    Set<TimingUnit> units = new LinkedHashSet<>();
    for (TimingUnit u : TimingUnit.values()) {
      if (t.slices().stream().anyMatch(s -> s.unit() == u)) {
        units.add(u);
      }
    }
    double row = 20;
    double height = units.size() * row + 24;
    var svg = new Svg(height, "Units of core 0 over time, stage " + t.stage());
    List<TimingUnit> order = new ArrayList<>(units);
    for (int i = 0; i < order.size(); i++) {
      svg.text(LEFT - 6, i * row + 14, "end", order.get(i).label());
      svg.line(LEFT, (i + 1) * row, RIGHT, (i + 1) * row, "grid");
    }
    double scale = (RIGHT - LEFT) / Math.max(1, t.cycles());
    for (Timeline.Slice s : t.slices()) {
      double w = (s.end() - s.start()) * scale;
      if (w >= LEAST_PIXELS) {
        svg.rect(
            LEFT + s.start() * scale,
            order.indexOf(s.unit()) * row + 2,
            w,
            row - 4,
            "c" + s.node() % COLOURS,
            0.25 + 0.75 * s.busyShare(),
            String.format(
                Locale.ROOT,
                "%s: %s, %s to %s, busy %s",
                s.unit().label(),
                s.layer(),
                time(s.start()),
                time(s.end()),
                Quantity.percent(s.busyShare())));
      }
    }
    axis(svg, height - 8, t.cycles());
    return svg.toString();
  }

  /** Power of the chips and DRAM traffic over the same time. */
  String power(Timeline t, StageTotals s) {
    int chips = s.program().chips();
    double statics = new EnergyModel(r.hw()).staticPowerW(chips);
    double perSecond = r.hw().chip().cyclesPerSecond();
    double tdp = r.hw().chip().tdpW() * chips;
    Windows w = t.picojoules();
    double top = Math.max(tdp, s.peakPowerW());
    for (int i = 0; i < w.used(); i++) {
      top = Math.max(top, statics + w.perCycle(i) * perSecond * 1e-12);
    }
    var svg = new Svg(150, "Power over time, stage " + t.stage());
    double floor = 118;
    double unit = (floor - 10) / top;
    double scale = (RIGHT - LEFT) / Math.max(1, t.cycles());
    var line = new double[4 * w.used()];
    for (int i = 0; i < w.used(); i++) {
      double y = floor - unit * (statics + w.perCycle(i) * perSecond * 1e-12);
      line[4 * i] = LEFT + Math.min(t.cycles(), i * w.width()) * scale;
      line[4 * i + 1] = y;
      line[4 * i + 2] = LEFT + Math.min(t.cycles(), (i + 1) * w.width()) * scale;
      line[4 * i + 3] = y;
    }
    svg.line(LEFT, floor, RIGHT, floor, "grid");
    level(svg, floor - unit * tdp, "TDP " + Quantity.digits(tdp) + " W");
    level(svg, floor - unit * statics, "static " + Quantity.digits(statics) + " W");
    svg.path("curve", line);
    axis(svg, 138, t.cycles());
    return svg.toString();
  }

  /** DRAM bytes per second over time, against the peak. */
  String traffic(Timeline t) {
    double peak = r.hw().dramBytesPerSecond() * r.chips();
    return traffic("DRAM", t, t.dramBytes(), peak);
  }

  /** The same of shared SRAM. */
  String sharedTraffic(Timeline t, SharedSram sram) {
    double chip = sram.bytesPerCycle() * r.hw().chip().cyclesPerSecond();
    return traffic("Shared SRAM", t, t.sharedBytes(), chip * r.chips());
  }

  private String traffic(String memory, Timeline t, Windows w, double peak) {
    double perSecond = r.hw().chip().cyclesPerSecond();
    double top = Double.isFinite(peak) ? peak : 1;
    for (int i = 0; i < w.used(); i++) {
      top = Math.max(top, w.perCycle(i) * perSecond);
    }
    var svg = new Svg(120, memory + " traffic over time, stage " + t.stage());
    double floor = 88;
    double scale = (RIGHT - LEFT) / Math.max(1, t.cycles());
    for (int i = 0; i < w.used(); i++) {
      double v = w.perCycle(i) * perSecond;
      double h = (floor - 10) * v / top;
      double from = LEFT + Math.min(t.cycles(), i * w.width()) * scale;
      double to = LEFT + Math.min(t.cycles(), (i + 1) * w.width()) * scale;
      if (h > 0) {
        svg.rect(from, floor - h, to - from, h, "c2", 0.8, Quantity.si(v) + "B/s");
      }
    }
    level(svg, floor - (floor - 10) * (peak / top), "peak " + Quantity.si(peak) + "B/s");
    axis(svg, 108, t.cycles());
    return svg.toString();
  }

  private static void level(Svg svg, double y, String name) {
    if (Double.isFinite(y)) {
      svg.line(LEFT, y, RIGHT, y, "level").text(RIGHT, y - 3, "end", name);
    }
  }

  /** Scratchpad in use while each layer runs, layers in program order. */
  String scratchpad() {
    List<Layers.Row> rows = Layers.of(r);
    double capacity = r.hw().core().scratchpad().bytes();
    var svg = new Svg(140, "Scratchpad in use by layer");
    double floor = 118;
    double w = (RIGHT - LEFT) / Math.max(1, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      long bytes = rows.get(i).totals().info().scratchpadBytes();
      double h = (floor - 14) * bytes / capacity;
      String title =
          rows.get(i).stage() + " " + rows.get(i).name() + ": " + Quantity.binary(bytes) + "B";
      svg.rect(LEFT + i * w, floor - h, Math.max(0.5, w - 0.5), h, "c4", 0.8, title);
    }
    level(svg, 14, "capacity " + Quantity.binary(capacity) + "B");
    svg.line(LEFT, floor, RIGHT, floor, "grid");
    svg.text(LEFT, 134, "start", "layers in program order");
    return svg.toString();
  }

  private void axis(Svg svg, double y, long cycles) {
    for (int i = 0; i <= 4; i++) {
      String anchor = i == 0 ? "start" : i == 4 ? "end" : "middle";
      svg.text(LEFT + (RIGHT - LEFT) * i / 4, y, anchor, time(cycles * i / 4));
    }
  }

  private String time(long cycles) {
    double seconds = r.seconds(cycles);
    return seconds >= 1e-3
        ? Quantity.digits(seconds * 1e3) + " ms"
        : Quantity.digits(seconds * 1e6) + " µs";
  }
}
