package npusim.compiler.kernels;

import java.util.Arrays;
import java.util.List;
import npusim.compiler.ir.Node;
import npusim.compiler.memory.Storage;
import npusim.compiler.memory.View;
import npusim.isa.BlockFormat;
import npusim.isa.Coding;
import npusim.isa.DType;

/**
 * Weights [batch…, K, N] that lie compressed in DRAM, column by column; as [N, K] when the node
 * says "turned". No code of its own: whoever loads a tile of them has the DMA expand it.
 */
final class ExpandWeightsOp implements Kernel {
  @Override
  public String units() {
    return "LD";
  }

  @Override
  public List<View> views(KernelContext k) {
    Node n = k.node();
    DType type = DType.ofOnnx((int) n.intAttr("to", 0)).orElseThrow();
    long[] shape = n.intsAttr("shape");
    int r = shape.length;
    if (n.intAttr("turned", 0) != 0) {
      Storage s = Storage.compressed(n.output(0), type, shape, k.in(0).storage(), format(n, type));
      return List.of(View.of(s, shape));
    }
    long[] stored = shape.clone();
    stored[r - 2] = shape[r - 1];
    stored[r - 1] = shape[r - 2];
    Storage s = Storage.compressed(n.output(0), type, stored, k.in(0).storage(), format(n, type));
    int[] perm = new int[r];
    Arrays.setAll(perm, i -> i < r - 2 ? i : i == r - 2 ? r - 1 : r - 2);
    return List.of(View.of(s, stored).transpose(perm));
  }

  private static BlockFormat format(Node n, DType type) {
    String coding = n.stringAttr("coding", "");
    return new BlockFormat(
        Arrays.stream(Coding.values())
            .filter(c -> c.mnemonic().equals(coding))
            .findFirst()
            .orElseThrow(),
        (int) n.intAttr("keep", 0),
        (int) n.intAttr("of", 0),
        (int) n.intAttr("block", 0),
        type.bits(),
        (int) n.intAttr("bytes", 0));
  }

  @Override
  public void emit(KernelContext k) {
    throw k.unsupported("compressed weights that aren't the second operand of a product");
  }
}
