package npusim.compiler.quant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import npusim.compiler.decompose.CoreOps;
import npusim.compiler.ir.Graph;
import npusim.compiler.ir.Model;
import npusim.compiler.ir.Node;
import npusim.compiler.ir.Tensor;
import npusim.compiler.ir.TensorType;
import npusim.compiler.passes.GraphPass;
import npusim.compiler.passes.PassContext;
import npusim.hardware.Hardware;
import npusim.hardware.MatrixUnit;
import npusim.isa.BlockFormat;
import npusim.isa.DType;

/**
 * Stores pruned weights of matrix products compressed, where the chip's DMA expands them, and tells
 * an array that skips pruned weights which products have them. A weight [K, N] is stored column by
 * column in blocks of equal size; N:M pruning keeps values and their places, unstructured pruning a
 * bitmap or runs, whichever is smaller.
 */
public final class CompressWeights extends GraphPass {
  private static final int OPSET = 1;

  private final Pruning pruning;
  private final boolean expands;
  private final boolean skips;
  private final Optional<MatrixUnit> matrix;

  /**
   * Compresses weights.
   *
   * @param pruning how they were pruned
   * @param hw the chip; empty for one that can do everything
   */
  public CompressWeights(Pruning pruning, Optional<Hardware> hw) {
    this.pruning = pruning;
    this.expands = hw.map(h -> h.core().dma().expands()).orElse(true);
    this.matrix = hw.map(h -> h.core().matrix());
    this.skips =
        pruning.isTwoOfFour()
            && matrix.map(m -> m.sparsity() == MatrixUnit.Sparsity.TWO_OF_FOUR).orElse(true);
  }

  @Override
  public String name() {
    return "compress-weights";
  }

  @Override
  public String summary() {
    return "stores pruned weights in blocks that the DMA expands, marks products an array may skip";
  }

  @Override
  protected boolean runOn(Graph g, Model m, PassContext c) {
    boolean changed = false;
    for (Node n : List.copyOf(g.nodes())) {
      Optional<WeightOperand> w = WeightOperand.of(g, n);
      if (w.isPresent() && onMatrixUnit(g, n, w.get())) {
        changed |= store(g, n, w.get());
      }
    }
    return changed;
  }

  private boolean onMatrixUnit(Graph g, Node n, WeightOperand w) {
    DType a = g.tensorType(n.input(0)).dtype();
    DType t = w.tensor().dtype();
    return t != DType.F64
        && t.bits() <= 32
        && matrix.map(u -> u.supports(a) && (a.isFloat() || u.supports(t))).orElse(true);
  }

  private boolean store(Graph g, Node n, WeightOperand w) {
    Optional<Integer> block = pruning.block(w.k());
    if (block.isEmpty()) {
      return false;
    }
    boolean data = w.tensor().hasData();
    if (skips && (!data || isTwoOfFour(w))) {
      n.set("sparse", 1);
    }
    if (!expands) {
      return skips;
    }
    int bits = w.tensor().dtype().bits();
    BlockFormat f = assumed(block.get(), bits);
    Tensor coded = data ? encode(w, f) : absent(w, f);
    if (coded == null) {
      f = measured(w, block.get(), bits);
      coded = encode(w, f);
    }
    if (coded == null || f.bytes() >= f.denseBytes()) {
      return skips;
    }
    replace(g, n, w, f, coded);
    return true;
  }

  /** The format of a block that has as many elements left as pruning leaves. */
  private BlockFormat assumed(int block, int bits) {
    if (pruning.structured()) {
      return BlockFormat.nm(pruning.keep(), pruning.of(), block, bits);
    }
    int values = pruning.kept(block);
    long[] even = new long[block];
    for (int i = 0; i < values; i++) {
      even[(int) ((long) (i + 1) * block / values) - 1] = 1;
    }
    return smaller(block, bits, values, BlockFormat.pairs(even, 0, block));
  }

  /** The format that has room for every block of a weight. */
  private BlockFormat measured(WeightOperand w, int block, int bits) {
    int values = 0;
    int pairs = 0;
    long[] elements = new long[block];
    for (long first = 0; first < w.tensor().size(); first += block) {
      load(w, first, elements);
      values = Math.max(values, (int) Arrays.stream(elements).filter(v -> v != 0).count());
      pairs = Math.max(pairs, BlockFormat.pairs(elements, 0, block));
    }
    return smaller(block, bits, values, pairs);
  }

  private static BlockFormat smaller(int block, int bits, int values, int pairs) {
    BlockFormat map = BlockFormat.bitmap(block, bits, values);
    BlockFormat runs = BlockFormat.rle(block, bits, pairs);
    return runs.bytes() < map.bytes() ? runs : map;
  }

  private static void load(WeightOperand w, long first, long[] elements) {
    for (int i = 0; i < elements.length; i++) {
      elements[i] = w.tensor().bits(w.index(first + i));
    }
  }

  /** The compressed weight, or null when a block doesn't fit. */
  private static Tensor encode(WeightOperand w, BlockFormat f) {
    long blocks = w.tensor().size() / f.block();
    byte[] out = new byte[Math.toIntExact(blocks * f.bytes())];
    long[] elements = new long[f.block()];
    for (long b = 0; b < blocks; b++) {
      load(w, b * f.block(), elements);
      if (!f.encode(elements, 0, out, (int) (b * f.bytes()))) {
        return null;
      }
    }
    return Tensor.of(DType.U8, shape(w, f), out);
  }

  private static Tensor absent(WeightOperand w, BlockFormat f) {
    return Tensor.absent(DType.U8, shape(w, f));
  }

  private static long[] shape(WeightOperand w, BlockFormat f) {
    return new long[] {w.tensor().size() / f.block(), f.bytes()};
  }

  private static boolean isTwoOfFour(WeightOperand w) {
    long[] four = new long[4];
    for (long first = 0; first < w.tensor().size(); first += 4) {
      load(w, first, four);
      if (Arrays.stream(four).filter(v -> v != 0).count() > 2) {
        return false;
      }
    }
    return true;
  }

  private static void replace(Graph g, Node n, WeightOperand w, BlockFormat f, Tensor coded) {
    String name = g.addConstant(w.constant() + "_compressed", coded);
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < w.tensor().rank() - 2; i++) {
      dims.add(w.tensor().dim(i));
    }
    boolean turned = n.is(CoreOps.DOMAIN, "ScaledMatMul");
    dims.add(turned ? w.n() : w.k());
    dims.add(turned ? w.k() : w.n());
    long[] shape = dims.stream().mapToLong(Long::longValue).toArray();
    String out = g.freshName(w.constant() + "_expanded");
    Node d = new Node(out, CoreOps.DOMAIN, "ExpandWeights", OPSET, List.of(name), List.of(out));
    d.set("shape", shape)
        .set("to", w.tensor().dtype().onnxCode())
        .set("coding", f.coding().mnemonic())
        .set("keep", f.keep())
        .set("of", f.of())
        .set("block", f.block())
        .set("bytes", f.bytes());
    if (turned) {
      d.set("turned", 1);
    }
    g.setType(out, TensorType.of(w.tensor().dtype(), shape));
    g.insertBefore(n, d);
    n.setInput(1, out);
    if (n.is("Gemm")) {
      n.unset("transB");
    }
  }
}
