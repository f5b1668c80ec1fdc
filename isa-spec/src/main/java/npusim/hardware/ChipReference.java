package npusim.hardware;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Writes {@code docs/chips.md}, the list of built-in chips and memories, from their descriptions.
 */
public final class ChipReference {
  private static final String HEAD =
      """
      # Chips

      <!-- Generated from isa-spec/src/main/resources/npusim/hardware/; do not edit. -->

      Every parameter of a chip says where it comes from and how well it is known: `npusim config show CHIP`.
      Peaks count a multiply-accumulate as two operations. Bandwidths are peaks of the interface.

      """;

  private ChipReference() {}

  /** The whole page in Markdown. */
  public static String markdown() {
    var text = new StringBuilder(HEAD);
    text.append("| chip | cores × arrays | clock | peak | SRAM | DRAM | TDP, static |\n");
    text.append("| --- | --- | --- | --- | --- | --- | --- |\n");
    for (String name : HardwareCatalog.chips()) {
      text.append(summary(HardwareLoader.load(name)));
    }
    for (String name : HardwareCatalog.chips()) {
      section(HardwareLoader.load(name), text);
    }
    memories(text);
    return text.toString();
  }

  private static String summary(Hardware hw) {
    var m = hw.core().matrix();
    return format(
        "| [%s](#%s) | %d × %d × %d×%d | %s MHz | %s | %s | %s | %s W, %.1f W |\n",
        hw.name(),
        hw.name(),
        hw.chip().cores(),
        m.arrays(),
        m.rows(),
        m.cols(),
        Numbers.text(hw.chip().clockMhz()),
        peaks(hw),
        Numbers.sizeText(hw.sramBytes()),
        memory(hw),
        Numbers.text(hw.chip().tdpW()),
        hw.staticPowerW());
  }

  private static String peaks(Hardware hw) {
    // The fastest type and the native one say enough in a table.
    var best = hw.nativeType();
    for (var t : hw.matrixTypes()) {
      if (hw.chipOpsPerSecond(t) > hw.chipOpsPerSecond(best)) {
        best = t;
      }
    }
    var text = format("%s %.4g T", hw.nativeType(), hw.chipOpsPerSecond(hw.nativeType()) / 1e12);
    return best == hw.nativeType()
        ? text
        : text + format(", %s %.4g T", best, hw.chipOpsPerSecond(best) / 1e12);
  }

  private static String memory(Hardware hw) {
    var dram = hw.dram();
    String kind =
        dram.spec()
            .map(s -> s.standard() + " × " + dram.channels())
            .orElse(dram.model().name().toLowerCase(Locale.ROOT));
    return format(
        "%s, %s, %.4g GB/s",
        Numbers.sizeText(dram.capacityBytes()), kind, hw.dramBytesPerSecond() / 1e9);
  }

  private static void section(Hardware hw, StringBuilder text) {
    text.append(format("\n## %s\n\n%s.\n", hw.name(), hw.title()));
    if (!hw.notes().isEmpty()) {
      text.append('\n').append(hw.notes()).append('\n');
    }
    hw.published().ifPresent(p -> published(hw, p, text));
    Map<Provenance.Status, Integer> counts = new EnumMap<>(Provenance.Status.class);
    for (var p : hw.parameters().all()) {
      if (!p.path().equals("title") && !p.path().equals("notes")) {
        counts.merge(p.provenance().status(), 1, Integer::sum);
      }
    }
    var list = new StringJoiner(", ");
    counts.forEach((status, n) -> list.add(n + " " + status.label()));
    text.append("\nParameters: ").append(list).append(".\n");
  }

  private static void published(Hardware hw, Published p, StringBuilder text) {
    text.append("\n| figure | stated | described |\n| --- | --- | --- |\n");
    p.tops()
        .forEach(
            (type, tops) ->
                text.append(
                    format(
                        "| peak %s, 10^12 op/s | %.4g | %.4g |\n",
                        type, tops, hw.chipOpsPerSecond(type) / 1e12)));
    p.dramGigabytesPerSecond()
        .ifPresent(
            gb ->
                text.append(
                    format("| DRAM, GB/s | %.4g | %.4g |\n", gb, hw.dramBytesPerSecond() / 1e9)));
    p.sramBytes()
        .ifPresent(
            b ->
                text.append(
                    format(
                        "| SRAM, MiB | %.4g | %.4g |\n", b / 1048576, hw.sramBytes() / 1048576.0)));
    var source =
        hw.parameters().all().stream().filter(x -> x.path().startsWith("published.")).findFirst();
    source.ifPresent(
        x ->
            text.append(
                format(
                    "\nStated by: %s (%s).\n",
                    x.provenance().source(), x.provenance().status().label())));
  }

  private static void memories(StringBuilder text) {
    text.append(
        """

        ## DRAM presets

        One channel each; chips set the number of channels and may set another data rate, at which array timings keep
        their nanoseconds. Timings in memory clocks.

        | preset | GB/s | capacity | pseudo-channels × banks | row | request | CL-RCD-RP | RC | FAW | RFC / REFI | pJ/B | source |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        """);
    for (String name : HardwareCatalog.drams()) {
      var hw =
          HardwareLoader.load("edge", java.util.List.of("dram.preset=" + name, "dram.channels=1"));
      var spec = hw.dram().spec().orElseThrow();
      var o = spec.organization();
      var t = spec.timing();
      text.append(
          format(
              "| %s | %.4g | %s | %d × %d | %s | %d B | %d-%d-%d | %d | %d | %d / %d | %s | %s |\n",
              name,
              spec.channelBytesPerSecond() / 1e9,
              Numbers.sizeText(o.channelBytes()),
              o.pseudoChannels(),
              o.banks(),
              Numbers.sizeText(o.rowBytes()),
              spec.requestBytes(),
              t.cl(),
              t.rcdRead(),
              t.rp(),
              t.rc(),
              t.faw(),
              t.rfc(),
              t.refi(),
              Numbers.text(hw.energy().dramReadPjPerByte()),
              hw.provenance("dram.timing.cl").source()));
    }
  }

  private static String format(String pattern, Object... args) {
    return String.format(Locale.ROOT, pattern, args);
  }
}
