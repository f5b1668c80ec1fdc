package npusim.e2e;

import npusim.e2e.RandomGraph.Value;

/** What the nodes of a {@link RandomGraph} are made from. */
abstract class RandomNodes {
  final RandomGraph g;

  RandomNodes(RandomGraph g) {
    this.g = g;
  }

  String any(String... of) {
    return of[g.below(of.length)];
  }

  Value floats() {
    return g.pick(Value::isFloat);
  }

  int axis(Value v) {
    return g.below(v.rank());
  }

  /** Kept within ±8, so that nothing grows out of bounds. */
  String bounded(Value x) {
    return g.node(
            "Clip", "", x.exact(), x.name(), g.scalar("float", "-8.0"), g.scalar("float", "8.0"))
        .name();
  }

  Value flat(Value x) {
    return g.node("Reshape", "", x.exact(), x.name(), g.ints(-1));
  }
}
