package npusim.compiler.tiling;

import java.util.Arrays;
import java.util.List;
import npusim.compiler.codegen.Axis;
import npusim.isa.DType;

/**
 * A convolution of {@code batch × groups} products.
 *
 * @param out spatial extents of the result
 * @param halos windows by spatial dimension
 * @param oc result channels per group, ic input channels per group
 * @param kernel extents of the window
 * @param x type of the input, w of the weights
 * @param xResident whether the input is in the scratchpad, xInPlace whether it is read there
 * @param channelsLast whether the input lies channels last
 * @param outBits bits per result element
 * @param outResident whether the result stays in the scratchpad
 * @param extraBits bits per result element for the epilogue's operands and temporaries
 * @param readBits bits per result element that the epilogue loads
 * @param vectorSteps vector operations per result element
 * @param block columns of a block of the weights, 0 when they don't lie in blocks
 * @param shares whether cores can load the weights together
 * @param byChannel whether every result channel has an input channel and a product of its own
 * @param spm scratchpad bytes that tiles may take, acc accumulator bytes
 * @param byImage whether every core must compute an equal share of the batch
 */
public record ConvProblem(
    long batch,
    long groups,
    long[] out,
    Axis.Halo[] halos,
    long oc,
    long ic,
    long[] kernel,
    DType x,
    DType w,
    boolean xResident,
    boolean xInPlace,
    boolean channelsLast,
    int outBits,
    boolean outResident,
    int extraBits,
    int readBits,
    long vectorSteps,
    long block,
    boolean shares,
    boolean byChannel,
    long spm,
    long acc,
    int cores,
    boolean byImage) {

  /** Equal for problems that have the same solution. */
  public Object key() {
    ConvProblem rest =
        new ConvProblem(
            batch,
            groups,
            null,
            null,
            oc,
            ic,
            null,
            x,
            w,
            xResident,
            xInPlace,
            channelsLast,
            outBits,
            outResident,
            extraBits,
            readBits,
            vectorSteps,
            block,
            shares,
            byChannel,
            spm,
            acc,
            cores,
            byImage);
    List<Long> extents = Arrays.stream(out).boxed().toList();
    List<Long> window = Arrays.stream(kernel).boxed().toList();
    return List.of(rest, extents, window, List.of(halos));
  }

  /** Weights of a result channel per input channel. */
  long taps() {
    return Arrays.stream(kernel).reduce(1, Math::multiplyExact);
  }

  /** Elements of an input channel that a tile of the result needs, its windows together. */
  long span(long... tile) {
    long n = 1;
    for (int i = 0; i < tile.length; i++) {
      n *= halos[i].span(tile[i]);
    }
    return n;
  }
}
