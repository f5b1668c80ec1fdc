package npusim.workloads;

/** From the keys of {@code architecture:} to the record of its family. */
final class ArchitectureReader {
  private static final float RMS_EPS = 1e-5f;
  private static final float BERT_EPS = 1e-12f;
  private static final float VIT_EPS = 1e-6f;

  private ArchitectureReader() {}

  static Architecture read(WorkloadSpec.Family family, Fields f) {
    return switch (family) {
      case DECODER_LM -> decoder(f);
      case ENCODER_LM ->
          new EncoderLm(
              f.integer("layers"),
              f.integer("hidden"),
              f.integer("ffn"),
              f.integer("heads"),
              f.integer("vocab", 0),
              f.integer("context"),
              f.integer("segments", 2),
              (float) f.number("norm_eps", BERT_EPS));
      case CAPTIONER -> captioner(f);
      case VIT -> new ImageClassifier(vision(f, VIT_EPS), f.integer("classes", 1000));
      case RESNET ->
          new ResNet(
              f.integers("depths"),
              f.integers("widths"),
              f.integer("stem", 64),
              f.flag("bottleneck", true),
              f.integer("image"),
              f.integer("channels", 3),
              f.integer("classes", 1000));
      case SSD ->
          new Ssd(
              f.choice("backbone", Ssd.Backbone.class, Ssd.Backbone.RESNET34),
              f.integer("image"),
              f.integer("classes"),
              f.integers("middle"),
              f.integers("extra"),
              f.integers("strides"),
              f.naturals("padding"),
              f.integers("boxes"),
              f.integer("head_kernel", 3),
              f.integer("head_stride", 1));
      case INCEPTION ->
          new Inception(
              f.integer("image"),
              f.integers("stem"),
              f.naturals("single"),
              f.integers("reduce"),
              f.integers("three"),
              f.integers("double_reduce"),
              f.integers("twice"),
              f.naturals("pooled"),
              f.integers("head"),
              f.integers("connected"));
      case STACK ->
          new Stack(
              f.integer("layers"),
              f.has("widths") ? f.integers("widths") : new int[] {f.integer("width")},
              f.integer("board", 0),
              f.choice("activation", Stack.Activation.class, Stack.Activation.RELU));
    };
  }

  private static DecoderLm decoder(Fields f) {
    int headDim = f.integer("head_dim");
    int context = f.integer("context");
    boolean bias = f.flag("bias", false);
    var activation =
        f.choice("activation", DecoderLm.Activation.class, DecoderLm.Activation.SWIGLU);
    return new DecoderLm(
        f.integer("layers"),
        f.integer("hidden"),
        f.integer("ffn"),
        f.integer("heads"),
        f.integer("kv_heads"),
        headDim,
        f.integer("vocab", 0),
        context,
        f.choice("norm", DecoderLm.Norm.class, DecoderLm.Norm.RMS),
        (float) f.number("norm_eps", RMS_EPS),
        f.choice("norm_placement", DecoderLm.Placement.class, DecoderLm.Placement.PRE),
        f.flag("qk_norm", false),
        activation,
        position(f, headDim, context),
        bias,
        f.flag("mlp_bias", bias || activation != DecoderLm.Activation.SWIGLU),
        f.flag("qkv_bias", false),
        f.flag("tied_embeddings", false),
        f.integer("window", 0),
        f.text("layer_pattern", ""),
        f.flag("rope_on_global_layers", true));
  }

  private static DecoderLm.Position position(Fields f, int headDim, int context) {
    if (f.has("learned_positions")) {
      Fields learned = f.child("learned_positions");
      var position = new DecoderLm.Learned(learned.integer("offset", 0));
      learned.close();
      return position;
    }
    Fields rope = f.child("rope");
    var position =
        new DecoderLm.Rope(
            rope.number("theta"),
            rope.integer("dims", headDim),
            rope.number("llama3_factor", 1),
            rope.integer("original_context", context));
    rope.close();
    return position;
  }

  private static VisionTransformer vision(Fields v, float eps) {
    return new VisionTransformer(
        v.integer("layers"),
        v.integer("hidden"),
        v.integer("ffn"),
        v.integer("heads"),
        v.integer("image"),
        v.integer("patch"),
        (float) v.number("norm_eps", eps));
  }

  private static Captioner captioner(Fields f) {
    Fields v = f.child("vision");
    VisionTransformer vision = vision(v, RMS_EPS);
    v.close();
    Fields t = f.child("text");
    var text =
        new Captioner.Text(
            t.integer("layers"),
            t.integer("hidden"),
            t.integer("ffn"),
            t.integer("heads"),
            t.integer("vocab"),
            t.integer("context"),
            t.integer("encoder_hidden"),
            (float) t.number("norm_eps", BERT_EPS));
    t.close();
    return new Captioner(vision, text);
  }
}
