package npusim.compiler.ir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import npusim.isa.DType;

/** Producer and consumer tables stay right under random edits. */
class GraphPropertyTest {
  @Property(tries = 200)
  void randomEditsKeepTheGraphWellFormed(@ForAll long seed) {
    Random r = new Random(seed);
    Graph g = graph(r);
    for (int i = 0; i < 15 && !g.nodes().isEmpty(); i++) {
      edit(g, r);
      assertThat(GraphVerifier.verify(new Model(g, 18), n -> true, false))
          .as("after edit " + i)
          .isEmpty();
      assertThat(GraphVerifier.verify(new Model(g.copy(), 18), n -> true, false)).isEmpty();
    }
  }

  @Property(tries = 100)
  void sortingAShuffledGraphRestoresAnOrder(@ForAll long seed) {
    Random r = new Random(seed);
    Graph g = graph(r);
    List<Node> nodes = new ArrayList<>(g.nodes());
    g.removeAll(nodes);
    Collections.shuffle(nodes, r);
    nodes.forEach(g::add);
    assertThat(g.sort()).isEmpty();
    assertThat(GraphVerifier.verify(new Model(g, 18), n -> true, false)).isEmpty();
  }

  @Property(tries = 50)
  void aCycleIsReported(@ForAll long seed) {
    Random r = new Random(seed);
    Graph g = graph(r);
    Node a = g.nodes().getFirst();
    Node b = g.nodes().getLast();
    b.setInput(0, a.output(0));
    a.setInput(0, b.output(0));
    assertThat(g.sort()).contains(a, b);
  }

  private static Graph graph(Random r) {
    Graph g = new Graph("g");
    List<String> known = new ArrayList<>();
    g.addInput("x", TensorType.of(DType.F32, 2));
    g.addInitializer("c", Tensor.ofFloats(new long[] {2}, 1, 2));
    known.add("x");
    known.add("c");
    for (int i = 0; i < 3 + r.nextInt(8); i++) {
      List<String> in = new ArrayList<>();
      for (int k = 0; k <= r.nextInt(3); k++) {
        in.add(known.get(r.nextInt(known.size())));
      }
      Node n = new Node("n" + i, "", "Op", 18, in, List.of("v" + i));
      if (r.nextInt(4) == 0) {
        Graph body = new Graph("body");
        body.add(
            new Node(
                "inner",
                "",
                "Op",
                18,
                List.of(known.get(r.nextInt(known.size()))),
                List.of("b" + i)));
        body.addOutput("b" + i, null);
        n.set("body", new Attribute.GraphAttr(body));
      }
      g.add(n);
      known.add("v" + i);
    }
    g.addOutput(known.getLast(), null);
    return g;
  }

  private static void edit(Graph g, Random r) {
    Node n = g.nodes().get(r.nextInt(g.nodes().size()));
    String out = n.output(0);
    String in = n.uses().isEmpty() ? "x" : n.uses().iterator().next();
    switch (r.nextInt(4)) {
      case 0 -> {
        if (g.replaceAllUses(out, in)
            && (g.producer(out) != n || g.consumers(n.output(0)).isEmpty())
            && !g.outputs().contains(n.output(0))) {
          g.remove(n);
        }
      }
      case 1 -> {
        String copy = g.freshName(out);
        g.insertAfter(n, Node.of("Copy", 18, List.of(out), copy));
        for (Node c : List.copyOf(g.consumers(out))) {
          if (!c.is("Copy") && c.inputs().contains(out)) {
            c.setInput(c.inputs().indexOf(out), copy);
          }
        }
      }
      case 2 -> n.setInput(0, g.addConstant("k", Tensor.scalar(1)));
      default -> {
        String fresh = g.freshName("t");
        g.replace(
            n,
            List.of(
                Node.of("First", 18, List.of(in), fresh),
                new Node(n.name(), "", "Second", 18, List.of(fresh), n.outputs())));
      }
    }
  }
}
