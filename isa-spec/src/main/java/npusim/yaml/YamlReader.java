package npusim.yaml;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads one YAML document into a {@link YamlNode} tree. No object is ever constructed from a tag.
 */
public final class YamlReader {
  private static final int MAX_DEPTH = 64;

  private final String file;

  private YamlReader(String file) {
    this.file = file;
  }

  /**
   * The text of a file.
   *
   * @throws NpusimException (usage) when there is no such file or it is no text
   */
  public static String text(Path file) {
    Location where = Location.ofFile(file.toString());
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw NpusimException.usage("file", "no such file", where, "check the path");
    } catch (CharacterCodingException e) {
      throw NpusimException.usage("file", "not UTF-8 text", where, "YAML is expected here");
    } catch (IOException e) {
      String why = Files.isDirectory(file) ? "is a folder, not a file" : "can't be read";
      throw NpusimException.usage("file", why, where, "check the path");
    }
  }

  /**
   * Reads a document.
   *
   * @param file name for messages
   * @param text the document
   * @return empty if the document holds nothing but comments
   * @throws NpusimException (usage) at the place of a syntax error, a duplicate key or a second
   *     document
   */
  public static Optional<YamlNode> read(String file, String text) {
    var options = new LoaderOptions();
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(100);
    var reader = new YamlReader(file);
    try {
      var parser = new ParserImpl(new StreamReader(new StringReader(text)), options);
      Node node = new Composer(parser, new Resolver(), options).getSingleNode();
      return node == null ? Optional.empty() : Optional.of(reader.convert(node, 0));
    } catch (MarkedYAMLException e) {
      var problem = e.getProblem() == null ? "not YAML" : e.getProblem();
      throw NpusimException.usage(
          "yaml-syntax", "not valid YAML: " + problem, reader.at(e.getProblemMark()), "");
    } catch (YAMLException e) {
      throw NpusimException.usage(
          "yaml-syntax", "not valid YAML: " + firstLine(e.getMessage()), Location.ofFile(file), "");
    }
  }

  private YamlNode convert(Node node, int depth) {
    var location = at(node.getStartMark());
    // Anchors can build a value that contains itself; no configuration needs to be this deep.
    if (depth > MAX_DEPTH) {
      throw NpusimException.usage("yaml-depth", "nested deeper than " + MAX_DEPTH, location, "");
    }
    return switch (node) {
      case ScalarNode s ->
          new YamlNode.Scalar(
              location, s.getValue(), s.getScalarStyle() != DumperOptions.ScalarStyle.PLAIN);
      case SequenceNode s -> {
        List<YamlNode> items = new ArrayList<>();
        for (Node item : s.getValue()) {
          items.add(convert(item, depth + 1));
        }
        yield new YamlNode.Sequence(location, Collections.unmodifiableList(items));
      }
      case MappingNode m -> mapping(m, location, depth);
      default ->
          throw NpusimException.usage(
              "yaml-syntax", "unexpected " + node.getNodeId(), location, "");
    };
  }

  private YamlNode mapping(MappingNode node, Location location, int depth) {
    var entries = new LinkedHashMap<String, YamlNode>();
    var keys = new LinkedHashMap<String, Location>();
    for (NodeTuple tuple : node.getValue()) {
      var keyLocation = at(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw NpusimException.usage("yaml-key", "a key must be a single word", keyLocation, "");
      }
      if (keys.putIfAbsent(key.getValue(), keyLocation) != null) {
        throw NpusimException.usage(
            "yaml-duplicate",
            "key \"" + key.getValue() + "\" is given twice",
            keyLocation,
            "the first is at " + keys.get(key.getValue()));
      }
      entries.put(key.getValue(), convert(tuple.getValueNode(), depth + 1));
    }
    return new YamlNode.Mapping(
        location, Collections.unmodifiableMap(entries), Collections.unmodifiableMap(keys));
  }

  private Location at(Mark mark) {
    return mark == null
        ? Location.ofFile(file)
        : new Location(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static String firstLine(String text) {
    if (text == null) {
      return "unreadable";
    }
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
