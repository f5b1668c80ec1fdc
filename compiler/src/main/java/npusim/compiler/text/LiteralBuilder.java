package npusim.compiler.text;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import npusim.compiler.ir.Dim;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.ir.ValueType;
import npusim.compiler.onnx.ExternalData;
import npusim.diag.Names;
import npusim.isa.DType;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/** Builds names, types and constants from the parse tree. */
final class LiteralBuilder {
  private final TextErrors errors;
  private final String file;

  LiteralBuilder(TextErrors errors, String file) {
    this.errors = errors;
    this.file = file;
  }

  String file() {
    return file;
  }

  String name(OnnxTextParser.NameContext c) {
    return c.ID() != null ? c.ID().getText() : Strings.unquote(c.STRING().getText());
  }

  long integer(Token t) {
    try {
      BigInteger v =
          new BigInteger(t.getText().startsWith("+") ? t.getText().substring(1) : t.getText());
      if (v.bitLength() <= 63) {
        return v.longValueExact();
      }
      if (v.signum() > 0 && v.bitLength() == 64) {
        return v.longValue();
      }
    } catch (NumberFormatException e) {
      throw errors.at(t, "'" + t.getText() + "' is not a number");
    }
    throw errors.at(t, t.getText() + " doesn't fit 64 bits");
  }

  private double real(ParserRuleContext c, String text) {
    String s = text.toLowerCase(Locale.ROOT);
    String magnitude = s.startsWith("-") || s.startsWith("+") ? s.substring(1) : s;
    double sign = s.startsWith("-") ? -1 : 1;
    return switch (magnitude) {
      case "inf", "infinity" -> sign * Double.POSITIVE_INFINITY;
      case "nan" -> Double.NaN;
      case "true" -> 1;
      case "false" -> 0;
      default -> {
        try {
          yield Double.parseDouble(s);
        } catch (NumberFormatException e) {
          throw errors.at(c, "'" + text + "' is not a number");
        }
      }
    };
  }

  Object attributeLiteral(OnnxTextParser.LiteralContext c) {
    if (c.INT() != null) {
      return integer(c.INT().getSymbol());
    }
    if (c.STRING() != null) {
      return Strings.unquote(c.STRING().getText());
    }
    return c.FLOAT() != null ? parseFloat(c) : (float) real(c, c.getText());
  }

  private float parseFloat(OnnxTextParser.LiteralContext c) {
    try {
      return Float.parseFloat(c.getText());
    } catch (NumberFormatException e) {
      return (float) real(c, c.getText());
    }
  }

  private DType dtype(ParserRuleContext c, String name) {
    for (DType t : DType.values()) {
      if (t.onnxName().equals(name)) {
        return t;
      }
    }
    List<String> names = new ArrayList<>();
    for (DType t : DType.values()) {
      names.add(t.onnxName());
    }
    throw errors.at(c, "unknown type '" + name + "'", Names.suggest(name, names));
  }

  ValueType scalarType(OnnxTextParser.LiteralValueContext c) {
    return TensorType.of(dtype(c, c.getText()));
  }

  ValueType type(OnnxTextParser.TypeContext c) {
    return switch (c) {
      case OnnxTextParser.ScalarTypeContext s -> TensorType.of(dtype(s, s.ID().getText()));
      case OnnxTextParser.UnrankedTypeContext u -> TensorType.unranked(dtype(u, u.ID().getText()));
      case OnnxTextParser.ShapedTypeContext s ->
          new TensorType(dtype(s, s.ID().getText()), s.dim().stream().map(this::dim).toList());
      case OnnxTextParser.CompositeTypeContext k -> composite(k);
      default -> throw errors.at(c, "unexpected type");
    };
  }

  private Dim dim(OnnxTextParser.DimContext d) {
    if (d.INT() != null) {
      long v = integer(d.INT().getSymbol());
      if (v < 0) {
        throw errors.at(d, "dimension " + d.getText() + " is negative");
      }
      return Dim.of(v);
    }
    return d.name() == null ? Dim.UNKNOWN : Dim.symbol(name(d.name()));
  }

  private ValueType composite(OnnxTextParser.CompositeTypeContext c) {
    List<OnnxTextParser.TypeArgumentContext> args = c.typeArgument();
    String kind = c.ID().getText();
    int wanted =
        switch (kind) {
          case "seq", "optional", "sparse_tensor" -> 1;
          case "map" -> 2;
          case "opaque" -> args.size();
          default ->
              throw errors.at(
                  c,
                  "unknown type '" + kind + "'",
                  "expected seq, optional, map, sparse_tensor or opaque");
        };
    if (args.size() != wanted || args.size() > 2) {
      throw errors.at(c, kind + " takes " + wanted + " types, not " + args.size());
    }
    return switch (kind) {
      case "seq" -> new ValueType.Sequence(argument(args.get(0)));
      case "optional" -> new ValueType.OptionalOf(argument(args.get(0)));
      case "map" -> new ValueType.MapOf(dtype(c, args.get(0).getText()), argument(args.get(1)));
      case "opaque" ->
          new ValueType.Opaque(
              args.size() == 2 ? args.get(0).getText() : "",
              args.isEmpty() ? "" : args.getLast().getText());
      default -> {
        if (argument(args.get(0)) instanceof TensorType t) {
          yield new ValueType.SparseTensor(t);
        }
        throw errors.at(c, "sparse_tensor takes a tensor type");
      }
    };
  }

  private ValueType argument(OnnxTextParser.TypeArgumentContext a) {
    if (a.type() == null) {
      throw errors.at(a, "expected a type");
    }
    return type(a.type());
  }

  private TensorType staticType(OnnxTextParser.TypeContext c) {
    if (type(c) instanceof TensorType t && t.isStatic()) {
      return t;
    }
    throw errors.at(c, "a constant needs a type with known dimensions");
  }

  Tensor constant(
      String name, OnnxTextParser.TypeContext type, OnnxTextParser.ConstantDataContext data) {
    return switch (data) {
      case OnnxTextParser.InlineDataContext i -> {
        if (type(type) instanceof TensorType t && !t.isStatic()) {
          // As in ONNX's own parser, float[N] may stand for as many values as there are.
          yield fill(i, TensorType.of(t.dtype(), i.literal().size()), i.literal());
        }
        yield fill(i, staticType(type), i.literal());
      }
      case OnnxTextParser.ExternalDataContext e -> {
        Map<String, String> keys = new LinkedHashMap<>();
        for (OnnxTextParser.PairContext p : e.pair()) {
          keys.put(
              Strings.unquote(p.STRING(0).getText()),
              p.INT() != null ? p.INT().getText() : Strings.unquote(p.STRING(1).getText()));
        }
        TensorType t = staticType(type);
        yield ExternalData.open(file, name, t.dtype(), t.shape(), keys);
      }
      default -> throw errors.at(data, "unexpected data");
    };
  }

  Tensor tensor(OnnxTextParser.TensorConstantContext c) {
    ValueType t = type(c.type());
    if (t instanceof TensorType tt && !tt.isStatic() && (!tt.ranked() || tt.rank() == 1)) {
      return fill(c, TensorType.of(tt.dtype(), c.literal().size()), c.literal());
    }
    return fill(c, staticType(c.type()), c.literal());
  }

  private Tensor fill(
      ParserRuleContext c, TensorType t, List<OnnxTextParser.LiteralContext> values) {
    if (t.dtype() == DType.STRING) {
      return Tensor.absent(DType.STRING, t.shape());
    }
    if (values.size() != t.elements()) {
      throw errors.at(c, values.size() + " values for " + t + ", which takes " + t.elements());
    }
    Tensor out = Tensor.zeros(t.dtype(), t.shape());
    for (int i = 0; i < values.size(); i++) {
      OnnxTextParser.LiteralContext v = values.get(i);
      if (v.STRING() != null) {
        throw errors.at(v, "a text in a constant of numbers");
      }
      if (!t.dtype().supported()) {
        out.setBits(i, integer(v.getStart()));
      } else if (t.dtype().isFloat()) {
        out.setDouble(i, t.dtype() == DType.F64 ? real(v, v.getText()) : narrow(v));
      } else if (v.INT() != null) {
        store(out, i, v);
      } else if (t.dtype() == DType.BOOL && v.ID() != null) {
        out.setLong(i, (long) real(v, v.getText()));
      } else {
        throw errors.at(v, "'" + v.getText() + "' is not an integer");
      }
    }
    return out;
  }

  private double narrow(OnnxTextParser.LiteralContext v) {
    try {
      return Float.parseFloat(v.getText());
    } catch (NumberFormatException e) {
      return real(v, v.getText());
    }
  }

  private void store(Tensor out, int i, OnnxTextParser.LiteralContext v) {
    long x = integer(v.INT().getSymbol());
    DType t = out.dtype();
    boolean fits = t.bits() == 64 || (x >= t.minLong() && x <= t.maxLong());
    if (!fits) {
      throw errors.at(
          v,
          v.getText()
              + " is out of range for "
              + t.onnxName()
              + ", "
              + t.minLong()
              + " to "
              + t.maxLong());
    }
    out.setLong(i, x);
  }
}
