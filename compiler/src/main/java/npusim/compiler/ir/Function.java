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
 */
public record Function(
    Key key,
    Graph body,
    List<String> attributeNames,
    Map<String, Attribute> attributeDefaults,
    Map<String, Integer> opsets) {

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

  /** Deep copy. */
  public Function copy() {
    return new Function(key, body.copy(), attributeNames, attributeDefaults, opsets);
  }
}
