package npusim.sim.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import npusim.hardware.MatrixUnit;
import npusim.isa.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MatrixTimingTest {
  private static List<String> gemminiMesh() {
    return rows("gemmini-mesh.csv");
  }

  private static List<String> scaleSim() {
    return rows("scalesim.csv");
  }

  private static List<String> rows(String name) {
    try (var in = MatrixTimingTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(l -> !l.startsWith("#"))
          .skip(1)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MatrixUnit unit(
      int rows,
      int cols,
      int peTile,
      MatrixUnit.Dataflow dataflow,
      int hopLatency,
      int outputDelay,
      MatrixUnit.Preload preload,
      int minRows,
      int chunk,
      boolean foldOverlap) {
    return new MatrixUnit(
        1,
        rows,
        cols,
        dataflow,
        Map.of(DType.I8, 1.0),
        Map.of(DType.I8, DType.I32),
        peTile,
        peTile,
        hopLatency,
        outputDelay,
        preload,
        1,
        2,
        0,
        minRows,
        chunk,
        foldOverlap,
        true,
        false,
        false,
        0,
        0,
        true,
        MatrixUnit.Sparsity.NONE);
  }

  @ParameterizedTest
  @MethodSource("gemminiMesh")
  void reproducesTheBareArrayOfGemminiToTheCycle(String line) {
    String[] f = line.split(",", -1);
    int mesh = Integer.parseInt(f[0]);
    int tile = Integer.parseInt(f[1]);
    int dim = mesh * tile;
    var mode = f[4];
    var timing =
        new MatrixTiming(
            unit(
                dim,
                dim,
                tile,
                mode.startsWith("os") ? MatrixUnit.Dataflow.OS : MatrixUnit.Dataflow.WS,
                Integer.parseInt(f[2]),
                Integer.parseInt(f[3]),
                mode.equals("ws_noovl")
                    ? MatrixUnit.Preload.EXPOSED
                    : MatrixUnit.Preload.OVERLAPPED,
                4,
                dim,
                true));
    var cost = timing.gemm(Long.parseLong(f[5]), Long.parseLong(f[6]), Long.parseLong(f[7]), 1);
    assertThat(cost.alone()).as(line).isEqualTo(Long.parseLong(f[8]));
  }

  @ParameterizedTest
  @MethodSource("scaleSim")
  void reproducesScaleSimWithoutOverlapOfFolds(String line) {
    String[] f = line.split(",", -1);
    int rows = Integer.parseInt(f[3]);
    int cols = Integer.parseInt(f[4]);
    long m = Long.parseLong(f[0]);
    long n = Long.parseLong(f[1]);
    var dataflow = MatrixUnit.Dataflow.valueOf(f[5].toUpperCase(Locale.ROOT));
    var timing =
        new MatrixTiming(
            unit(rows, cols, 1, dataflow, 0, 0, MatrixUnit.Preload.OVERLAPPED, 1, 0, false));
    long expected = Long.parseLong(f[6]);
    if (dataflow == MatrixUnit.Dataflow.OS) {
      // SCALE-Sim counts R + C + K - 2 for a fold; the skew of both inputs takes R more.
      expected += rows * Math.ceilDiv(m, (long) rows) * Math.ceilDiv(n, (long) cols);
    }
    assertThat(timing.gemm(m, n, Long.parseLong(f[2]), 1).alone()).as(line).isEqualTo(expected);
  }
}
