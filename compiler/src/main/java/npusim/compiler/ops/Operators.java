package npusim.compiler.ops;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import npusim.compiler.ir.Node;
import npusim.diag.Diagnostic;
import npusim.diag.Names;
import npusim.diag.NpusimException;

/** Registry of every operator that npusim knows, by domain and name. */
public final class Operators {
  /** Oldest opset version of the default domain that is accepted. */
  public static final int MIN_OPSET = 7;

  /** Newest opset version of the default domain that is accepted. */
  public static final int MAX_OPSET = 28;

  private static final Map<String, Operator> ALL = load();

  private Operators() {}

  private static Map<String, Operator> load() {
    List<Operator> list = new ArrayList<>();
    list.addAll(ElementwiseOps.all());
    list.addAll(ActivationOps.all());
    list.addAll(ReductionOps.all());
    list.addAll(ShapeOps.all());
    list.addAll(MovementOps.all());
    list.addAll(IndexOps.all());
    list.addAll(LinearOps.all());
    list.addAll(ConvOps.all());
    list.addAll(ImageOps.all());
    list.addAll(NormOps.all());
    list.addAll(AttentionOps.all());
    list.addAll(CacheOps.all());
    list.addAll(CompressionOps.all());
    list.addAll(QuantOps.all());
    list.addAll(RecurrentOps.all());
    list.addAll(MiscOps.all());
    list.addAll(MicrosoftOps.all());
    list.addAll(CollectiveOps.all());
    Map<String, Operator> sorted = new TreeMap<>();
    for (Operator op : list) {
      if (sorted.put(key(op.domain(), op.name()), op) != null) {
        throw new IllegalStateException("operator defined twice: " + op);
      }
    }
    return Collections.unmodifiableMap(new LinkedHashMap<>(sorted));
  }

  private static String key(String domain, String name) {
    return domain + ":" + name;
  }

  /** Every operator, by domain and name. */
  public static Collection<Operator> all() {
    return ALL.values();
  }

  /** The operator of a domain ({@code ""} is the default one), or null. */
  public static Operator find(String domain, String name) {
    return ALL.get(key(domain, name));
  }

  /** The operator of a node, or null. */
  public static Operator find(Node n) {
    return find(n.domain(), n.opType());
  }

  /**
   * The operator of a node.
   *
   * @throws NpusimException with exit code 3 when npusim doesn't have it or not at the node's opset
   *     version
   */
  public static Operator require(Node n) {
    Operator op = find(n);
    if (op == null) {
      List<String> names =
          ALL.values().stream()
              .filter(o -> o.domain().equals(n.domain()))
              .map(Operator::name)
              .toList();
      String hint =
          Names.nearest(n.opType(), names).map(s -> "did you mean \"" + s + "\"? ").orElse("");
      throw refusal(n, "is not supported", hint + "npusim ops lists what is");
    }
    boolean outside = n.domain().isEmpty() && (n.opset() < MIN_OPSET || n.opset() > MAX_OPSET);
    if (outside && !readsAsOldest(n)) {
      throw wrongOpset(
          n,
          "opset "
              + n.opset()
              + " of domain '"
              + domain(n)
              + "' is not supported; "
              + MIN_OPSET
              + " to "
              + MAX_OPSET
              + " are");
    }
    if (!readsAsOldest(n) && op.versionAt(n.opset()).isEmpty()) {
      throw wrongOpset(
          n,
          "operator "
              + n.opType()
              + " of domain '"
              + domain(n)
              + "' came with opset "
              + op.since()[0]
              + ", the model imports "
              + n.opset());
    }
    return op;
  }

  /**
   * Version 6 differs from 7 where broadcasting was written out, where slopes were one per channel
   * and where operators trained unless told otherwise: other older nodes are read by the rules of
   * 7.
   */
  private static boolean readsAsOldest(Node n) {
    return n.domain().isEmpty()
        && n.opset() < MIN_OPSET
        && !n.has("broadcast")
        && !n.has("consumed_inputs")
        && !n.is("PRelu")
        && !trains(n);
  }

  private static boolean trains(Node n) {
    boolean has = n.is("BatchNormalization") || n.is("Dropout");
    return has && n.intAttr("is_test", 0) == 0;
  }

  private static NpusimException wrongOpset(Node n, String message) {
    return NpusimException.infeasible(
        Diagnostic.error("onnx-opset", "node " + n.describe() + ": " + message));
  }

  /**
   * What to throw, with exit code 3, for a node that can't be compiled.
   *
   * @param why what follows the node, its operator, domain and opset
   * @param hint what to do, or empty
   */
  public static NpusimException refusal(Node n, String why, String hint) {
    return NpusimException.infeasible(
        "onnx-unsupported",
        "node "
            + n.describe()
            + ": operator "
            + n.opType()
            + " of domain '"
            + domain(n)
            + "', opset "
            + n.opset()
            + ", "
            + why,
        hint);
  }

  private static String domain(Node n) {
    return n.domain().isEmpty() ? "ai.onnx" : n.domain();
  }
}
