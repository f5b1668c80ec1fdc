package npusim.compiler.ir;

import npusim.isa.DType;

/**
 * Type of a value. Programs are compiled for {@link TensorType} only; the others are read, printed
 * and refused.
 */
public sealed interface ValueType
    permits TensorType,
        ValueType.Sequence,
        ValueType.OptionalOf,
        ValueType.MapOf,
        ValueType.SparseTensor,
        ValueType.Opaque {

  /** List of values of one type. */
  record Sequence(ValueType element) implements ValueType {
    @Override
    public String toString() {
      return "seq(" + element + ")";
    }
  }

  /** A value that may be absent. */
  record OptionalOf(ValueType element) implements ValueType {
    @Override
    public String toString() {
      return "optional(" + element + ")";
    }
  }

  /** Dictionary. */
  record MapOf(DType key, ValueType value) implements ValueType {
    @Override
    public String toString() {
      return "map(" + key.onnxName() + ", " + value + ")";
    }
  }

  /** Tensor stored as coordinates and values. */
  record SparseTensor(TensorType dense) implements ValueType {
    @Override
    public String toString() {
      return "sparse_tensor(" + dense + ")";
    }
  }

  /** A type that only its producer knows. */
  record Opaque(String domain, String name) implements ValueType {
    @Override
    public String toString() {
      return domain.isEmpty() ? "opaque(" + name + ")" : "opaque(" + domain + ", " + name + ")";
    }
  }
}
