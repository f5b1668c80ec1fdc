package npusim.compiler.ir;

import java.util.Arrays;
import java.util.List;

/** Value of a node's attribute, as ONNX's AttributeProto. */
public sealed interface Attribute {
  /** One integer. */
  record Int(long value) implements Attribute {}

  /** One binary32. */
  record Float(float value) implements Attribute {}

  /** One string, UTF-8 in files. */
  record Str(String value) implements Attribute {}

  /** One tensor. */
  record TensorAttr(Tensor value) implements Attribute {
    @Override
    public boolean equals(Object o) {
      return o instanceof TensorAttr(Tensor t) && t.sameAs(value);
    }

    @Override
    public int hashCode() {
      return value.type().hashCode();
    }
  }

  /** One graph: a branch or a loop body. It may use values of the graphs around it. */
  record GraphAttr(Graph value) implements Attribute {}

  /** One type. */
  record TypeAttr(ValueType value) implements Attribute {}

  /** List of integers. */
  record Ints(long... values) implements Attribute {
    @Override
    public boolean equals(Object o) {
      return o instanceof Ints(long[] v) && Arrays.equals(v, values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return Arrays.toString(values);
    }
  }

  /** List of binary32. */
  record Floats(float... values) implements Attribute {
    @Override
    public boolean equals(Object o) {
      return o instanceof Floats(float[] v) && Arrays.equals(v, values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return Arrays.toString(values);
    }
  }

  /** List of strings. */
  record Strs(List<String> values) implements Attribute {
    /** Copies the list. */
    public Strs {
      values = List.copyOf(values);
    }
  }

  /** List of tensors. */
  record Tensors(List<Tensor> values) implements Attribute {
    /** Copies the list. */
    public Tensors {
      values = List.copyOf(values);
    }
  }

  /** List of graphs. */
  record Graphs(List<Graph> values) implements Attribute {
    /** Copies the list. */
    public Graphs {
      values = List.copyOf(values);
    }
  }

  /**
   * Inside a function's body: the value of the function's attribute {@code name}.
   *
   * @param type AttributeProto.AttributeType code that the reference declares
   */
  record Ref(String name, int type) implements Attribute {}
}
