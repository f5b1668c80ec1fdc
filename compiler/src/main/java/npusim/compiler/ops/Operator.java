package npusim.compiler.ops;

import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import npusim.compiler.ir.Tensor;

/**
 * One operator: what the tables print, its shape rule, its evaluation on the host and what later
 * stages attach (decomposition, lowering).
 */
public final class Operator {
  /** Whether constant folding evaluates the operator. */
  public enum Folding {
    /** Evaluated whenever all inputs are constant. */
    ALWAYS,
    /** Has an evaluation, but constants stay as they are: quantised weights are kept quantised. */
    KEEP,
    /** Has no evaluation on the host. */
    NEVER
  }

  /** A signature that is parsed when a node first needs it. */
  private static final class Lazy {
    private final String text;
    private volatile Signature parsed;

    Lazy(String text) {
      this.text = text;
    }

    Signature get() {
      Signature s = parsed;
      if (s == null) {
        s = Signature.parse(text);
        parsed = s;
      }
      return s;
    }
  }

  private final String domain;
  private final String name;
  private final int[] since;
  private final String summary;
  private final TypeSet types;
  private final InferRule infer;
  private final EvalRule eval;
  private final java.util.function.Function<InferContext, Tensor> typeEval;
  private final Folding folding;
  private final NavigableMap<Integer, Lazy> signatures;
  private final boolean internal;

  private Operator(Builder b, InferRule infer) {
    this.domain = b.domain;
    this.name = b.name;
    this.since = b.since;
    this.summary = b.summary;
    this.types = b.types;
    this.signatures = b.signatures;
    this.internal = b.internal;
    this.infer = infer;
    this.eval = b.eval;
    this.typeEval = b.typeEval;
    this.folding = b.eval == null ? Folding.NEVER : b.folding;
  }

  /**
   * Begins an operator of the default domain. {@code since}: versions at which it came or changed,
   * ascending.
   */
  static Builder onnx(String name, String summary, int... since) {
    return new Builder("", name, summary, since);
  }

  /** Begins an operator of ONNX Runtime's domain. */
  static Builder microsoft(String name, String summary) {
    return new Builder("com.microsoft", name, summary, 1);
  }

  /** Collects the parts of an operator. */
  static final class Builder {
    private final String domain;
    private final String name;
    private final String summary;
    private final int[] since;
    private TypeSet types = TypeSet.FLOAT;
    private final NavigableMap<Integer, Lazy> signatures = new TreeMap<>();
    private boolean internal;
    private EvalRule eval;
    private java.util.function.Function<InferContext, Tensor> typeEval;
    private Folding folding = Folding.ALWAYS;

    Builder(String domain, String name, String summary, int... since) {
      this.domain = domain;
      this.name = name;
      this.summary = summary;
      this.since = since;
    }

    /** Types allowed for the first input (the output, when there is none). */
    Builder types(TypeSet set) {
      types = set;
      return this;
    }

    /** Inputs and attributes from the first version on, as {@link Signature} writes them. */
    Builder takes(String signature) {
      return takes(1, signature);
    }

    /** Inputs and attributes from an opset version on. */
    Builder takes(int from, String signature) {
      signatures.put(from, new Lazy(signature));
      return this;
    }

    /** Only passes make such nodes; models can't. */
    Builder internal() {
      internal = true;
      return this;
    }

    Builder eval(EvalRule rule) {
      eval = rule;
      return this;
    }

    /** Evaluation from input types alone; it gives null when they don't say enough. */
    Builder typeEval(java.util.function.Function<InferContext, Tensor> rule) {
      typeEval = rule;
      return this;
    }

    Builder keepConstants() {
      folding = Folding.KEEP;
      return this;
    }

    Operator infer(InferRule rule) {
      return new Operator(this, rule);
    }
  }

  /** Domain, {@code ""} for the default one. */
  public String domain() {
    return domain;
  }

  /** Name. */
  public String name() {
    return name;
  }

  /** Name with domain, as {@link npusim.compiler.ir.Node#qualifiedOp}. */
  public String qualifiedName() {
    return domain.isEmpty() ? name : domain + "." + name;
  }

  /** Opset versions at which the operator came or changed, ascending. */
  public int[] since() {
    return since.clone();
  }

  /** One line of what it does. */
  public String summary() {
    return summary;
  }

  /** Types allowed for the first input. */
  public TypeSet types() {
    return types;
  }

  /** True when only passes make nodes of the operator. */
  boolean isInternal() {
    return internal;
  }

  /** What nodes look like at an opset version, or null when no version says. */
  Signature signature(int opset) {
    var e = signatures.floorEntry(opset);
    e = e == null ? signatures.firstEntry() : e;
    return e == null ? null : e.getValue().get();
  }

  /**
   * Holds a node against the operator's signature.
   *
   * @throws npusim.diag.NpusimException exit code 2, naming node, operator, what is wrong and what
   *     is allowed; exit code 3 for an operator that models can't use
   */
  public void check(InferContext c) {
    if (internal) {
      throw c.refuse("only the compiler makes such nodes");
    }
    Signature s = signature(c.opset());
    if (s != null) {
      SignatureCheck.check(s, c);
    }
  }

  /** Shape and type rule. */
  public InferRule inferRule() {
    return infer;
  }

  /** Evaluation on the host, or null. */
  public EvalRule evalRule() {
    return eval;
  }

  /** The value of the only output when the input types decide it (Shape, Size), else null. */
  public Tensor evaluateTypes(InferContext c) {
    return typeEval == null ? null : typeEval.apply(c);
  }

  /** Whether constant folding evaluates it. */
  public Folding folding() {
    return folding;
  }

  /** The version of the operator that an opset selects; empty when the operator is newer. */
  public Optional<Integer> versionAt(int opset) {
    int found = 0;
    for (int s : since) {
      found = s <= opset ? s : found;
    }
    return found == 0 ? Optional.empty() : Optional.of(found);
  }

  @Override
  public String toString() {
    return qualifiedName();
  }
}
