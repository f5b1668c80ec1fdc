package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import npusim.compiler.CompileOptions;
import npusim.compiler.ir.Tensor;
import npusim.compiler.text.OnnxText;
import npusim.diag.NpusimException;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.sim.functional.Schedule;
import npusim.workloads.OrtSession;

/**
 * Random graphs over the operator set give ONNX Runtime's values on chips of different arrays,
 * scratchpads and core counts. A graph that doesn't is cut down to the nodes that matter and saved
 * as {@code target/random-graphs/<seed>.onnxtxt}.
 */
class RandomGraphsTest {
  private static final AtomicInteger COMPARED = new AtomicInteger();
  private static final AtomicInteger REFUSED = new AtomicInteger();
  private static final AtomicInteger RUN = new AtomicInteger();
  private static final List<Hardware> CHIPS =
      List.of(
          HardwareLoader.load("tiny"),
          HardwareLoader.load("edge"),
          HardwareLoader.load("edge", List.of("chip.cores=3", "core.matrix.dataflow=os")),
          HardwareLoader.load(
              "edge",
              List.of(
                  "core.scratchpad.bytes=64KiB",
                  "chip.cores=2",
                  "core.vector.rows_on_chip=false",
                  "shared_sram.bytes=256KiB",
                  "shared_sram.bytes_per_cycle=64",
                  "shared_sram.latency_cycles=20")));
  private static final List<Schedule> SCHEDULES =
      List.of(
          Schedule.PROGRAM_ORDER, Schedule.LATE_LOADS, Schedule.LATE_STORES, Schedule.EAGER_UNITS);

  @Property(tries = 60, seed = "20240229", shrinking = ShrinkingMode.OFF)
  void aFewGraphsGiveOnnxRuntimesValues(@ForAll("seeds") long seed) {
    check(seed);
  }

  @Tag("slow")
  @Property(tries = 2400, seed = "1", shrinking = ShrinkingMode.OFF)
  void manyGraphsGiveOnnxRuntimesValues(@ForAll("seeds") long seed) {
    check(seed);
  }

  @Example
  void aSingleRowThatIsBroadcastIsPaddedLikeAnyOther() {
    String text =
        """
        <ir_version: 10, opset_import: ["" : 21]>
        g (float[2, 1, 5] x) => (y)
          <int64[4] s = {3, 2, 1, 5}, float[1, 2, 2, 2] w = {1, -2, 3, 0.5, -1, 2, 0.25, 4}> {
          t = Expand (x, s)
          y = Conv <kernel_shape = [2, 2], strides = [1, 1], pads = [1, 1, 1, 1]> (t, w)
        }
        """;
    Tensor x = Tensor.generate(DType.F32, new long[] {2, 1, 5}, i -> i * i % 7 - 3);
    Map<String, Tensor> in = Map.of("x", x);
    Tensor want = OrtSession.run(OnnxText.parse("m", text), in).get("y");
    for (Hardware hw : CHIPS) {
      Tensor got =
          Cases.execute(
                  OnnxText.parse("m", text), in, hw, CompileOptions.DEFAULT, Schedule.PROGRAM_ORDER)
              .get("y");
      assertThat(difference(want, got)).as(hw.name()).isNull();
    }
  }

  /** Evenly spread, so that no graph comes twice. */
  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.randomValue(Random::nextLong);
  }

  @AfterContainer
  static void mostGraphsWereCompared() {
    assertThat(COMPARED.get() - REFUSED.get()).isGreaterThan(RUN.get() * 9 / 10);
  }

  static void check(long seed) {
    RUN.incrementAndGet();
    RandomGraph g = RandomOps.graph(seed);
    if (g.refused() != null) {
      throw new AssertionError("seed " + seed + " was refused: " + g.refused());
    }
    if (g.statements().isEmpty()) {
      return;
    }
    Hardware hw = CHIPS.get(Math.floorMod(Long.hashCode(seed), CHIPS.size()));
    Schedule order = SCHEDULES.get(Math.floorMod(Long.hashCode(seed * 31), SCHEDULES.size()));
    String wrong = mismatch(g, g.leaves(), hw, order);
    if (wrong != null) {
      RandomGraph small = reduced(g, hw, order);
      String text = small.closed(small.leaves());
      String why = mismatch(small, small.leaves(), hw, order);
      Path file = save(seed, "# " + hw.name() + " " + order.label() + ": " + why + "\n" + text);
      throw new AssertionError(
          "seed "
              + seed
              + " on "
              + hw.name()
              + ": "
              + wrong
              + "\nreduced to "
              + file
              + "\n"
              + text
              + why);
    }
    COMPARED.incrementAndGet();
  }

  static int refused() {
    return REFUSED.get();
  }

  /** What differs from ONNX Runtime, or null; also when that refuses the graph itself. */
  private static String mismatch(RandomGraph g, List<String> outputs, Hardware hw, Schedule order) {
    Map<String, Tensor> want;
    try {
      want = OrtSession.run(g.model(outputs), g.inputs());
    } catch (IllegalStateException e) {
      REFUSED.incrementAndGet();
      return null;
    }
    try {
      Map<String, Tensor> got =
          Cases.execute(g.model(outputs), g.inputs(), hw, CompileOptions.DEFAULT, order);
      for (String name : outputs) {
        String d = difference(want.get(name), got.get(name));
        if (d != null) {
          return name + ": " + d;
        }
      }
      return null;
    } catch (NpusimException e) {
      return "refused: " + e.getMessage();
    } catch (RuntimeException e) {
      return e + " at " + e.getStackTrace()[0];
    }
  }

  private static String difference(Tensor want, Tensor got) {
    if (want.dtype() != got.dtype() || !java.util.Arrays.equals(want.dims(), got.dims())) {
      return "want " + want.type() + ", got " + got.type();
    }
    double largest = 0;
    for (long i = 0; i < want.size(); i++) {
      double v = Math.abs(want.at(i));
      largest = v < 1e12 ? Math.max(largest, v) : largest;
    }
    for (long i = 0; i < want.size(); i++) {
      double a = want.at(i);
      double b = got.at(i);
      boolean same =
          want.dtype() == DType.F32
              ? Double.isNaN(a)
                  ? Double.isNaN(b)
                  : a == b || Math.abs(a - b) <= 1e-3 * Math.abs(a) + 1e-5 + 1e-5 * largest
              : want.longAt(i) == got.longAt(i);
      if (!same) {
        return "element " + i + ": want " + a + ", got " + b;
      }
    }
    return null;
  }

  /** Fewer nodes that still differ: ancestors of a wrong result, then nodes' results as inputs. */
  private static RandomGraph reduced(RandomGraph g, Hardware hw, Schedule order) {
    RandomGraph best = g;
    for (String leaf : g.leaves()) {
      RandomGraph p = g.part(ancestors(g, leaf), g.inputs());
      if (mismatch(p, p.leaves(), hw, order) != null) {
        best = p;
        break;
      }
    }
    for (RandomGraph.Statement s : List.copyOf(best.statements())) {
      RandomGraph cut = withoutFirst(best, s);
      if (cut != null && mismatch(cut, cut.leaves(), hw, order) != null) {
        best = cut;
      }
    }
    return best;
  }

  private static List<RandomGraph.Statement> ancestors(RandomGraph g, String leaf) {
    Set<String> needed = new HashSet<>(Set.of(leaf));
    List<RandomGraph.Statement> kept = new ArrayList<>();
    for (RandomGraph.Statement s : g.statements().reversed()) {
      if (s.outputs().stream().anyMatch(needed::contains)) {
        needed.addAll(s.inputs());
        kept.addFirst(s);
      }
    }
    return kept;
  }

  /** The graph with what a node makes, as ONNX Runtime has it, given as input. */
  private static RandomGraph withoutFirst(RandomGraph g, RandomGraph.Statement s) {
    if (g.statements().size() < 2 || g.leaves().containsAll(s.outputs())) {
      return null;
    }
    Map<String, Tensor> made;
    try {
      made = OrtSession.run(g.model(s.outputs()), g.inputs());
    } catch (IllegalStateException | IllegalArgumentException e) {
      return null;
    }
    Map<String, Tensor> fed = new LinkedHashMap<>(g.inputs());
    fed.putAll(made);
    List<RandomGraph.Statement> kept = new ArrayList<>(g.statements());
    kept.remove(s);
    Set<String> read = new HashSet<>();
    kept.forEach(k -> read.addAll(k.inputs()));
    fed.keySet().retainAll(read);
    return g.part(kept, fed);
  }

  private static Path save(long seed, String text) {
    try {
      Path folder = Files.createDirectories(Path.of("target", "random-graphs"));
      return Files.writeString(folder.resolve(seed + ".onnxtxt"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
