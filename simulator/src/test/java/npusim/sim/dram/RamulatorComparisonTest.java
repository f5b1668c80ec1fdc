package npusim.sim.dram;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import npusim.hardware.Dram;
import npusim.hardware.HardwareLoader;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The memory controllers reproduce what a cycle-level simulator measured. */
class RamulatorComparisonTest {
  /** Bandwidth and latency may differ by this much; the goals are 5 and 10. */
  private static final Percentage CLOSE = Percentage.withPercentage(2.5);

  /** One measured stream. */
  record Row(
      String preset,
      int channels,
      String policy,
      DramStream stream,
      long requests,
      double gigabytesPerSecond,
      double latencyNs) {
    static Row of(String line) {
      String[] f = line.split(",", -1);
      return new Row(
          f[0],
          Integer.parseInt(f[1]),
          f[2],
          DramStream.of(f[3]).orElseThrow(),
          Long.parseLong(f[4]),
          Double.parseDouble(f[5]),
          Double.parseDouble(f[6]));
    }

    Dram memory() {
      boolean mop = policy.equals("mop");
      return HardwareLoader.load(
              "edge",
              List.of(
                  "dram.model=ddr",
                  "dram.preset=" + preset,
                  "dram.channels=" + channels,
                  "dram.mapping=" + (mop ? "MOP4CLXOR" : "RoBaRaCoCh"),
                  "dram.controller.scheduler=" + (mop ? "frfcfs_rowhit" : "frfcfs"),
                  "dram.refresh=" + !policy.equals("norefresh"),
                  "dram.controller_latency_ns=0"))
          .dram();
    }

    @Override
    public String toString() {
      return preset + " x" + channels + " " + policy + " " + stream.label();
    }
  }

  static Stream<Row> rows() throws IOException {
    try (var in = RamulatorComparisonTest.class.getResourceAsStream("ramulator.csv")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(l -> !l.startsWith("#")).map(Row::of).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void bandwidthAndLatencyAgree(Row row) {
    var driver = new DramStreams(row.memory());
    var result = driver.run(row.stream, row.requests, driver.defaultWindow());
    assertThat(result.gigabytesPerSecond()).isCloseTo(row.gigabytesPerSecond, CLOSE);
    if (row.latencyNs > 0) {
      assertThat(result.averageLatencyNs()).isCloseTo(row.latencyNs, CLOSE);
    }
  }

  @Test
  void aSteadyStreamIsCutShortWithoutChangingItsBandwidth() throws IOException {
    for (Row row :
        rows().filter(r -> r.stream.label().startsWith("seq_") && r.channels == 1).toList()) {
      var driver = new DramStreams(row.memory());
      var quick = driver.run(row.stream, 200_000, driver.defaultWindow());
      var exact = driver.runExactly(row.stream, 200_000, driver.defaultWindow());
      assertThat(quick.gigabytesPerSecond())
          .as(row.toString())
          .isCloseTo(exact.gigabytesPerSecond(), Percentage.withPercentage(0.5));
    }
  }
}
