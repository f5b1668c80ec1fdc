package npusim.compiler.codegen;

import java.util.Arrays;

/** Immutable sum of a constant and multiples of {@link Sym}s: an address, an extent or a count. */
public final class Aff {
  /** Constant 0. */
  public static final Aff ZERO = new Aff(0, new Sym[0], new long[0]);

  /** Constant 1. */
  public static final Aff ONE = new Aff(1, new Sym[0], new long[0]);

  private final long constant;
  private final Sym[] syms;
  private final long[] coefs;

  private Aff(long constant, Sym[] syms, long[] coefs) {
    this.constant = constant;
    this.syms = syms;
    this.coefs = coefs;
  }

  /** A constant. */
  public static Aff of(long value) {
    return value == 0 ? ZERO : value == 1 ? ONE : new Aff(value, new Sym[0], new long[0]);
  }

  /** One symbol. */
  public static Aff of(Sym s) {
    return new Aff(0, new Sym[] {s}, new long[] {1});
  }

  /** Constants. */
  public static Aff[] of(long... values) {
    Aff[] r = new Aff[values.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = of(values[i]);
    }
    return r;
  }

  /** True when no symbol is in it. */
  public boolean isConst() {
    return syms.length == 0;
  }

  /** True when it is the constant {@code v}. */
  public boolean is(long v) {
    return syms.length == 0 && constant == v;
  }

  /**
   * The constant.
   *
   * @throws IllegalStateException when a symbol is in it
   */
  public long value() {
    if (syms.length != 0) {
      throw new IllegalStateException("not constant: " + this);
    }
    return constant;
  }

  /** The constant part. */
  public long constant() {
    return constant;
  }

  int terms() {
    return syms.length;
  }

  Sym sym(int i) {
    return syms[i];
  }

  long coef(int i) {
    return coefs[i];
  }

  /** Sum. */
  public Aff plus(long v) {
    return v == 0 ? this : syms.length == 0 ? of(constant + v) : new Aff(constant + v, syms, coefs);
  }

  /** Sum. */
  public Aff plus(Aff o) {
    if (o.syms.length == 0) {
      return plus(o.constant);
    }
    if (syms.length == 0) {
      return o.plus(constant);
    }
    Sym[] s = Arrays.copyOf(syms, syms.length + o.syms.length);
    long[] k = Arrays.copyOf(coefs, s.length);
    int n = syms.length;
    for (int i = 0; i < o.syms.length; i++) {
      int at = -1;
      for (int j = 0; j < n; j++) {
        if (s[j] == o.syms[i]) {
          at = j;
        }
      }
      if (at >= 0) {
        k[at] += o.coefs[i];
      } else {
        s[n] = o.syms[i];
        k[n++] = o.coefs[i];
      }
    }
    int m = 0;
    for (int j = 0; j < n; j++) {
      if (k[j] != 0) {
        s[m] = s[j];
        k[m++] = k[j];
      }
    }
    return new Aff(constant + o.constant, Arrays.copyOf(s, m), Arrays.copyOf(k, m));
  }

  /** Multiple. */
  public Aff times(long f) {
    if (f == 0) {
      return ZERO;
    }
    if (f == 1) {
      return this;
    }
    if (syms.length == 0) {
      return of(Math.multiplyExact(constant, f));
    }
    long[] k = new long[coefs.length];
    for (int i = 0; i < k.length; i++) {
      k[i] = Math.multiplyExact(coefs[i], f);
    }
    return new Aff(Math.multiplyExact(constant, f), syms, k);
  }

  /** True when every coefficient and the constant are multiples of {@code d}. */
  public boolean divisibleBy(long d) {
    if (constant % d != 0) {
      return false;
    }
    for (long k : coefs) {
      if (k % d != 0) {
        return false;
      }
    }
    return true;
  }

  /** Exact quotient. */
  public Aff dividedBy(long d) {
    if (!divisibleBy(d)) {
      throw new IllegalArgumentException(this + " is not a multiple of " + d);
    }
    long[] k = new long[coefs.length];
    for (int i = 0; i < k.length; i++) {
      k[i] = coefs[i] / d;
    }
    return new Aff(constant / d, syms, k);
  }

  @Override
  public String toString() {
    StringBuilder b = new StringBuilder().append(constant);
    for (int i = 0; i < syms.length; i++) {
      b.append(" + ").append(coefs[i]).append('*').append(syms[i]);
    }
    return b.toString();
  }
}
