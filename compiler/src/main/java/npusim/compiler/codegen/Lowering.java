package npusim.compiler.codegen;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.isa.AluFn;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.Opcode;

/**
 * Turns a kernel's items into instructions. Loops are unrolled or become hardware loops ({@link
 * LoopPlan}). Inside a hardware loop every distinct linear part of an address keeps a scalar
 * register that is incremented at the end of each iteration (strength reduction), so that code size
 * doesn't grow with the number of tiles.
 */
final class Lowering {
  private final List<Item> items;
  private final Code out;
  private final int node;
  private final int firstRegister;
  private final int maxDepth;
  private Registers registers;
  private LoopPlan plan;
  private Var outermost;
  private final Map<Var, Long> constants = new IdentityHashMap<>();
  private final Map<Linear, Integer> linear = new LinkedHashMap<>();
  private final Map<Extent, Integer> extents = new IdentityHashMap<>();
  private final Map<Cursor, Long> positions = new IdentityHashMap<>();
  private final Map<Cursor, Integer> cursors = new IdentityHashMap<>();

  /** The part of an address that hardware loops change: coefficients by loop, outermost first. */
  private record Linear(List<Var> vars, List<Long> coefs) {
    boolean isEmpty() {
      return vars.isEmpty();
    }

    long coef(Var v) {
      int i = vars.indexOf(v);
      return i < 0 ? 0 : coefs.get(i);
    }
  }

  Lowering(List<Item> items, Code out, int node, int firstRegister, int maxDepth) {
    this.items = items;
    this.out = out;
    this.node = node;
    this.firstRegister = firstRegister;
    this.maxDepth = maxDepth;
  }

  /** Appends the instructions of all items. */
  void run() {
    plan = new LoopPlan(items, maxDepth);
    int start = out.size();
    while (true) {
      registers = new Registers(firstRegister);
      try {
        emit(items);
        return;
      } catch (RegisterPressureException e) {
        out.truncate(start);
        if (outermost == null || !plan.unrollOutermost(outermost, items)) {
          throw new IllegalStateException("too many scalar registers in one loop nest", e);
        }
        outermost = null;
        constants.clear();
        linear.clear();
        extents.clear();
        positions.clear();
        cursors.clear();
      }
    }
  }

  private void emit(List<Item> list) {
    for (Item i : list) {
      switch (i) {
        case Item.Emit e -> instruction(e.op());
        case Item.Step s -> step(s.cursor());
        case Item.Loop l -> {
          if (plan.isHardware(l.var())) {
            hardwareLoop(l);
          } else {
            long n = l.var().count().value();
            for (long k = 0; k < n; k++) {
              if (k > 0) {
                rewind(l.body());
              }
              constants.put(l.var(), k);
              emit(l.body());
            }
            constants.remove(l.var());
          }
        }
      }
    }
  }

  private void hardwareLoop(Item.Loop l) {
    Var v = l.var();
    boolean top = plan.parent(v) == null || outermost == null;
    if (top) {
      outermost = v;
      openCursors(l.body());
    }
    List<Linear> mine = new ArrayList<>();
    for (Linear k : linears(l.body())) {
      if (!linear.containsKey(k) && k.vars().contains(v)) {
        int r = registers.take();
        linear.put(k, r);
        mine.add(k);
        li(r, 0);
      }
    }
    Operand count = materialise(v.count());
    out.add(Instruction.builder(Opcode.LOOP).set(Field.COUNT, count.imm, count.reg).build(), node);
    count.free();
    List<Extent> ext = extentsOf(l.body(), v);
    for (Extent e : ext) {
      int r = registers.take();
      extents.put(e, r);
      Operand total = materialise(e.total());
      Operand done = materialise(Aff.of(v).times(-e.tile()));
      alu(AluFn.ADD, r, done.reg, total.imm + done.imm, total.reg);
      alu(AluFn.MIN, r, r, e.tile(), 0);
      total.free();
      done.free();
    }
    emit(l.body());
    for (Extent e : ext) {
      registers.give(extents.remove(e));
    }
    advance(v);
    out.add(Instruction.builder(Opcode.ENDLOOP).build(), node);
    for (Linear k : mine) {
      registers.give(linear.remove(k));
    }
    if (top) {
      closeCursors(l);
      outermost = null;
    }
  }

  /** At the end of an iteration of {@code v}: next address in every register that depends on it. */
  private void advance(Var v) {
    // Counts that depend on v are needed as they were in this iteration, so they come first.
    linear.forEach((k, r) -> takeBack(v, k, r));
    for (Map.Entry<Linear, Integer> e : linear.entrySet()) {
      Linear k = e.getKey();
      long delta = k.coef(v);
      for (int i = 0; i < k.vars().size(); i++) {
        Var u = k.vars().get(i);
        if (directlyInside(u, v) && u.count().isConst()) {
          delta -= u.count().value() * k.coefs().get(i);
        }
      }
      if (delta != 0) {
        alu(AluFn.ADD, e.getValue(), e.getValue(), delta, 0);
      }
    }
  }

  /**
   * What a loop of computed length directly inside has added over all its iterations is taken back.
   */
  private void takeBack(Var v, Linear k, int r) {
    for (int i = 0; i < k.vars().size(); i++) {
      Var u = k.vars().get(i);
      if (directlyInside(u, v) && !u.count().isConst()) {
        Operand count = materialise(u.count());
        subtract(r, count, k.coefs().get(i));
        count.free();
      }
    }
  }

  /**
   * Between two copies of an unrolled body: what its hardware loops have added is taken back, as
   * the end of an iteration of the loop around does for the last copy.
   */
  private void rewind(List<Item> body) {
    for (Item i : body) {
      if (i instanceof Item.Loop l) {
        if (!plan.isHardware(l.var())) {
          rewind(l.body());
          continue;
        }
        linear.forEach(
            (k, r) -> {
              if (k.vars().contains(l.var())) {
                Operand count = materialise(l.var().count());
                subtract(r, count, k.coef(l.var()));
                count.free();
              }
            });
      }
    }
  }

  private void subtract(int r, Operand count, long coef) {
    if (count.reg == 0) {
      alu(AluFn.SUB, r, r, count.imm * coef, 0);
      return;
    }
    int added = registers.take();
    alu(AluFn.ADD, added, count.reg, count.imm, 0);
    alu(AluFn.MUL, added, added, coef, 0);
    alu(AluFn.SUB, r, r, 0, added);
    registers.give(added);
  }

  private boolean directlyInside(Var u, Var v) {
    List<Var> chain = plan.chain(u);
    int at = chain.indexOf(v);
    return at >= 0 && at == chain.size() - 2;
  }

  private void openCursors(List<Item> body) {
    for (Cursor c : cursorsIn(body)) {
      if (!cursors.containsKey(c)) {
        int r = registers.take();
        li(r, positions.getOrDefault(c, 0L) * c.slotBytes());
        cursors.put(c, r);
      }
    }
  }

  private void closeCursors(Item.Loop l) {
    for (Cursor c : cursorsIn(l.body())) {
      long n = LoopPlan.steps(List.of(l), c);
      if (n >= 0) {
        registers.give(cursors.remove(c));
        positions.put(c, (positions.getOrDefault(c, 0L) + n) % c.slots());
      }
    }
  }

  private void step(Cursor c) {
    if (c.slots() == 1) {
      return;
    }
    Integer r = cursors.get(c);
    if (r == null) {
      positions.put(c, (positions.getOrDefault(c, 0L) + 1) % c.slots());
    } else if (c.slots() == 2) {
      alu(AluFn.XOR, r, r, c.slotBytes(), 0);
    } else {
      alu(AluFn.ADD, r, r, c.slotBytes(), 0);
      alu(AluFn.REM, r, r, c.slots() * c.slotBytes(), 0);
    }
  }

  private void instruction(Op op) {
    var b = Instruction.builder(op.opcode());
    List<Operand> operands = new ArrayList<>();
    for (int i = 0; i < op.size(); i++) {
      Aff v = op.value(i);
      if (v.isConst()) {
        b.set(op.field(i), v.value());
      } else {
        Operand o = materialise(v);
        operands.add(o);
        b.set(op.field(i), o.imm, o.reg);
      }
    }
    for (int i = 0; i < op.waits(); i++) {
      b.wait(op.waitSem(i), op.waitCount(i));
    }
    for (int i = 0; i < op.signals(); i++) {
      b.signal(op.signalSem(i), op.signalCount(i));
    }
    out.add(b.build(), node);
    operands.forEach(Operand::free);
  }

  /** A constant plus a register; {@code temp} is given back once the instruction is out. */
  private final class Operand {
    final long imm;
    final int reg;
    final boolean temp;

    Operand(long imm, int reg, boolean temp) {
      this.imm = imm;
      this.reg = reg;
      this.temp = temp;
    }

    void free() {
      if (temp) {
        registers.give(reg);
      }
    }
  }

  private Operand materialise(Aff a) {
    long c = a.constant();
    int regs = 0;
    int one = 0;
    long oneCoef = 1;
    for (int i = 0; i < a.terms(); i++) {
      Sym s = a.sym(i);
      long k = a.coef(i);
      Long known = known(s);
      if (known != null) {
        c += known * k;
      } else if (!(s instanceof Var)) {
        regs++;
        one = register(s);
        oneCoef = k;
      }
    }
    Linear lin = linearOf(a);
    if (!lin.isEmpty()) {
      regs++;
      Integer r = linear.get(lin);
      if (r == null) {
        throw new IllegalStateException("address outside its loop: " + a);
      }
      if (regs == 1) {
        return new Operand(c, r, false);
      }
      one = r;
    }
    if (regs == 0) {
      return new Operand(c, 0, false);
    }
    if (regs == 1 && oneCoef == 1) {
      return new Operand(c, one, false);
    }
    int t = registers.take();
    if (lin.isEmpty()) {
      li(t, 0);
    } else {
      alu(AluFn.ADD, t, linear.get(lin), 0, 0);
    }
    for (int i = 0; i < a.terms(); i++) {
      Sym s = a.sym(i);
      if (s instanceof Var || known(s) != null) {
        continue;
      }
      if (a.coef(i) == 1) {
        alu(AluFn.ADD, t, t, 0, register(s));
      } else {
        int m = registers.take();
        alu(AluFn.MUL, m, register(s), a.coef(i), 0);
        alu(AluFn.ADD, t, t, 0, m);
        registers.give(m);
      }
    }
    return new Operand(c, t, true);
  }

  /** Value of a symbol that is a constant here, or null. */
  private Long known(Sym s) {
    return switch (s) {
      case Var v -> constants.get(v);
      case Extent e -> {
        Long at = constants.get(e.var());
        yield at != null && e.total().isConst() ? (Long) e.at(at) : null;
      }
      case Cursor c -> {
        if (cursors.containsKey(c)) {
          yield null;
        }
        yield positions.getOrDefault(c, 0L) * c.slotBytes();
      }
      case Reg r -> null;
    };
  }

  private int register(Sym s) {
    return switch (s) {
      case Reg r -> r.number();
      case Cursor c -> cursors.get(c);
      case Extent e -> {
        Integer r = extents.get(e);
        if (r == null) {
          throw new IllegalStateException("extent outside its loop: " + e);
        }
        yield r;
      }
      case Var v -> throw new IllegalStateException("loop index " + v + " has no register");
    };
  }

  private Linear linearOf(Aff a) {
    List<Var> vars = new ArrayList<>();
    List<Long> coefs = new ArrayList<>();
    for (int i = 0; i < a.terms(); i++) {
      if (a.sym(i) instanceof Var v && !constants.containsKey(v) && plan.isHardware(v)) {
        int depth = plan.chain(v).size();
        int at = 0;
        while (at < vars.size() && plan.chain(vars.get(at)).size() < depth) {
          at++;
        }
        vars.add(at, v);
        coefs.add(at, a.coef(i));
      }
    }
    return new Linear(vars, coefs);
  }

  private Set<Linear> linears(List<Item> body) {
    Set<Linear> all = new LinkedHashSet<>();
    collect(body, all);
    return all;
  }

  private void collect(List<Item> body, Set<Linear> all) {
    for (Item i : body) {
      switch (i) {
        case Item.Emit e -> {
          for (int f = 0; f < e.op().size(); f++) {
            addLinear(e.op().value(f), all);
          }
        }
        case Item.Loop l -> {
          addLinear(l.var().count(), all);
          collect(l.body(), all);
        }
        case Item.Step s -> {
          // A cursor has its own register.
        }
      }
    }
  }

  private void addLinear(Aff a, Set<Linear> all) {
    Linear k = linearOf(a);
    if (!k.isEmpty()) {
      all.add(k);
    }
    for (int i = 0; i < a.terms(); i++) {
      if (a.sym(i) instanceof Extent e && plan.isHardware(e.var())) {
        all.add(new Linear(List.of(e.var()), List.of(-e.tile())));
      }
    }
  }

  private static List<Extent> extentsOf(List<Item> body, Var v) {
    Map<Extent, Boolean> found = new IdentityHashMap<>();
    List<Extent> order = new ArrayList<>();
    findExtents(body, v, found, order);
    return order;
  }

  private static void findExtents(
      List<Item> body, Var v, Map<Extent, Boolean> found, List<Extent> order) {
    for (Item i : body) {
      if (i instanceof Item.Emit e) {
        for (int f = 0; f < e.op().size(); f++) {
          addExtents(e.op().value(f), v, found, order);
        }
      } else if (i instanceof Item.Loop l) {
        addExtents(l.var().count(), v, found, order);
        findExtents(l.body(), v, found, order);
      }
    }
  }

  private static void addExtents(Aff a, Var v, Map<Extent, Boolean> found, List<Extent> order) {
    for (int i = 0; i < a.terms(); i++) {
      if (a.sym(i) instanceof Extent e && e.var() == v && found.put(e, true) == null) {
        order.add(e);
      }
    }
  }

  private static List<Cursor> cursorsIn(List<Item> body) {
    Map<Cursor, Boolean> found = new IdentityHashMap<>();
    List<Cursor> order = new ArrayList<>();
    findCursors(body, found, order);
    return order;
  }

  private static void findCursors(List<Item> body, Map<Cursor, Boolean> found, List<Cursor> order) {
    for (Item i : body) {
      switch (i) {
        case Item.Step s -> {
          if (s.cursor().slots() > 1 && found.put(s.cursor(), true) == null) {
            order.add(s.cursor());
          }
        }
        case Item.Loop l -> findCursors(l.body(), found, order);
        case Item.Emit e -> {
          // An instruction moves no cursor.
        }
      }
    }
  }

  private void li(int rd, long v) {
    out.add(Instruction.builder(Opcode.S_LI).set(Field.RD, rd).set(Field.IMM, v).build(), node);
  }

  private void alu(AluFn fn, int rd, int ra, long imm, int rb) {
    out.add(
        Instruction.builder(Opcode.S_ALU)
            .set(Field.FN, fn)
            .set(Field.RD, rd)
            .set(Field.RA, ra)
            .set(Field.IMM, imm, rb)
            .build(),
        node);
  }
}
