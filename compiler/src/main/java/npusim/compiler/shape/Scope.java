package npusim.compiler.shape;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.ValueType;

/** A graph under inference with the scopes around it. */
final class Scope {
  final Graph graph;
  final Scope parent;
  final Map<String, Tensor> values = new HashMap<>();

  /** Values that are shapes with data-dependent extents. */
  final Map<String, List<Dim>> extents = new HashMap<>();

  /** Names whose type can't be known yet. */
  final Set<String> unknown = new HashSet<>();

  Scope(Graph graph, Scope parent) {
    this.graph = graph;
    this.parent = parent;
  }

  private Scope owner(String name) {
    Scope s = this;
    while (s != null && !s.graph.defines(name)) {
      s = s.parent;
    }
    return s;
  }

  ValueType type(String name) {
    Scope s = owner(name);
    return s == null ? null : s.graph.type(name);
  }

  boolean isUnknown(String name) {
    Scope s = owner(name);
    return s != null && s.unknown.contains(name);
  }

  /** The data-dependent extents behind a name, or null. */
  List<Dim> extents(String name) {
    Scope s = owner(name);
    return s == null ? null : s.extents.get(name);
  }

  /** The constant behind a name, maybe without values, or null. */
  Tensor constant(String name) {
    Scope s = owner(name);
    if (s == null) {
      return null;
    }
    return s.graph.isConstant(name) ? s.graph.initializer(name) : s.values.get(name);
  }

  /** Inputs of the outermost graph that a value is computed from. */
  Set<String> roots(String name) {
    Set<String> roots = new LinkedHashSet<>();
    collect(name, roots, new HashSet<>());
    return roots;
  }

  private void collect(String name, Set<String> roots, Set<String> seen) {
    Scope s = owner(name);
    if (s == null
        || s.constant(name) != null
        || !seen.add(System.identityHashCode(s) + ":" + name)) {
      return;
    }
    Node p = s.graph.producer(name);
    if (p != null) {
      // A shape depends on no value.
      if (!p.is("Shape") && !p.is("Size")) {
        for (String use : p.uses()) {
          s.collect(use, roots, seen);
        }
      }
    } else if (s.parent == null) {
      roots.add(name);
    } else {
      roots.add("");
    }
  }
}
