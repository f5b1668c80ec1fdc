package npusim.workloads;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import npusim.compiler.ir.Model;
import npusim.diag.NpusimException;

/** Turns a workload and the caller's choices into the programs to run. */
public final class Scenarios {
  /** Launch parameter of every decode graph. */
  static final String TOTAL = "total_sequence_length";

  private Scenarios() {}

  /**
   * The job of a workload.
   *
   * @throws NpusimException (usage) when a length is outside what the model allows
   */
  public static Scenario of(WorkloadSpec spec, WorkloadOptions o) {
    return build(spec, spec.architecture(), o);
  }

  /** The same job on a model of the same make that is small enough to run on values. */
  public static Scenario small(WorkloadSpec spec, WorkloadOptions o) {
    Architecture small =
        switch (spec.architecture()) {
          case DecoderLm m -> m.small();
          case EncoderLm m -> m.small();
          case Captioner m -> m.small();
          case ImageClassifier m -> m.small();
          case ResNet m -> m.small();
          case Ssd m -> m.small();
          case Inception m -> m.small();
          case Stack m -> m.small();
        };
    return build(spec, small, o);
  }

  private static Scenario build(WorkloadSpec spec, Architecture architecture, WorkloadOptions o) {
    range("batch", o.batch(), 1, 1 << 16);
    return switch (architecture) {
      case DecoderLm m -> decoder(spec, m, o);
      case EncoderLm m -> encoder(spec, m, o);
      case Captioner m -> captioner(spec, m, o);
      case ImageClassifier m -> {
        refuseLengths(spec, o);
        Model model = ImageClassifierBuilder.build(spec.name(), m, o.batch(), o.weights());
        yield inference(spec, model, o);
      }
      case ResNet m -> {
        refuseLengths(spec, o);
        yield inference(spec, ResNetBuilder.build(spec.name(), m, o.batch(), o.weights()), o);
      }
      case Ssd m -> {
        refuseLengths(spec, o);
        yield inference(spec, SsdBuilder.build(spec.name(), m, o.batch(), o.weights()), o);
      }
      case Inception m -> {
        refuseLengths(spec, o);
        yield inference(spec, InceptionBuilder.build(spec.name(), m, o.batch(), o.weights()), o);
      }
      case Stack m -> {
        refuseLengths(spec, o);
        yield inference(spec, StackBuilder.build(spec.name(), m, o.batch(), o.weights()), o);
      }
    };
  }

  private static Scenario inference(WorkloadSpec spec, Model model, WorkloadOptions o) {
    var stage = new Stage("inference", Stage.Role.INFERENCE, model, new Stage.Times(1), o.batch());
    return new Scenario(
        spec.name(),
        "batch " + o.batch(),
        Scenario.Kind.INFERENCE,
        o.batch(),
        List.of(stage),
        Optional.empty(),
        Optional.empty());
  }

  private static Scenario decoder(WorkloadSpec spec, DecoderLm m, WorkloadOptions o) {
    long prompt = o.prompt().orElse(Math.min(spec.lengths().prompt(), m.context() / 2));
    long generate = o.generate().orElse(Math.min(spec.lengths().generate(), m.context() / 4));
    range("prompt", prompt, 1, m.context());
    range("generate", generate, 1, m.context() - prompt + 1);
    // The first token comes out of the prompt; each further one extends the cache by one.
    long capacity = prompt + generate - 1;
    Shard shard = m.dividesAmong(o.shard().chips()) ? o.shard() : Shard.WHOLE;
    var prefill =
        DecoderLmBuilder.build(spec.name(), m, o.batch(), prompt, capacity, o.weights(), shard);
    var stages = new java.util.ArrayList<Stage>();
    stages.add(
        new Stage(
            "prefill",
            Stage.Role.PREFILL,
            prefill,
            new Stage.Sweep(TOTAL, prompt, prompt, 1),
            o.batch()));
    if (generate > 1) {
      var decode =
          DecoderLmBuilder.build(spec.name(), m, o.batch(), 1, capacity, o.weights(), shard);
      stages.add(
          new Stage(
              "decode",
              Stage.Role.DECODE,
              decode,
              new Stage.Sweep(TOTAL, prompt + 1, capacity, 1),
              o.batch()));
    }
    String title =
        String.format(
            Locale.ROOT,
            "batch %d · prompt %d · generate %d · %s%s",
            o.batch(),
            prompt,
            generate,
            o.lang().code(),
            shard.whole() ? "" : " · " + shard.chips() + " chips");
    return new Scenario(
        spec.name(),
        title,
        Scenario.Kind.LANGUAGE_MODEL,
        o.batch(),
        stages,
        sentence(spec, o),
        Optional.empty());
  }

  private static Scenario encoder(WorkloadSpec spec, EncoderLm m, WorkloadOptions o) {
    if (o.generate().isPresent()) {
      throw NpusimException.usage(
          "workload-option", spec.name() + " generates no tokens", "leave --generate out");
    }
    long length = o.prompt().orElse(Math.min(spec.lengths().prompt(), m.context()));
    range("prompt", length, 1, m.context());
    var model = EncoderLmBuilder.build(spec.name(), m, o.batch(), length, o.weights());
    return new Scenario(
        spec.name(),
        "batch " + o.batch() + " · length " + length,
        Scenario.Kind.INFERENCE,
        o.batch(),
        List.of(new Stage("inference", Stage.Role.INFERENCE, model, new Stage.Times(1), o.batch())),
        Optional.empty(),
        Optional.empty());
  }

  private static Scenario captioner(WorkloadSpec spec, Captioner m, WorkloadOptions o) {
    refuseLengths(spec, o);
    Lengths.Captions job =
        spec.lengths()
            .captions()
            .orElseThrow(() -> new IllegalStateException(spec.name() + " has no captions job"));
    Lengths.Sentence sentence =
        spec.lengths()
            .sentence()
            .orElseThrow(() -> new IllegalStateException(spec.name() + " has no sentence length"));
    long sentenceTokens = Math.min(m.text().context(), Math.round(sentence.tokens(o.lang())));
    long keywordTokens = job.keywordTokens(o.lang());
    long images = o.batch();
    var encoder = CaptionerBuilder.encoder(spec.name(), m, o.weights());
    var stages =
        List.of(
            new Stage("encoder", Stage.Role.PREFILL, encoder, new Stage.Times(images), 1),
            texts(spec, m, o, "sentences", job.sentences(), sentenceTokens),
            texts(spec, m, o, "keywords", job.keywords(), keywordTokens));
    String title =
        String.format(
            Locale.ROOT,
            "%d image%s · %d sentences of %d tokens and %d keywords of %d · %s",
            images,
            images == 1 ? "" : "s",
            job.sentences(),
            sentenceTokens,
            job.keywords(),
            keywordTokens,
            o.lang().code());
    var deadline =
        new Scenario.Deadline(
            job.sentences() + " sentences and " + job.keywords() + " keywords per image",
            job.deadlineSeconds() * images,
            job.deadlineSource());
    return new Scenario(
        spec.name(),
        title,
        Scenario.Kind.CAPTIONER,
        images,
        stages,
        sentence(spec, o),
        Optional.of(deadline));
  }

  /** All texts of one kind about an image are written side by side, as a batch. */
  private static Stage texts(
      WorkloadSpec spec, Captioner m, WorkloadOptions o, String name, long texts, long tokens) {
    var model = CaptionerBuilder.decoder(spec.name(), m, texts, tokens, o.weights());
    return new Stage(
        name, Stage.Role.DECODE, model, new Stage.Sweep(TOTAL, 1, tokens, o.batch()), texts);
  }

  private static Optional<Scenario.SentenceLength> sentence(WorkloadSpec spec, WorkloadOptions o) {
    return spec.lengths()
        .sentence()
        .map(s -> new Scenario.SentenceLength(o.lang(), s.tokens(Lang.KO), s.tokens(Lang.EN)));
  }

  private static void refuseLengths(WorkloadSpec spec, WorkloadOptions o) {
    if (o.prompt().isPresent() || o.generate().isPresent()) {
      throw NpusimException.usage(
          "workload-option",
          spec.name() + " takes neither --prompt nor --generate",
          "they belong to language models; `npusim models` lists them");
    }
  }

  private static void range(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw NpusimException.usage(
          "workload-option",
          "--" + what + " is " + value + ", must be from " + min + " to " + max,
          "");
    }
  }
}
