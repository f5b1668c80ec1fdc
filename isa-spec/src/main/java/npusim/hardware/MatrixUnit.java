package npusim.hardware;

import java.util.Map;
import npusim.isa.DType;

/**
 * Matrix unit of one core: {@code arrays} systolic arrays of {@code rows} × {@code cols} processing
 * elements.
 *
 * <p>Weight-stationary: {@code rows} is the contraction (K) extent and {@code cols} the output (N)
 * extent of the block held in the array, and one row of activations enters per cycle.
 * Output-stationary: the block is {@code rows} × {@code cols} outputs and one K step enters per
 * cycle. Input-stationary: as weight-stationary with the roles of the operands exchanged.
 *
 * @param arrays arrays that work side by side on different blocks
 * @param rows processing elements down one array
 * @param cols processing elements across one array
 * @param dataflow what stays in the array
 * @param throughput multiply-accumulates per processing element per cycle for each natively
 *     supported type; a type that is absent has no native path
 * @param accumulate type sums are kept in, per supported type
 * @param peTileRows rows of the combinational tiles the array is made of; a hop crosses one tile
 * @param peTileCols columns of the combinational tiles
 * @param hopLatencyCycles cycles added to the one each tile hop takes
 * @param outputDelayCycles registers behind the array's last row
 * @param preload whether loading the next stationary block hides behind streaming
 * @param preloadRowsPerCycle rows of the stationary block loaded per cycle
 * @param weightBuffers stationary blocks the array can hold, the one in use included
 * @param controllerCycles cycles once per burst of work for control, operand read and result write
 * @param minBlockRows a streamed block of fewer rows takes as long as one of this many
 * @param chunkRows rows of one array operation: a longer stream is cut into chunks of this many and
 *     only the last one has the next block's load behind it; 0 for streams of any length
 * @param foldOverlap false when the next block starts only after the last one has drained
 *     (SCALE-Sim's cycle model)
 * @param pipelined whether an instruction may start while the results of the one before it leave
 * @param tapsTogether whether a stationary block may hold several taps of a convolution's kernel;
 *     false: every tap is a product over the channels of its own
 * @param wholeTiles whether constant weights of products lie in the memory as blocks that fill the
 *     array, and are loaded whole
 * @param rowsAlongWidth whether the rows of an output-stationary block are places of one row of a
 *     convolution's result
 * @param fetchBytesPerCycle bytes of streamed activations that one array takes per cycle, what
 *     neighbouring windows share once; 0 for as many as it multiplies
 * @param narrowRows rule of the vendor's library: most rows of a product by itself that is divided
 *     among cores by columns only, one core loading its rows for all; 0 for no such rule
 * @param sparsity structured weight sparsity the array can exploit
 */
public record MatrixUnit(
    int arrays,
    int rows,
    int cols,
    Dataflow dataflow,
    Map<DType, Double> throughput,
    Map<DType, DType> accumulate,
    int peTileRows,
    int peTileCols,
    int hopLatencyCycles,
    int outputDelayCycles,
    Preload preload,
    int preloadRowsPerCycle,
    int weightBuffers,
    int controllerCycles,
    int minBlockRows,
    int chunkRows,
    boolean foldOverlap,
    boolean tapsTogether,
    boolean wholeTiles,
    boolean rowsAlongWidth,
    double fetchBytesPerCycle,
    int narrowRows,
    boolean pipelined,
    Sparsity sparsity) {

  /** Which operand stays in the array. */
  public enum Dataflow {
    /** Weight-stationary. */
    WS,
    /** Output-stationary. */
    OS,
    /** Input-stationary. */
    IS
  }

  /** Whether loading the next stationary block hides behind streaming through the present one. */
  public enum Preload {
    OVERLAPPED,
    EXPOSED
  }

  /** Structured weight sparsity. */
  public enum Sparsity {
    NONE(1),
    /** Two of every four weights are zero: half the multiply-accumulates. */
    TWO_OF_FOUR(2);

    private final int speedup;

    Sparsity(int speedup) {
      this.speedup = speedup;
    }

    /** Dense multiply-accumulates done per multiply-accumulate executed. */
    public int speedup() {
      return speedup;
    }
  }

  public MatrixUnit {
    Checks.positive(arrays, "matrix.arrays");
    Checks.positive(rows, "matrix.rows");
    Checks.positive(cols, "matrix.cols");
    Checks.positive(peTileRows, "matrix.pe_tile_rows");
    Checks.positive(peTileCols, "matrix.pe_tile_cols");
    Checks.notNegative(hopLatencyCycles, "matrix.hop_latency_cycles");
    Checks.notNegative(outputDelayCycles, "matrix.output_delay_cycles");
    Checks.positive(preloadRowsPerCycle, "matrix.preload_rows_per_cycle");
    Checks.positive(weightBuffers, "matrix.weight_buffers");
    Checks.notNegative(controllerCycles, "matrix.controller_cycles");
    Checks.positive(minBlockRows, "matrix.min_block_rows");
    Checks.notNegative(chunkRows, "matrix.chunk_rows");
    Checks.notNegative(fetchBytesPerCycle, "matrix.fetch_bytes_per_cycle");
    throughput = Maps.immutable(throughput);
    accumulate = Maps.immutable(accumulate);
  }

  /** Whether multiply-accumulates on this type run natively. */
  public boolean supports(DType type) {
    return throughput.containsKey(type);
  }

  /**
   * Multiply-accumulates per cycle of all arrays of one core on {@code type}.
   *
   * @throws IllegalArgumentException if the type has no native path
   */
  public double macsPerCycle(DType type) {
    var rate = throughput.get(type);
    if (rate == null) {
      throw new IllegalArgumentException("matrix unit has no native " + type);
    }
    return (double) arrays * rows * cols * rate;
  }

  /**
   * Multiply-accumulates per processing element per cycle on {@code type}: its own rate, or that of
   * the narrowest native type of its kind that holds it, or, when it is wider than all of them,
   * that of the slowest over the number of products of parts as wide as the widest.
   */
  public double rate(DType type) {
    Double own = throughput.get(type);
    if (own != null) {
      return own;
    }
    double best = 0;
    int bits = Integer.MAX_VALUE;
    for (var e : throughput.entrySet()) {
      DType t = e.getKey();
      if (t.bits() >= type.bits() && t.isFloat() == type.isFloat() && t.bits() < bits) {
        bits = t.bits();
        best = e.getValue();
      }
    }
    if (best > 0) {
      return best;
    }
    int widest = throughput.keySet().stream().mapToInt(DType::bits).max().orElse(type.bits());
    double slowest = throughput.values().stream().mapToDouble(Double::doubleValue).min().orElse(1);
    double parts = Math.ceil((double) type.bits() / widest);
    return slowest / (parts * parts);
  }

  /** Tiles down the array. */
  public int meshRows() {
    return Math.ceilDiv(rows, peTileRows);
  }

  /** Tiles across the array. */
  public int meshCols() {
    return Math.ceilDiv(cols, peTileCols);
  }

  /**
   * Cycles from a row entering to its result row leaving: (mesh rows + mesh columns − 1)·(hop
   * latency + 1) + output delay + 1, as seen in the RTL of Gemmini's mesh.
   */
  public int pipelineCycles() {
    return (meshRows() + meshCols() - 1) * (hopLatencyCycles + 1) + outputDelayCycles + 1;
  }

  /** Cycles to load one stationary block when nothing hides it. */
  public int preloadCycles() {
    return Math.ceilDiv(rows, preloadRowsPerCycle);
  }
}
