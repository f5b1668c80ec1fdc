package npusim.workloads;

import java.util.List;

/**
 * Dimensions of a decoder-only language model.
 *
 * @param layers transformer layers
 * @param hidden width of the residual stream
 * @param ffn width inside the MLP
 * @param heads query heads
 * @param kvHeads key and value heads; fewer than {@code heads} is grouped-query attention
 * @param headDim width of a head
 * @param vocab rows of the embedding table; 0 for the layers alone
 * @param context longest sequence
 * @param norm RMS or layer normalisation
 * @param normEps added to the variance
 * @param placement where a block normalises
 * @param qkNorm RMS normalisation of each query and key head before the rotation
 * @param activation of the MLP
 * @param position how positions enter
 * @param bias whether projections around the attention have biases
 * @param mlpBias whether those of the MLP have them
 * @param qkvBias whether the projections to queries, keys and values have them in any case
 * @param tied output projection is the embedding table
 * @param window keys a sliding layer looks back over, 0 for none
 * @param pattern layer kinds in turn, {@code S} sliding with rotation, {@code G} global; empty
 *     means all global
 * @param globalRope whether global layers rotate queries and keys
 */
record DecoderLm(
    int layers,
    int hidden,
    int ffn,
    int heads,
    int kvHeads,
    int headDim,
    int vocab,
    int context,
    Norm norm,
    float normEps,
    Placement placement,
    boolean qkNorm,
    Activation activation,
    Position position,
    boolean bias,
    boolean mlpBias,
    boolean qkvBias,
    boolean tied,
    int window,
    String pattern,
    boolean globalRope)
    implements Architecture {

  /**
   * Width of a head in small models: ONNX Runtime wants half of the rotated part to be a multiple
   * of 8.
   */
  private static final int SMALL_HEAD = 32;

  enum Norm {
    RMS,
    LAYER
  }

  enum Placement {
    /** Before attention and MLP. */
    PRE,
    /** On what attention and MLP give, before it is added. */
    SUBLAYER_OUTPUT,
    /** One normalisation feeds attention and MLP side by side (GPT-J). */
    PARALLEL
  }

  enum Activation {
    SWIGLU,
    GELU,
    GELU_TANH,
    RELU
  }

  /** How positions enter the model. */
  sealed interface Position {}

  /** A learned table of {@code context} rows, {@code offset} of them skipped. */
  record Learned(int offset) implements Position {}

  /**
   * Rotation of queries and keys.
   *
   * @param theta base of the wavelengths
   * @param dims leading dimensions of a head that rotate
   * @param factor of the long-wave stretching used by Llama 3.1, 1 for none
   * @param original context before stretching
   */
  record Rope(double theta, int dims, double factor, int original) implements Position {}

  /** Kind of layer {@code i}. */
  boolean sliding(int i) {
    return !pattern.isEmpty() && pattern.charAt(i % pattern.length()) == 'S';
  }

  /** Whether heads and widths divide evenly among chips; several may share a key head. */
  boolean dividesAmong(int chips) {
    boolean keys = kvHeads % chips == 0 || chips % kvHeads == 0;
    return Integer.bitCount(chips) == 1 && heads % chips == 0 && keys && ffn % chips == 0;
  }

  /** A model of the same make, small enough to run on values in a test. */
  DecoderLm small() {
    int group = Math.max(1, heads / kvHeads);
    int fewHeads = Math.min(4, Math.max(2, group));
    Position p =
        position instanceof Rope(double t, int d, double f, int o)
            ? new Rope(t, d < headDim ? SMALL_HEAD / 2 : SMALL_HEAD, f, o)
            : position;
    return new DecoderLm(
        Math.max(5, 2 * pattern.length()),
        64,
        96,
        fewHeads,
        Math.max(1, fewHeads / group),
        SMALL_HEAD,
        vocab == 0 ? 0 : 128,
        64,
        norm,
        normEps,
        placement,
        qkNorm,
        activation,
        p,
        bias,
        mlpBias,
        qkvBias,
        tied,
        window == 0 ? 0 : 5,
        pattern,
        globalRope);
  }

  @Override
  public List<String> summary() {
    return List.of(
        layers + " layers",
        "hidden " + hidden,
        "ffn " + ffn,
        heads + " heads (" + kvHeads + " kv) of " + headDim,
        vocab == 0 ? "layers alone" : "vocabulary " + vocab);
  }
}
