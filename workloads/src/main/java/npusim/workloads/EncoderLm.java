package npusim.workloads;

import java.util.List;

/**
 * Dimensions of a BERT-style encoder with a span-prediction head.
 *
 * @param layers transformer layers
 * @param hidden width
 * @param ffn width inside the MLP
 * @param heads attention heads
 * @param vocab rows of the word table; 0 for the layers alone
 * @param context longest sequence
 * @param segments rows of the segment table
 * @param normEps added to the variance
 */
record EncoderLm(
    int layers, int hidden, int ffn, int heads, int vocab, int context, int segments, float normEps)
    implements Architecture {

  EncoderLm small() {
    return new EncoderLm(4, 32, 64, 2, 128, 64, segments, normEps);
  }

  @Override
  public List<String> summary() {
    return List.of(
        layers + " layers",
        "hidden " + hidden,
        "ffn " + ffn,
        heads + " heads",
        "vocabulary " + vocab);
  }
}
