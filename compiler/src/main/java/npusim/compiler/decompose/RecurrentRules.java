package npusim.compiler.decompose;

import java.util.ArrayList;
import java.util.List;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Node;

/**
 * LSTM, GRU and RNN: the input products of all steps as one MatMul, then the recurrence step by
 * step. Inputs X [T, B, I] (or [B, T, I] by layout 1), W [D, G·H, I], R [D, G·H, H], B [D, 2·G·H].
 */
final class RecurrentRules {
  private RecurrentRules() {}

  static List<Rule> rules() {
    return List.of(
        Rule.of(
            "LSTM",
            "one MatMul for all steps, recurrence unrolled",
            (n, e) -> new Layer(n, e, 4).expand()),
        Rule.of(
            "GRU",
            "one MatMul for all steps, recurrence unrolled",
            (n, e) -> new Layer(n, e, 3).expand()),
        Rule.of(
            "RNN",
            "one MatMul for all steps, recurrence unrolled",
            (n, e) -> new Layer(n, e, 1).expand()));
  }

  /** Hidden and cell state after a step; the cell is null but for LSTM. */
  private record State(Value h, Value c) {}

  private static final class Layer {
    private final Node n;
    private final Emit e;
    private final int gates;
    private final long hidden;
    private final boolean batchFirst;
    private final Value x;
    private final Value lengths;
    private final long steps;
    private final long batch;

    Layer(Node n, Emit e, int gates) {
      this.n = n;
      this.e = e;
      this.gates = gates;
      this.hidden = e.in(2).dim(2);
      this.batchFirst = n.intAttr("layout", 0) == 1;
      this.x = batchFirst ? e.transpose(e.in(0), 1, 0, 2) : e.in(0);
      this.steps = x.dim(0);
      this.batch = x.dim(1);
      this.lengths = e.optional(4);
    }

    void expand() {
      String direction = n.stringAttr("direction", "forward");
      int directions = direction.equals("bidirectional") ? 2 : 1;
      List<Value> sequences = new ArrayList<>();
      List<Value> lastH = new ArrayList<>();
      List<Value> lastC = new ArrayList<>();
      for (int d = 0; d < directions; d++) {
        boolean backwards = direction.equals("reverse") || d == 1;
        List<Value> outputs = new ArrayList<>();
        State s = run(d, backwards, outputs);
        Value y = e.stack(0, outputs);
        sequences.add(backwards ? reversed(y) : y);
        lastH.add(s.h);
        if (s.c != null) {
          lastC.add(s.c);
        }
      }
      Value y = e.stack(1, sequences);
      e.result(0, batchFirst ? e.transpose(y, 2, 0, 1, 3) : y);
      result(1, lastH);
      if (gates == 4) {
        result(2, lastC);
      }
    }

    private void result(int i, List<Value> states) {
      if (n.hasOutput(i)) {
        Value y = e.stack(0, states);
        e.result(i, batchFirst ? e.transpose(y, 1, 0, 2) : y);
      }
    }

    /** Each sequence back to front within its length; [T, B, …]. */
    private Value reversed(Value v) {
      if (lengths == null) {
        return e.slice(v, 0, steps - 1, -1, -1);
      }
      return e.transpose(ShapeRules.batchReversed(e, e.transpose(v, 1, 0, 2), lengths), 1, 0, 2);
    }

    private Value direction(Value v, int d) {
      return e.at(v, 0, d);
    }

    private State run(int d, boolean backwards, List<Value> outputs) {
      Value input = backwards ? reversed(x) : x;
      Value w = e.transpose(direction(e.in(1), d), 1, 0);
      Value r = e.transpose(direction(e.in(2), d), 1, 0);
      Value bias = e.optional(3) == null ? null : direction(e.in(3), d);
      Value wb = bias == null ? null : e.slice(bias, 0, 0, gates * hidden);
      Value rb = bias == null ? null : e.slice(bias, 0, gates * hidden, 2L * gates * hidden);
      Value products = e.matmul(e.reshape(input, steps * batch, input.dim(2)), w);
      products = wb == null ? products : e.add(products, wb);
      Value all = e.reshape(products, steps, batch, gates * hidden);
      State s = new State(initial(5, d), gates == 4 ? initial(6, d) : null);
      for (int t = 0; t < steps; t++) {
        State next = step(d, e.at(all, 0, t), r, rb, s);
        if (lengths != null) {
          Value on = e.compare("Less", e.scalar(lengths.dtype(), t), e.reshape(lengths, batch, 1));
          outputs.add(e.where(on, next.h, e.scalar(x.dtype(), 0)));
          s = new State(e.where(on, next.h, s.h), s.c == null ? null : e.where(on, next.c, s.c));
        } else {
          outputs.add(next.h);
          s = next;
        }
      }
      return s;
    }

    private Value initial(int i, int d) {
      if (e.optional(i) == null) {
        return e.fill(x.dtype(), 0, batch, hidden);
      }
      return e.at(batchFirst ? e.transpose(e.in(i), 1, 0, 2) : e.in(i), 0, d);
    }

    private State step(int d, Value xw, Value r, Value rb, State s) {
      return switch (gates) {
        case 4 -> lstm(d, xw, r, rb, s);
        case 3 -> gru(d, xw, r, rb, s);
        default -> {
          Value sum = e.add(xw, biased(e.matmul(s.h, r), rb));
          yield new State(activate(d, 0, sum), null);
        }
      };
    }

    private Value biased(Value v, Value bias) {
      return bias == null ? v : e.add(v, bias);
    }

    private Value gate(Value v, int g) {
      return e.slice(v, v.rank() - 1, g * hidden, (g + 1) * hidden);
    }

    private State lstm(int d, Value xw, Value r, Value rb, State s) {
      Value all = e.add(xw, biased(e.matmul(s.h, r), rb));
      Value peep = e.optional(7) == null ? null : direction(e.in(7), d);
      Value i = activate(d, 0, peeped(gate(all, 0), peep, 0, s.c));
      Value f;
      if (n.intAttr("input_forget", 0) != 0) {
        f = e.sub(e.scalar(x.dtype(), 1), i);
      } else {
        f = activate(d, 0, peeped(gate(all, 2), peep, 2, s.c));
      }
      Value candidate = activate(d, 1, gate(all, 3));
      Value c = e.add(e.mul(f, s.c), e.mul(i, candidate));
      Value o = activate(d, 0, peeped(gate(all, 1), peep, 1, c));
      return new State(e.mul(o, activateUnclipped(d, 2, c)), c);
    }

    private Value peeped(Value v, Value peep, int which, Value cell) {
      return peep == null ? v : e.add(v, e.mul(cell, gate(peep, which)));
    }

    private State gru(int d, Value xw, Value r, Value rb, State s) {
      Value rzr = e.slice(r, 1, 0, 2 * hidden);
      Value rh = e.slice(r, 1, 2 * hidden, 3 * hidden);
      Value bzr = rb == null ? null : e.slice(rb, 0, 0, 2 * hidden);
      Value bh = rb == null ? null : gate(rb, 2);
      Value zr = e.add(e.slice(xw, 1, 0, 2 * hidden), biased(e.matmul(s.h, rzr), bzr));
      Value z = activate(d, 0, gate(zr, 0));
      Value reset = activate(d, 0, gate(zr, 1));
      Value recurrent;
      if (n.intAttr("linear_before_reset", 0) != 0) {
        recurrent = e.mul(reset, biased(e.matmul(s.h, rh), bh));
      } else {
        recurrent = biased(e.matmul(e.mul(reset, s.h), rh), bh);
      }
      Value candidate = activate(d, 1, e.add(gate(xw, 2), recurrent));
      Value keep = e.mul(z, s.h);
      return new State(e.add(e.mul(e.sub(e.scalar(x.dtype(), 1), z), candidate), keep), null);
    }

    private Value activate(int d, int which, Value v) {
      if (n.has("clip")) {
        double limit = n.floatAttr("clip", 0);
        v = e.clip(v, -limit, limit);
      }
      return activateUnclipped(d, which, v);
    }

    /** The function f, g or h (0, 1, 2) of a direction. */
    private Value activateUnclipped(int d, int which, Value v) {
      List<String> defaults =
          gates == 1
              ? List.of("Tanh")
              : gates == 3 ? List.of("Sigmoid", "Tanh") : List.of("Sigmoid", "Tanh", "Tanh");
      List<String> names =
          n.attribute("activations") instanceof Attribute.Strs(List<String> given) ? given : null;
      int index = d * defaults.size() + which;
      String name =
          names == null ? defaults.get(which) : names.get(Math.min(index, names.size() - 1));
      if (names == null) {
        return Activations.apply(n, e, v, name);
      }
      int alpha = 0;
      int beta = 0;
      for (int i = 0; i < index; i++) {
        alpha += Activations.alphas(names.get(i));
        beta += Activations.betas(names.get(i));
      }
      float[] alphas = n.floatsAttr("activation_alpha");
      float[] betas = n.floatsAttr("activation_beta");
      boolean a = alphas != null && alpha < alphas.length && Activations.alphas(name) > 0;
      boolean b = betas != null && beta < betas.length && Activations.betas(name) > 0;
      float[] p =
          !a
              ? new float[0]
              : !b ? new float[] {alphas[alpha]} : new float[] {alphas[alpha], betas[beta]};
      return Activations.apply(n, e, v, name, p);
    }
  }
}
