package npusim.compiler.ir;

import java.util.List;
import java.util.Map;

/**
 * Model-local function: an operator whose meaning is a graph.
 *
 * @param body inputs, outputs and nodes; types only where known
 * @param attributeNames attributes a caller must give
 * @param attributeDefaults attributes a caller may give
 * @param opsets opset version by domain for the body
 * @param repeated true when calls stay calls through compilation (a layer compiled once and called
 *     many times), false when calls are expanded in place
 */
public record Function(
    Key key,
    Graph body,
    List<String> attributeNames,
    Map<String, Attribute> attributeDefaults,
    Map<String, Integer> opsets,
    boolean repeated) {
  /** Key in a function's metadata that marks it as repeated. */
  public static final String REPEATED = "npusim.repeated";

  /** What a call names. */
  public record Key(String domain, String name, String overload) {
    /** The key of a node's operator. */
    public static Key of(Node n) {
      return new Key(n.domain(), n.opType(), n.overload());
    }

    @Override
    public String toString() {
      return domain + "." + name + (overload.isEmpty() ? "" : ":" + overload);
    }
  }

  /** The same function marked to stay a call. */
  public Function asRepeated() {
    return new Function(key, body, attributeNames, attributeDefaults, opsets, true);
  }

  /** Deep copy. */
  public Function copy() {
    return new Function(key, body.copy(), attributeNames, attributeDefaults, opsets, repeated);
  }
}
