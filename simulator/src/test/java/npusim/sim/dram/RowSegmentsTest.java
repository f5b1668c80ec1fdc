package npusim.sim.dram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import npusim.hardware.Dram;
import npusim.hardware.DramSpec;
import npusim.hardware.HardwareLoader;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The memory of a running program, a row segment at a time, against the controllers that go command
 * by command: the same streams, offered in order, on the chips' own memories.
 */
class RowSegmentsTest {
  /** Offers a stream's requests one by one, each as soon as the one before it has been taken. */
  private static double gigabytesPerSecond(Dram dram, DramStream stream, long requests) {
    DramSpec spec = dram.spec().orElseThrow();
    // A core clock of one memory clock: nothing is rounded.
    var memory = new JedecDram(dram, 1e6 / spec.tckPs());
    var o = spec.organization();
    long rowStride = (long) o.rowBytes() * o.pseudoChannels() * o.banks() * dram.channels();
    var generator = new DramStream.Generator(stream, window(dram), rowStride, o.rows());
    long controller = (long) Math.ceil(dram.controllerLatencyNs() * 1000 / spec.tckPs() - 1e-9);
    long end = 0;
    for (long i = 0; i < requests; i++) {
      long address = generator.next();
      long now = memory.admitted();
      long done =
          generator.write
              ? memory.write(now, address, DramStream.REQUEST_BYTES)
              : memory.read(now, address, DramStream.REQUEST_BYTES);
      end = Math.max(end, done - controller);
    }
    return requests * DramStream.REQUEST_BYTES / (end * spec.tckPs() / 1000);
  }

  private static long window(Dram dram) {
    return new DramStreams(dram).defaultWindow();
  }

  @ParameterizedTest
  @CsvSource({
    "edge, 2, 9, 6, 13, 11",
    "warboy, 2, 6, 7, 8, 6",
    "rngd, 6, 11, 6, 14, 11",
    "tpu-v3, 3, 7, 6, 9, 8",
    "tpu-v4, 5, 9, 6, 14, 12",
    "a100, 7, 8, 9, 16, 19",
    "atom, 6, 14, 6, 13, 8",
    "wormhole-n150, 5, 14, 9, 14, 17",
  })
  void streamsMoveAsFastAsUnderTheControllers(
      String chip, double sequential, double chunked, double random, double mixed, double both) {
    Dram dram = HardwareLoader.load(chip).dram();
    closeTo(dram, DramStream.SEQ_READ, 250_000, sequential);
    closeTo(dram, DramStream.SEQ_WRITE, 250_000, sequential);
    closeTo(dram, DramStream.CHUNK4K_READ, 60_000, chunked);
    closeTo(dram, DramStream.RAND_READ, 40_000, random);
    closeTo(dram, DramStream.SEQ_RW, 60_000, mixed);
    closeTo(dram, DramStream.RAND_RW, 40_000, both);
    closeTo(dram, DramStream.ROWCONF_READ, 5_000, 3);
  }

  /** Chunks asked for as a whole are cut into runs, or stripes of runs, of a row. */
  @ParameterizedTest
  @CsvSource({"rngd, 12", "tpu-v4, 12", "a100, 10", "wormhole-n150, 15"})
  void wholeChunksMoveAsFastAsTheirRequestsUnderTheControllers(String chip, double percent) {
    Dram dram = HardwareLoader.load(chip).dram();
    DramSpec spec = dram.spec().orElseThrow();
    var memory = new JedecDram(dram, 1e6 / spec.tckPs());
    var o = spec.organization();
    long rowStride = (long) o.rowBytes() * o.pseudoChannels() * o.banks() * dram.channels();
    var generator =
        new DramStream.Generator(DramStream.CHUNK4K_READ, window(dram), rowStride, o.rows());
    int chunk = 4096 / DramStream.REQUEST_BYTES;
    long requests = 60_000L / chunk * chunk;
    long controller = (long) Math.ceil(dram.controllerLatencyNs() * 1000 / spec.tckPs() - 1e-9);
    long end = 0;
    for (long i = 0; i < requests; i++) {
      long address = generator.next();
      if (i % chunk == 0) {
        end = Math.max(end, memory.read(memory.admitted(), address, 4096) - controller);
      }
    }
    double rate = requests * DramStream.REQUEST_BYTES / (end * spec.tckPs() / 1000.0);
    assertThat(rate)
        .isCloseTo(
            new DramStreams(dram)
                .run(DramStream.CHUNK4K_READ, requests, window(dram))
                .gigabytesPerSecond(),
            Percentage.withPercentage(percent));
  }

  /** Banks that are refreshed one by one leave the others to be used. */
  @ParameterizedTest
  @ValueSource(strings = {"warboy", "edge"})
  void refreshOfSingleBanksCostsLess(String chip) {
    double all = sequential(chip, "dram.refresh_per_bank=false");
    double single = sequential(chip, "dram.refresh_per_bank=true");
    double none = sequential(chip, "dram.refresh=false");
    assertThat(single).isGreaterThan(1.01 * all).isLessThan(1.02 * none);
  }

  private static double sequential(String chip, String set) {
    Dram dram = HardwareLoader.load(chip, List.of(set)).dram();
    return gigabytesPerSecond(dram, DramStream.SEQ_READ, 250_000);
  }

  private static void closeTo(Dram dram, DramStream stream, long requests, double percent) {
    double commands =
        new DramStreams(dram).run(stream, requests, window(dram)).gigabytesPerSecond();
    assertThat(gigabytesPerSecond(dram, stream, requests))
        .as(stream.label())
        .isCloseTo(commands, Percentage.withPercentage(percent));
  }
}
