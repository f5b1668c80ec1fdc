package npusim.tools.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Dram;
import npusim.hardware.HardwareCatalog;
import npusim.hardware.HardwareLoader;
import npusim.sim.dram.DramStreams;

/**
 * A memory by itself, without a chip around it.
 *
 * @param preset DRAM standard, or path of a YAML file
 * @param channels channels as the preset counts them
 * @param mapping order of address bits
 * @param scheduler {@code frfcfs} or {@code frfcfs_rowhit}; empty: the latter with the MOP4
 *     mappings
 * @param refresh false leaves refresh out
 * @param sets overrides of parameters below {@code dram}
 */
public record LoneDram(
    String preset,
    long channels,
    String mapping,
    Optional<String> scheduler,
    boolean refresh,
    List<String> sets) {
  /** Mapping when none is given. */
  public static final String MAPPING = Dram.Mapping.ROBARACOCH.label();

  /** The chip whose memory the options replace; nothing else of it is used. */
  private static final String BASE = "edge";

  private static final long MOST_REQUESTS = 1_000_000_000_000L;

  /** Completes the name of a standard of which there is one speed: HBM3 is HBM3-6400. */
  public LoneDram {
    String start = lower(preset) + "-";
    List<String> matches =
        HardwareCatalog.drams().stream().filter(d -> lower(d).startsWith(start)).toList();
    preset = matches.size() == 1 ? matches.getFirst() : preset;
    sets = List.copyOf(sets);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /**
   * The memory.
   *
   * @throws NpusimException (usage) when there is no such standard or an option is wrong
   */
  public Dram load() {
    boolean file = preset.contains("/") || preset.endsWith(".yaml");
    if (!file && HardwareCatalog.dramYaml(preset).isEmpty()) {
      throw NpusimException.usage(
          "dram-preset",
          "no such DRAM standard: " + preset,
          Names.suggest(preset, HardwareCatalog.drams()));
    }
    boolean mop = lower(mapping).startsWith("mop4");
    var overrides =
        new ArrayList<>(
            List.of(
                "dram.model=ddr",
                "dram.preset=" + preset,
                "dram.channels=" + channels,
                "dram.mapping=" + mapping,
                "dram.refresh=" + refresh,
                "dram.controller.scheduler=" + scheduler.orElse(mop ? "frfcfs_rowhit" : "frfcfs"),
                "dram.controller_latency_ns=0"));
    for (String s : sets) {
      if (!s.strip().startsWith("dram.")) {
        throw NpusimException.usage(
            "dram-set", s + " is not below dram", "for example dram.channels=2");
      }
      overrides.add(s);
    }
    Dram dram = HardwareLoader.load(BASE, overrides).dram();
    checkMeasurable(dram);
    return dram;
  }

  /**
   * Refuses a memory that streams can't be driven into as it is described.
   *
   * @throws NpusimException (usage) when it has no JEDEC-style timing; (infeasible) when it says
   *     what the command-level controllers don't do
   */
  public static void checkMeasurable(Dram dram) {
    if (dram.model() != Dram.Model.DDR) {
      throw NpusimException.usage(
          "dram-model",
          "dram.model "
              + lower(dram.model().name())
              + " has no channels, banks and rows to measure",
          "leave dram.model out: only ddr has them");
    }
    if (dram.refreshPerBank()) {
      throw NpusimException.infeasible(
          "dram-refresh",
          "dram.refresh_per_bank: request streams by themselves refresh all banks at once only",
          "programs' memories are refreshed bank by bank: npusim run … --set"
              + " dram.refresh_per_bank=true");
    }
    if (dram.controller().rowPolicy() == Dram.RowPolicy.CLOSED) {
      throw NpusimException.infeasible(
          "dram-rows",
          "dram.controller.row_policy: request streams by themselves leave rows open only",
          "programs' memories close them: npusim run … --set dram.controller.row_policy=closed");
    }
  }

  /**
   * Refuses a window that a memory doesn't have.
   *
   * @param name what the user calls it
   * @throws NpusimException (usage)
   */
  public static void checkWindow(String name, long bytes, Dram dram) {
    long capacity = new DramStreams(dram).capacity();
    if (bytes < 8192 || bytes > capacity || bytes % 4096 != 0) {
      throw NpusimException.usage(
          "dram-option",
          name + " " + bytes + " must be from 8192 to " + capacity + " and a multiple of 4096",
          "");
    }
  }

  /**
   * Refuses a number of requests out of range.
   *
   * @param name what the user calls it
   * @throws NpusimException (usage)
   */
  public static void checkRequests(String name, long requests) {
    if (requests < 1 || requests > MOST_REQUESTS) {
      throw NpusimException.usage(
          "dram-option", name + " " + requests + " must be from 1 to " + MOST_REQUESTS, "");
    }
  }
}
