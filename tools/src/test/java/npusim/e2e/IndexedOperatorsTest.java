package npusim.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import npusim.compiler.CompileOptions;
import npusim.compiler.ir.Tensor;
import npusim.compiler.text.OnnxText;
import npusim.hardware.Hardware;
import npusim.hardware.HardwareLoader;
import npusim.isa.DType;
import npusim.sim.functional.Schedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operators that go through memory by indices, against loops over the elements. */
class IndexedOperatorsTest {
  private static final int OPSET = 26;

  /** A chip whose scratchpads hold part of the operands only. */
  private static Hardware chip(int cores) {
    return HardwareLoader.load(
        "tiny", List.of("chip.cores=" + cores, "core.scratchpad.bytes=8192"));
  }

  private static Tensor floats(long[] dims) {
    return Tensor.generate(DType.F32, dims, i -> (i * 37 % 101 - 50) / 16.0);
  }

  private static Tensor longs(long[] dims, LongToDoubleFunction values) {
    return Tensor.generate(DType.I64, dims, values);
  }

  private static String type(String name, Tensor t) {
    String dims = Arrays.toString(t.dims());
    String element =
        switch (t.dtype()) {
          case I64 -> "int64";
          case BOOL -> "bool";
          default -> "float";
        };
    return element + dims + " " + name;
  }

  /** Runs a model of one node under several schedules and holds its result against another. */
  private static void check(
      int cores, String node, Map<String, Tensor> inputs, String made, Tensor want) {
    var declared = new StringBuilder();
    inputs.forEach((n, t) -> declared.append(declared.isEmpty() ? "" : ", ").append(type(n, t)));
    String model =
        String.format(
            Locale.ROOT,
            "<ir_version: 11, opset_import: [\"\": %d]> g (%s) => (%s) { y = %s }",
            OPSET,
            declared,
            made,
            node);
    Hardware hw = chip(cores);
    for (Schedule s : List.of(Schedule.PROGRAM_ORDER, Schedule.LATE_LOADS, Schedule.random(3))) {
      var outputs =
          Cases.execute(
              OnnxText.parse("indexed", model),
              new LinkedHashMap<>(inputs),
              hw,
              CompileOptions.DEFAULT,
              s);
      assertThat(Cases.difference(want, outputs.get("y"))).as("%s under %s", node, s).isNull();
    }
  }

  private static double combine(String reduction, double old, double update) {
    return switch (reduction) {
      case "add" -> old + update;
      case "mul" -> old * update;
      case "max" -> Math.max(old, update);
      case "min" -> Math.min(old, update);
      default -> update;
    };
  }

  @ParameterizedTest
  @CsvSource({"none, 1", "add, 1", "mul, 4", "max, 4", "min, 1", "none, 4"})
  void scatterElementsUpdatesAlongTheAxis(String reduction, int cores) {
    int n = 6;
    int axis = 83;
    int rest = 9;
    int updates = 40;
    Tensor data = floats(new long[] {n, axis, rest});
    Tensor values = floats(new long[] {n, updates, rest});
    // Without reduction every place is written once; half of the indices count from the end.
    boolean once = reduction.equals("none");
    Tensor idx =
        longs(
            new long[] {n, updates, rest},
            i -> {
              long j = i / rest % updates;
              long at = once ? (j * 2 + i % rest) % axis : (j * 7 + i) % 11;
              return j % 2 == 0 ? at : at - axis;
            });
    double[] want = values(data);
    for (int i = 0; i < n * updates * rest; i++) {
      int a = (int) ((idx.longAt(i) + axis) % axis);
      int at = (i / (updates * rest) * axis + a) * rest + i % rest;
      want[at] = combine(reduction, want[at], values.at(i));
    }
    String op = "ScatterElements<axis = 1, reduction = \"" + reduction + "\">";
    checkScatter(cores, op, data, idx, values, want);
  }

  @ParameterizedTest
  @CsvSource({
    // Rows of 4 bytes are updated on chip, rows of 200 bytes by the DMA; duplicates add up on chip.
    "none, 1, 1",
    "none, 50, 1",
    "none, 50, 3",
    "add, 50, 1",
    "add, 6, 3",
    "max, 1, 2"
  })
  void scatterNdUpdatesRows(String reduction, int row, int cores) {
    int rows = 70;
    int updates = 30;
    Tensor data = floats(new long[] {rows, row});
    Tensor values = floats(new long[] {updates, row});
    boolean once = reduction.equals("none");
    Tensor idx = longs(new long[] {updates, 1}, i -> once ? rows - 1 - 2 * i : i * i % 5);
    double[] want = values(data);
    for (int i = 0; i < updates * row; i++) {
      int at = (int) idx.longAt(i / row) * row + i % row;
      want[at] = combine(reduction, want[at], values.at(i));
    }
    checkScatter(cores, "ScatterND<reduction = \"" + reduction + "\">", data, idx, values, want);
  }

  @ParameterizedTest
  @CsvSource({"3, 1", "40, 2"})
  void gatherNdTakesRowsOfTuples(int row, int cores) {
    int a = 6;
    int b = 5;
    int tuples = 17;
    Tensor data = floats(new long[] {a, b, row});
    Tensor idx =
        longs(new long[] {tuples, 2}, i -> i % 2 == 0 ? i * 5 % a : (i * 3 % b) - (i % 3) % 2 * b);
    Tensor want =
        Tensor.generate(
            DType.F32,
            new long[] {tuples, row},
            i -> {
              int t = (int) (i / row);
              long x = (idx.longAt(2L * t) + a) % a;
              long y = (idx.longAt(2L * t + 1) + b) % b;
              return data.at((x * b + y) * row + i % row);
            });
    check(cores, "GatherND(d, i)", ordered("d", data, "i", idx), type("y", want), want);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "1, 0", "1, 1"})
  void cumProdMultipliesAlongTheAxis(int exclusive, int reverse) {
    int rows = 5;
    int n = 60;
    Tensor x = Tensor.generate(DType.F32, new long[] {rows, n}, i -> 1 + (i % 7 - 3) / 32.0);
    double[] want = new double[rows * n];
    for (int r = 0; r < rows; r++) {
      double product = 1;
      for (int j = 0; j < n; j++) {
        int at = r * n + (reverse == 0 ? j : n - 1 - j);
        want[at] = exclusive != 0 ? product : product * x.at(at);
        product *= x.at(at);
      }
    }
    String node = "CumProd<exclusive = " + exclusive + ", reverse = " + reverse + ">(x, a)";
    String model =
        "<ir_version: 11, opset_import: [\"\": %d]> g (float[%d,%d] x) => (float[%d,%d] y)"
            + " <int64 a = {1}> { y = %s }";
    String text = String.format(Locale.ROOT, model, OPSET, rows, n, rows, n, node);
    var got =
        Cases.execute(
            OnnxText.parse("cumprod", text),
            ordered("x", x),
            chip(2),
            CompileOptions.DEFAULT,
            Schedule.LATE_LOADS);
    Tensor expected = Tensor.generate(DType.F32, x.dims(), i -> want[(int) i]);
    assertThat(Cases.difference(expected, got.get("y"))).isNull();
  }

  private static Map<String, Tensor> ordered(Object... namesAndTensors) {
    var map = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < namesAndTensors.length; i += 2) {
      map.put((String) namesAndTensors[i], (Tensor) namesAndTensors[i + 1]);
    }
    return map;
  }

  private static double[] values(Tensor t) {
    double[] values = new double[Math.toIntExact(t.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = t.at(i);
    }
    return values;
  }

  private static void checkScatter(
      int cores, String op, Tensor data, Tensor indices, Tensor updates, double... want) {
    check(
        cores,
        op + "(d, i, u)",
        ordered("d", data, "i", indices, "u", updates),
        type("y", data),
        Tensor.generate(DType.F32, data.dims(), i -> want[(int) i]));
  }
}
