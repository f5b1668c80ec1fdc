package npusim.tools.accelerator;

import java.util.ArrayList;
import java.util.List;
import npusim.diag.NpusimException;
import npusim.isa.Instruction;
import npusim.isa.Word;

/**
 * A product that Gemmini works on as one loop: operands in part of the scratchpad, inputs from its
 * start, weights to its end, outputs in part of the accumulators. Inputs lie in pieces of one block
 * row by several blocks along k, weights in pieces of one block along k by several blocks of
 * columns, as they are moved in.
 */
final class GemminiTile {
  private final GemminiIsa isa;
  final long m;
  final long n;
  final long k;
  final int rows;
  final int cols;
  final int depth;
  private final int depthPieces;
  private final int colPieces;
  private final long inputs;
  private final long weights;
  private final long outputs;
  private final long inputStride;
  private final long weightStride;
  private final int b;

  /** Loads of this tile, with what they write. */
  final List<Piece> pieces = new ArrayList<>();

  private final TokenProgram.Op[] inputLoads;
  private final TokenProgram.Op[] weightLoads;
  private final TokenProgram.Op[] computes;
  private final TokenProgram.Op[] stores;

  /**
   * A piece of operand in the scratchpad.
   *
   * @param input of the inputs, not the weights
   * @param row block row of it
   * @param col first block of it
   * @param from first byte
   * @param to byte after the last
   */
  record Piece(boolean input, int row, int col, long from, long to) {
    boolean overlaps(Piece other) {
      return from < other.to && other.from < to;
    }
  }

  GemminiTile(
      GemminiIsa isa,
      long m,
      long n,
      long k,
      long start,
      long end,
      long accumulators,
      long accumulatorEnd) {
    this.isa = isa;
    this.m = m;
    this.n = n;
    this.k = k;
    b = isa.block();
    rows = Math.toIntExact(Math.ceilDiv(m, (long) b));
    cols = Math.toIntExact(Math.ceilDiv(n, (long) b));
    depth = Math.toIntExact(Math.ceilDiv(k, (long) b));
    depthPieces = Math.ceilDiv(depth, isa.maxBlocks());
    colPieces = Math.ceilDiv(cols, isa.maxBlocks());
    inputStride = (long) Math.min(depth, isa.maxBlocks()) * b;
    weightStride = (long) Math.min(cols, isa.maxBlocks()) * b;
    inputs = start;
    weights = end - (long) depth * colPieces * b * weightStride;
    if (inputs + (long) rows * depthPieces * b * inputStride > weights) {
      throw tooLarge("operands", "scratchpad");
    }
    outputs = Word.ACC_BASE + accumulators;
    if (accumulators + (long) rows * cols * b * b * 4 > accumulatorEnd) {
      throw tooLarge("results", "accumulators");
    }
    inputLoads = new TokenProgram.Op[rows * depthPieces];
    weightLoads = new TokenProgram.Op[depth * colPieces];
    computes = new TokenProgram.Op[rows * cols * depth];
    stores = new TokenProgram.Op[rows * colPieces];
  }

  private NpusimException tooLarge(String what, String where) {
    return NpusimException.infeasible(
        "accelerator-tile",
        "the " + what + " of " + m + " × " + n + " × " + k + " do not fit its part of the " + where,
        "take a smaller tile");
  }

  int blocks() {
    return computes.length;
  }

  private long rowsOf(int i) {
    return Math.min(b, m - (long) i * b);
  }

  private Piece input(int i, int piece) {
    long from = inputs + ((long) piece * rows + i) * b * inputStride;
    return new Piece(true, i, piece * isa.maxBlocks(), from, from + b * inputStride);
  }

  private Piece weight(int l, int piece) {
    long from = weights + ((long) l * colPieces + piece) * b * weightStride;
    return new Piece(false, l, piece * isa.maxBlocks(), from, from + b * weightStride);
  }

  /**
   * The order in which Gemmini's arbiter lets the loads of inputs (pieces along k outside, rows
   * inside) and weights (rows along k outside) through: whichever is behind along k.
   */
  List<Piece> interleaved() {
    var order = new ArrayList<Piece>();
    int a = 0;
    int w = 0;
    while (a < inputLoads.length || w < weightLoads.length) {
      int inputDepth = a / rows * isa.maxBlocks();
      int weightDepth = w / colPieces;
      boolean weightNext =
          a == inputLoads.length || w < weightLoads.length && (inputDepth > weightDepth || w == 0);
      if (weightNext) {
        order.add(weight(w / colPieces, w % colPieces));
        w++;
      } else {
        order.add(input(a % rows, a / rows));
        a++;
      }
    }
    return order;
  }

  /** All weights, then all inputs. */
  List<Piece> inOrder() {
    var order = new ArrayList<Piece>();
    for (int l = 0; l < depth; l++) {
      for (int p = 0; p < colPieces; p++) {
        order.add(weight(l, p));
      }
    }
    for (int i = 0; i < rows; i++) {
      for (int p = 0; p < depthPieces; p++) {
        order.add(input(i, p));
      }
    }
    return order;
  }

  /**
   * The load of a piece.
   *
   * @param wholeBlocks whether rows of weights beyond k are loaded too, as Gemmini's loops do
   */
  Instruction.Builder mvin(Piece p, boolean wholeBlocks) {
    long width = (long) isa.maxBlocks() * b;
    if (p.input) {
      long bytes = Math.min(width, k - (long) p.col * b);
      return isa.mvin(p.from, rowsOf(p.row), bytes, inputStride);
    }
    long bytes = Math.min(width, n - (long) p.col * b);
    long count = wholeBlocks ? b : Math.min(b, k - (long) p.row * b);
    return isa.mvin(p.from, count, bytes, weightStride);
  }

  void loaded(Piece p, TokenProgram.Op op) {
    pieces.add(p);
    if (p.input) {
      inputLoads[p.col / isa.maxBlocks() * rows + p.row] = op;
    } else {
      weightLoads[p.row * colPieces + p.col / isa.maxBlocks()] = op;
    }
  }

  /** The last compute that needs a piece: of inputs the rows, of weights the first rows only. */
  TokenProgram.Op lastUse(Piece p) {
    if (p.input) {
      int last = Math.min(depth, p.col + isa.maxBlocks()) - 1;
      return compute(last, cols - 1, p.row);
    }
    return compute(p.row, Math.min(cols, p.col + isa.maxBlocks()) - 1, 0);
  }

  private TokenProgram.Op compute(int l, int j, int i) {
    return computes[(l * cols + j) * rows + i];
  }

  TokenProgram.Op compute(int block) {
    return computes[block];
  }

  /** The product that was emitted as number {@code index}. */
  TokenProgram.Op emitted(int index, boolean outputStationary) {
    if (!outputStationary) {
      return computes[index];
    }
    int block = index / depth;
    return compute(0, block % cols, block / cols);
  }

  TokenProgram.Op store(int index) {
    return stores[index];
  }

  int storeCount() {
    return stores.length;
  }

  /**
   * Emits the products in Gemmini's order, k outside, then columns, then rows. A block is preloaded
   * when its first rows are there too: the controller looks at both commands.
   *
   * @param accumulate whether the first products add to what the accumulators hold
   * @param before tile whose stores have read the same accumulators; null for none
   * @param gate what all have to wait for beside their operands
   */
  void emitProducts(
      TokenProgram p, boolean accumulate, GemminiTile before, List<TokenProgram.Op> gate) {
    int x = 0;
    for (int l = 0; l < depth; l++) {
      for (int j = 0; j < cols; j++) {
        int piece = j / isa.maxBlocks();
        long w = weight(l, piece).from + (long) (j % isa.maxBlocks()) * b;
        for (int i = 0; i < rows; i++) {
          if (i == 0) {
            var after = new ArrayList<>(gate);
            after(after, weightLoads[l * colPieces + piece]);
            after(after, inputLoads[l / isa.maxBlocks() * rows]);
            p.add(isa.preload(w, weightStride), after);
          }
          var after = new ArrayList<>(gate);
          after(after, inputLoads[l / isa.maxBlocks() * rows + i]);
          if (l == 0 && before != null) {
            after(after, before.lastStoreOver(i, j));
          }
          long a = input(i, l / isa.maxBlocks()).from + (long) (l % isa.maxBlocks()) * b;
          long acc = outputs + ((long) i * cols + j) * b * b * 4;
          computes[x++] =
              p.add(isa.compute(acc, rowsOf(i), a, inputStride, accumulate || l > 0), after);
        }
      }
    }
  }

  private static void after(List<TokenProgram.Op> list, TokenProgram.Op op) {
    if (op != null) {
      list.add(op);
    }
  }

  /** The last store of this tile that reads what the block (i, j) of a tile behind it writes. */
  private TokenProgram.Op lastStoreOver(int i, int j) {
    int piece = Math.min(colPieces - 1, j / isa.maxBlocks());
    return stores[piece * rows + Math.min(rows - 1, i)];
  }

  /**
   * Emits the products output-stationary, rows of blocks outside: each block of the result stays in
   * the array for the whole of k.
   */
  void emitStationaryOutputs(TokenProgram p, List<TokenProgram.Op> gate) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        var after = new ArrayList<>(gate);
        for (int l = 0; l < depth; l++) {
          after(after, weightLoads[l * colPieces + j / isa.maxBlocks()]);
          after(after, inputLoads[l / isa.maxBlocks() * rows + i]);
        }
        long acc = outputs + ((long) i * cols + j) * b * b * 4;
        var op =
            p.add(
                isa.product(rowsOf(i), Math.min(b, n - (long) j * b), k, acc, inputs, weights),
                after);
        for (int l = 0; l < depth; l++) {
          computes[(l * cols + j) * rows + i] = op;
        }
      }
    }
  }

  /**
   * What the block (i, j) of the result waits for before it is stored: its last product, or, when
   * products add to what is there, the last of all, because the accumulators' one read port belongs
   * to additions while there are any.
   */
  private TokenProgram.Op finished(int i, int j, boolean adds) {
    return adds ? compute(depth - 1, cols - 1, rows - 1) : compute(depth - 1, j, i);
  }

  /**
   * Emits stores of whole rows of blocks, column pieces outside, rows inside.
   *
   * @param adds whether products add to the accumulators
   */
  void emitStores(TokenProgram p, boolean adds) {
    for (int piece = 0; piece < colPieces; piece++) {
      int first = piece * isa.maxBlocks();
      int last = Math.min(cols, first + isa.maxBlocks()) - 1;
      long bytes = Math.min((long) isa.maxBlocks() * b, n - (long) first * b);
      for (int i = 0; i < rows; i++) {
        long acc = outputs + ((long) i * cols + first) * b * b * 4;
        stores[piece * rows + i] = p.add(isa.mvout(acc, rowsOf(i), bytes), finished(i, last, adds));
      }
    }
  }

  /** Emits stores of single blocks, rows outside. */
  void emitBlockStores(TokenProgram p, boolean adds, List<TokenProgram.Op> gate) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        long acc = outputs + ((long) i * cols + j) * b * b * 4;
        var after = new ArrayList<>(gate);
        after.add(finished(i, j, adds));
        p.add(isa.mvout(acc, rowsOf(i), Math.min(b, n - (long) j * b)), after);
      }
    }
  }
}
