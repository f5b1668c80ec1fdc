package npusim.hardware;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Compares a description with the vendor's headline figures that it states or inherits. Built-in
 * chips agree with theirs; a chip derived from one need not, and {@code config check} says where.
 */
public final class Headline {
  private Headline() {}

  /** One line per published figure that the description misses by more than its tolerance. */
  public static List<String> mismatches(Hardware hw) {
    List<String> lines = new ArrayList<>();
    hw.published()
        .ifPresent(
            p -> {
              p.tops()
                  .forEach(
                      (type, tops) ->
                          compare(
                              type + " peak",
                              hw.chipOpsPerSecond(type) / 1e12,
                              tops,
                              "TOPS",
                              p,
                              lines));
              p.dramGigabytesPerSecond()
                  .ifPresent(
                      gb -> compare("DRAM", hw.dramBytesPerSecond() / 1e9, gb, "GB/s", p, lines));
              p.sramBytes()
                  .ifPresent(
                      b ->
                          compare(
                              "SRAM", hw.sramBytes() / 1048576.0, b / 1048576, "MiB", p, lines));
            });
    return lines;
  }

  private static void compare(
      String what, double have, double published, String unit, Published p, List<String> lines) {
    if (Math.abs(have - published) > p.tolerance() * published) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: description gives %.1f %s, published are %.1f (tolerance %.0f%%)",
              what,
              have,
              unit,
              published,
              100 * p.tolerance()));
    }
  }
}
