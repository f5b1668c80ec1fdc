package npusim.compiler.ops;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/** Holds a node against its operator's signature. */
final class SignatureCheck {
  private final Signature signature;
  private final InferContext c;
  private final Map<String, Seen<DType>> types = new HashMap<>();
  private final Map<String, Seen<Dim>> extents = new HashMap<>();

  /** What a variable stands for, and the input that said so. */
  private record Seen<T>(T value, String input) {}

  private SignatureCheck(Signature signature, InferContext c) {
    this.signature = signature;
    this.c = c;
  }

  /**
   * Checks counts, types, shapes and attributes.
   *
   * @throws npusim.diag.NpusimException exit code 2, naming node, operator, what is wrong and what
   *     is allowed
   */
  static void check(Signature signature, InferContext c) {
    var check = new SignatureCheck(signature, c);
    check.attributes();
    check.counts();
    check.inputs();
  }

  private void counts() {
    int min = signature.minInputs();
    int max = signature.maxInputs();
    int n = c.inputs();
    if (n > max) {
      throw c.fail("has " + n + " inputs, expected " + expectedCount(min, max));
    }
    for (int i = 0; i < min; i++) {
      if (!c.has(i) && signature.at(i).isRequired()) {
        throw c.fail(
            "input "
                + i
                + " ("
                + signature.at(i).name()
                + ") is missing, expected "
                + expectedCount(min, max)
                + " inputs");
      }
    }
    for (int i = min; i < n; i++) {
      if (!c.has(i) && signature.at(i).isRepeated() && signature.at(i).isRequired()) {
        throw c.fail("input " + i + " (" + signature.at(i).name() + ") is missing");
      }
    }
  }

  private static String expectedCount(int min, int max) {
    return max == Integer.MAX_VALUE
        ? "at least " + min
        : min == max ? "" + min : min + " to " + max;
  }

  private void inputs() {
    for (int i = 0; i < c.inputs(); i++) {
      TensorType t = c.has(i) ? c.typeOrNull(i) : null;
      if (t != null) {
        type(i, t.dtype());
        if (t.ranked()) {
          shape(i, t);
        }
      }
    }
  }

  private String label(int i) {
    return "input " + i + " '" + c.node().input(i) + "' (" + signature.at(i).name() + ")";
  }

  private void type(int i, DType t) {
    Signature.Input in = signature.at(i);
    if (in.isVariable()) {
      Seen<DType> seen = types.putIfAbsent(in.type(), new Seen<>(t, label(i)));
      if (seen != null && seen.value() != t) {
        throw c.fail(
            label(i)
                + " has element type "
                + t.onnxName()
                + ", expected "
                + seen.value().onnxName()
                + ", the type of "
                + seen.input());
      }
      return;
    }
    TypeSet allowed = Signature.typeSet(in.type());
    if (allowed != TypeSet.ANY && !allowed.contains(t)) {
      throw c.fail(
          label(i)
              + " has element type "
              + t.onnxName()
              + ", expected "
              + allowed.types().stream()
                  .map(DType::onnxName)
                  .reduce((a, b) -> a + ", " + b)
                  .orElse(""));
    }
  }

  private void shape(int i, TensorType t) {
    Signature.Input in = signature.at(i);
    if (in.shapes().isEmpty()) {
      return;
    }
    for (List<String> shape : in.shapes()) {
      if (fits(shape, t)) {
        unify(i, shape, t);
        return;
      }
    }
    throw c.fail(
        label(i) + " has rank " + t.rank() + " (" + t + "), expected " + expectedShape(in));
  }

  private static String expectedShape(Signature.Input in) {
    return switch (in.text()) {
      case "one" -> "one element";
      case "list" -> "rank 0 or 1";
      default -> "[" + in.text().replace("/", "] or [").replace(",", ", ") + "]";
    };
  }

  private static boolean fits(List<String> shape, TensorType t) {
    if (shape.equals(List.of("one"))) {
      return t.dims().stream().allMatch(d -> !d.known() || d.value() == 1);
    }
    if (shape.equals(List.of("list"))) {
      return t.rank() <= 1;
    }
    return shape.contains("..") ? t.rank() >= shape.size() - 1 : t.rank() == shape.size();
  }

  private void unify(int i, List<String> shape, TensorType t) {
    int open = shape.indexOf("..");
    for (int k = 0; k < shape.size(); k++) {
      String name = shape.get(k);
      int at = open >= 0 && k > open ? t.rank() - shape.size() + k : k;
      if (name.equals("_") || name.equals("..") || name.equals("one") || name.equals("list")) {
        continue;
      }
      Dim d = t.dim(at);
      boolean number = Character.isDigit(name.charAt(0));
      Seen<Dim> want =
          number
              ? new Seen<>(Dim.of(Long.parseLong(name)), "")
              : extents.putIfAbsent(name, new Seen<>(d, label(i)));
      if (want != null && d.known() && want.value().known() && !d.sameAs(want.value())) {
        throw c.fail(
            label(i)
                + " has extent "
                + d
                + " at dimension "
                + at
                + " ("
                + t
                + "), expected "
                + want.value()
                + (number ? "" : ", the extent " + name + " of " + want.input()));
      }
    }
  }

  private void attributes() {
    for (Signature.Attr a : signature.attributes().values()) {
      Attribute value = c.node().attribute(a.name());
      if (value != null) {
        attribute(a, value);
      } else if (a.required()) {
        throw c.fail("attribute '" + a.name() + "' is missing");
      }
    }
  }

  private void attribute(Signature.Attr a, Attribute value) {
    switch (value) {
      case Attribute.Int(long v) when a.kind().equals("int") || a.kind().equals("ints") ->
          range(a, v);
      case Attribute.Ints(long[] vs) when a.kind().equals("ints") -> {
        for (long v : vs) {
          range(a, v);
        }
      }
      case Attribute.Float f when a.kind().equals("float") -> finite(a, f.value());
      case Attribute.Str(String s) when a.kind().equals("str") -> word(a, s);
      case Attribute.Floats f when a.kind().equals("floats") -> {}
      case Attribute.Strs s when a.kind().equals("strs") -> {}
      case Attribute.TensorAttr t when a.kind().equals("tensor") -> {}
      case Attribute.GraphAttr g when a.kind().equals("graph") -> {}
      // An empty list has no type of its own in ONNX's textual syntax.
      case Attribute.Ints(long[] vs) when vs.length == 0 && a.kind().endsWith("s") -> {}
      default ->
          throw c.fail(
              "attribute '"
                  + a.name()
                  + "' is of kind "
                  + value.getClass().getSimpleName()
                  + ", expected "
                  + a.kind());
    }
  }

  private void range(Signature.Attr a, long v) {
    if (v < a.min() || v > a.max()) {
      throw c.fail("attribute '" + a.name() + "' is " + v + ", expected " + a.range());
    }
  }

  private void finite(Signature.Attr a, float v) {
    if (Float.isNaN(v)) {
      throw c.fail("attribute '" + a.name() + "' is not a number");
    }
  }

  private void word(Signature.Attr a, String s) {
    if (!a.words().isEmpty() && !a.words().contains(s)) {
      throw c.fail(
          "attribute '"
              + a.name()
              + "' is '"
              + s
              + "', expected one of "
              + String.join(", ", new TreeSet<>(a.words())));
    }
  }
}
