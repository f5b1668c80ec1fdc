package npusim.tools.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.Dram;
import npusim.sim.dram.DramStream;
import npusim.sim.dram.DramStreams;
import npusim.tools.report.DramReport;
import npusim.tools.report.OutputFiles;
import npusim.tools.run.LoneDram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code npusim dram}. */
@Command(
    name = "dram",
    mixinStandardHelpOptions = true,
    description = "Measures the DRAM model by itself: bandwidth and latency of request streams.")
public final class DramCommand implements Callable<Integer> {
  @Option(
      names = "--preset",
      required = true,
      paramLabel = "NAME",
      description = "DRAM standard, such as HBM2-2000, or a YAML file.")
  private String preset;

  @Option(
      names = "--channels",
      paramLabel = "N",
      description = "Channels as the preset counts them (default 1).")
  private int channels = 1;

  @Option(
      names = "--mapping",
      paramLabel = "ORDER",
      completionCandidates = Mappings.class,
      description = "${COMPLETION-CANDIDATES} (default: RoBaRaCoCh).")
  private String mapping = LoneDram.MAPPING;

  @Option(
      names = "--scheduler",
      paramLabel = "NAME",
      description =
          "frfcfs, or frfcfs_rowhit, which does not close a row that older requests wait for"
              + " (default with the MOP4 mappings).")
  private String scheduler;

  @Option(names = "--no-refresh", description = "Leave out refresh.")
  private boolean noRefresh;

  @Option(
      names = "--stream",
      split = ",",
      paramLabel = "NAME",
      description =
          "seq_read, seq_write, rand_read, seq_rw, rand_rw, rowconf_read, stride256_read,"
              + " stride4096_read, chunk4k_read or chase_read; several with commas or repeated"
              + " (default: all).")
  private List<String> streams = List.of();

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "64-byte requests (default: enough for a steady state of the stream).")
  private Long requests;

  @Option(
      names = "--window",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description =
          "Bytes the addresses lie in, a multiple of 4096, such as 65536 or 64MiB (default: 1 GiB"
              + " or the capacity).")
  private Long window;

  @Option(
      names = "--set",
      paramLabel = "PARAM=VALUE",
      description = "Override a parameter below dram, such as dram.timing.rcd_read=20.")
  private List<String> sets = new ArrayList<>();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON.")
  private Path json;

  @Spec private CommandSpec spec;

  /** Orders of address bits by name. */
  static final class Mappings implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Dram.Mapping.values()).map(Dram.Mapping::label).iterator();
    }
  }

  @Override
  public Integer call() {
    OutputFiles.check(json);
    var memory =
        new LoneDram(preset, channels, mapping, Optional.ofNullable(scheduler), !noRefresh, sets);
    Dram dram = OptionPlaces.of(this::option, memory::load);
    var driver = new DramStreams(dram);
    long bytes = window == null ? driver.defaultWindow() : window;
    LoneDram.checkWindow("--window", bytes, dram);
    if (requests != null) {
      LoneDram.checkRequests("--requests", requests);
    }
    List<DramStreams.Result> results = new ArrayList<>();
    List<DramStream> chosen = chosen();
    for (DramStream s : chosen) {
      results.add(
          Progress.during(
              spec.commandLine().getErr(),
              String.format(
                  Locale.ROOT, "stream %d of %d: %s", results.size() + 1, chosen.size(), s.label()),
              () -> driver.run(s, requests == null ? s.defaultRequests() : requests, bytes)));
    }
    if (json != null) {
      OutputFiles.write(json, DramReport.json(memory.preset(), dram, results));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(DramReport.text(memory.preset(), dram, results));
    out.flush();
    return 0;
  }

  /** The option that a user gave for a parameter's override. */
  private Optional<String> option(String override) {
    if (sets.contains(override)) {
      return Optional.empty();
    }
    String value = override.substring(override.indexOf('=') + 1);
    return switch (override.substring(0, override.indexOf('='))) {
      case "dram.channels" -> Optional.of("--channels " + value);
      case "dram.mapping" -> Optional.of("--mapping " + value);
      case "dram.controller.scheduler" -> Optional.of("--scheduler " + value);
      case "dram.preset" -> Optional.of("--preset " + value);
      default -> Optional.empty();
    };
  }

  private List<DramStream> chosen() {
    List<String> known = Arrays.stream(DramStream.values()).map(DramStream::label).toList();
    if (streams.isEmpty()) {
      return List.of(DramStream.values());
    }
    return streams.stream()
        .map(
            s ->
                DramStream.of(s.strip().toLowerCase(Locale.ROOT))
                    .orElseThrow(
                        () ->
                            NpusimException.usage(
                                "dram-stream",
                                "--stream " + s + ": no such stream",
                                Names.suggest(s, known))))
        .toList();
  }
}
