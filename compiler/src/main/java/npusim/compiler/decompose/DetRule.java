package npusim.compiler.decompose;

import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.isa.DType;

/**
 * Determinant of [*, n, n]: closed form up to 2×2, else elimination with the largest pivot of each
 * column.
 */
final class DetRule {
  private DetRule() {}

  static void expand(Node n, Emit e) {
    Value x = e.in(0);
    long size = x.dim(-1);
    TensorType out = e.outType(0);
    long batch = out.elements();
    Value m = e.reshape(x, batch, size, size);
    Value det;
    if (size == 0) {
      det = e.fill(x.dtype(), 1, batch);
    } else if (size == 1) {
      det = m;
    } else if (size == 2) {
      det =
          e.sub(
              e.mul(cell(e, m, 0, 0), cell(e, m, 1, 1)), e.mul(cell(e, m, 0, 1), cell(e, m, 1, 0)));
    } else {
      det = eliminate(e, m, batch, size);
    }
    e.result(0, e.reshape(det, out.shape()));
  }

  private static Value cell(Emit e, Value m, long i, long j) {
    return e.slice(e.slice(m, 1, i, i + 1), 2, j, j + 1);
  }

  private static Value eliminate(Emit e, Value m, long batch, long size) {
    Value det = null;
    for (long left = size; left > 1; left--) {
      Value column = e.slice(m, 2, 0, 1);
      Value pivotRow = e.argReduce("ArgMax", e.unary("Abs", column), 1);
      // Rows in the order: pivot first, the first row in the pivot's old place.
      Value rows = e.constant(Tensor.generateLongs(DType.I64, new long[] {1, left, 1}, i -> i));
      Value first = e.compare("Equal", rows, e.scalar(DType.I64, 0));
      Value isPivot = e.compare("Equal", rows, pivotRow);
      Value order = e.where(first, pivotRow, e.where(isPivot, e.scalar(DType.I64, 0), rows));
      Value swapped = e.gatherElements(m, e.expand(order, batch, left, left), 1);
      Value pivot = cell(e, swapped, 0, 0);
      Value moved = e.compare("Greater", pivotRow, e.scalar(DType.I64, 0));
      Value signed = e.where(moved, e.neg(pivot), pivot);
      det = det == null ? signed : e.mul(det, signed);
      Value below = e.slice(e.slice(swapped, 1, 1, left), 2, 0, 1);
      Value zero = e.compare("Equal", pivot, e.scalar(m.dtype(), 0));
      Value factor = e.where(zero, e.scalar(m.dtype(), 0), e.div(below, pivot));
      Value top = e.slice(e.slice(swapped, 1, 0, 1), 2, 1, left);
      Value rest = e.slice(e.slice(swapped, 1, 1, left), 2, 1, left);
      m = e.sub(rest, e.mul(factor, top));
    }
    return e.mul(det, m);
  }
}
