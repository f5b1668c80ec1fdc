package npusim.compiler.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import npusim.compiler.ir.Attribute;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Function;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ir.ValueType;

/**
 * Writes a binary ONNX model with its constants inside. Shape-only constants become values declared
 * by type only.
 */
public final class ModelWriter {
  private ModelWriter() {}

  /** Writes a model to a file, replacing it whole. */
  public static void write(Model m, Path file) {
    OnnxFiles.write(file, toBytes(m));
  }

  /** The serialised ModelProto. */
  public static byte[] toBytes(Model m) {
    ProtoWriter w = new ProtoWriter();
    w.varint(1, m.irVersion() == 0 ? Model.DEFAULT_IR_VERSION : m.irVersion());
    w.text(2, m.producer()).text(3, m.producerVersion());
    w.message(7, g -> graph(g, m.graph()));
    m.opsets().forEach((d, v) -> w.message(8, o -> opset(o, d, v)));
    m.metadata().forEach((k, v) -> w.message(14, e -> e.string(1, k).string(2, v)));
    m.functions().values().forEach(f -> w.message(25, o -> function(o, f)));
    return w.toBytes();
  }

  private static void opset(ProtoWriter w, String domain, int version) {
    w.string(1, domain).varint(2, version);
  }

  private static void graph(ProtoWriter w, Graph g) {
    g.nodes().forEach(n -> w.message(1, o -> node(o, n)));
    w.string(2, g.name());
    g.initializers()
        .forEach(
            (k, t) -> {
              if (t.hasData()) {
                w.bytes(5, TensorIo.toBytes(t, k));
              }
            });
    g.inputs().forEach(v -> w.message(11, o -> valueInfo(o, v, g.type(v))));
    g.outputs().forEach(v -> w.message(12, o -> valueInfo(o, v, g.type(v))));
    g.types()
        .forEach(
            (k, t) -> {
              boolean weight = g.initializer(k) != null && g.initializer(k).hasData();
              if (!weight && !g.inputs().contains(k) && !g.outputs().contains(k)) {
                w.message(13, o -> valueInfo(o, k, t));
              }
            });
  }

  private static void function(ProtoWriter w, Function f) {
    w.string(1, f.key().name());
    f.body().inputs().forEach(s -> w.string(4, s));
    f.body().outputs().forEach(s -> w.string(5, s));
    f.attributeNames().forEach(s -> w.string(6, s));
    // A function has no place for constants, so they become nodes.
    f.body()
        .initializers()
        .forEach(
            (k, t) -> {
              Node c = Node.of("Constant", f.opsets().getOrDefault("", 0), List.of(), k);
              c.set("value", new Attribute.TensorAttr(t));
              w.message(7, o -> node(o, c));
            });
    f.body().nodes().forEach(n -> w.message(7, o -> node(o, n)));
    f.opsets().forEach((d, v) -> w.message(9, o -> opset(o, d, v)));
    w.string(10, f.key().domain());
    f.attributeDefaults().forEach((k, a) -> w.message(11, o -> attribute(o, k, a)));
    w.text(13, f.key().overload());
  }

  private static void node(ProtoWriter w, Node n) {
    n.inputs().forEach(s -> w.string(1, s));
    n.outputs().forEach(s -> w.string(2, s));
    w.text(3, n.name()).string(4, n.opType());
    for (Map.Entry<String, Attribute> e : n.attributes().entrySet()) {
      w.message(5, o -> attribute(o, e.getKey(), e.getValue()));
    }
    w.text(7, n.domain()).text(8, n.overload());
    n.metadata().forEach((k, v) -> w.message(9, e -> e.string(1, k).string(2, v)));
  }

  private static void attribute(ProtoWriter w, String name, Attribute a) {
    w.string(1, name);
    switch (a) {
      case Attribute.Float(float v) -> w.float32(2, v).varint(20, 1);
      case Attribute.Int(long v) -> w.varint(3, v).varint(20, 2);
      case Attribute.Str(String v) -> w.string(4, v).varint(20, 3);
      case Attribute.TensorAttr t -> w.bytes(5, TensorIo.toBytes(t.value(), "")).varint(20, 4);
      case Attribute.GraphAttr g -> w.message(6, o -> graph(o, g.value())).varint(20, 5);
      case Attribute.Floats(float[] vs) -> {
        for (float v : vs) {
          w.float32(7, v);
        }
        w.varint(20, 6);
      }
      case Attribute.Ints(long[] vs) -> {
        for (long v : vs) {
          w.varint(8, v);
        }
        w.varint(20, 7);
      }
      case Attribute.Strs s -> {
        s.values().forEach(v -> w.string(9, v));
        w.varint(20, 8);
      }
      case Attribute.Tensors t -> {
        t.values().forEach(v -> w.bytes(10, TensorIo.toBytes(v, "")));
        w.varint(20, 9);
      }
      case Attribute.Graphs g -> {
        g.values().forEach(v -> w.message(11, o -> graph(o, v)));
        w.varint(20, 10);
      }
      case Attribute.TypeAttr t -> w.message(14, o -> type(o, t.value())).varint(20, 13);
      case Attribute.Ref(String ref, int type) -> w.varint(20, type).string(21, ref);
    }
  }

  private static void valueInfo(ProtoWriter w, String name, ValueType t) {
    w.string(1, name);
    if (t != null) {
      w.message(2, o -> type(o, t));
    }
  }

  private static void type(ProtoWriter w, ValueType t) {
    switch (t) {
      case TensorType tt -> w.message(1, o -> tensorType(o, tt));
      case ValueType.Sequence s -> w.message(4, o -> o.message(1, e -> type(e, s.element())));
      case ValueType.MapOf m ->
          w.message(5, o -> o.varint(1, m.key().onnxCode()).message(2, e -> type(e, m.value())));
      case ValueType.Opaque q -> w.message(7, o -> o.text(1, q.domain()).text(2, q.name()));
      case ValueType.SparseTensor s -> w.message(8, o -> tensorType(o, s.dense()));
      case ValueType.OptionalOf o2 -> w.message(9, o -> o.message(1, e -> type(e, o2.element())));
    }
  }

  private static void tensorType(ProtoWriter w, TensorType t) {
    w.varint(1, t.dtype().onnxCode());
    if (t.ranked()) {
      w.message(
          2,
          s -> {
            for (Dim d : t.dims()) {
              s.message(
                  1,
                  o -> {
                    if (d.known()) {
                      o.varint(1, d.value());
                    } else if (d.symbol() != null) {
                      o.string(2, d.symbol());
                    }
                  });
            }
          });
    }
  }
}
