package npusim.workloads;

/** Keys of a model's metadata by which a workload tells the compiler what ONNX can't say. */
public final class ModelNotes {
  /** Prefix: output name; value: the input whose buffer it shares. */
  public static final String STATE = "npusim.state.";

  /** Prefix: scalar input name; value: {@code min..max}, both included. */
  public static final String LAUNCH = "npusim.launch.";

  private ModelNotes() {}
}
