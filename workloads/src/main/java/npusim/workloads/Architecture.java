package npusim.workloads;

import java.util.List;

/** Dimensions of a model family; one record each. */
public sealed interface Architecture
    permits DecoderLm, EncoderLm, Captioner, ImageClassifier, ResNet, Ssd, Inception, Stack {
  /** The dimensions in a few words, for lists. */
  List<String> summary();
}
