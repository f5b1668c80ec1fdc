package npusim.workloads;

import java.util.List;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/**
 * A named workload: dimensions with their sources and the lengths a run has by default.
 *
 * @param name as written on the command line
 * @param title for people
 * @param status how well the dimensions are known: published, derived, estimate
 * @param sources where they were published
 * @param notes what a reader should know
 * @param architecture dimensions
 * @param lengths tokens and sentences of a run
 */
public record WorkloadSpec(
    String name,
    String title,
    String status,
    List<String> sources,
    List<String> notes,
    Architecture architecture,
    Lengths lengths) {

  /** Copies the lists. */
  public WorkloadSpec {
    sources = List.copyOf(sources);
    notes = List.copyOf(notes);
  }

  /**
   * Reads a workload.
   *
   * @param file name for messages
   * @throws NpusimException (usage) at the place of the first mistake
   */
  public static WorkloadSpec parse(String file, String yaml) {
    return parse(file, yaml, "");
  }

  /**
   * Reads a workload and changes some of its dimensions.
   *
   * @param changes {@code layers=1,image=32} and the like, keys of {@code architecture}; may be
   *     empty
   * @throws NpusimException (usage) at the place of the first mistake
   */
  public static WorkloadSpec parse(String file, String yaml, String changes) {
    YamlNode root =
        YamlReader.read(file, yaml)
            .orElseThrow(
                () ->
                    NpusimException.usage(
                        "workload-yaml", "the file is empty", Location.ofFile(file), ""));
    var f = new Fields(root, "");
    String name = f.text("name") + (changes.isEmpty() ? "" : ":" + changes);
    String title = f.text("title");
    String status = f.text("status");
    List<String> sources = f.texts("sources");
    List<String> notes = f.texts("notes");
    Family family = f.choice("family", Family.class, null);
    if (family == null) {
      f.text("family");
    }
    Fields dims =
        changes.isEmpty()
            ? f.child("architecture")
            : f.child(
                "architecture", DimensionChanges.parse(Location.ofFile(name), changes)::apply);
    Architecture architecture = ArchitectureReader.read(family, dims);
    dims.close();
    Lengths lengths = f.has("lengths") ? Lengths.read(f.child("lengths")) : Lengths.NONE;
    f.close();
    return new WorkloadSpec(name, title, status, sources, notes, architecture, lengths);
  }

  /** Builders that a workload can choose. */
  enum Family {
    DECODER_LM,
    ENCODER_LM,
    CAPTIONER,
    VIT,
    RESNET,
    SSD,
    INCEPTION,
    STACK
  }
}
