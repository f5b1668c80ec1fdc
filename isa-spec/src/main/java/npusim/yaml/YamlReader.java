package npusim.yaml;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads one YAML document into a {@link YamlNode} tree. No object is ever constructed from a tag.
 */
public final class YamlReader {
  private static final int MAX_DEPTH = 64;

  /** A document of a few aliases of aliases could stand for more than any memory holds. */
  private static final int MAX_ALIASES = 100;

  private final String file;
  private final Parser parser;
  private final Map<String, YamlNode> anchors = new HashMap<>();
  private int aliases;

  private YamlReader(String file, Parser parser) {
    this.file = file;
    this.parser = parser;
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
    try {
      var parser = new ParserImpl(new StreamReader(new StringReader(text)), options);
      return new YamlReader(file, parser).document();
    } catch (MarkedYAMLException e) {
      var problem = e.getProblem() == null ? "not YAML" : e.getProblem();
      throw NpusimException.usage(
          "yaml-syntax", "not valid YAML: " + problem, at(file, e.getProblemMark()), "");
    } catch (YAMLException e) {
      throw NpusimException.usage(
          "yaml-syntax", "not valid YAML: " + firstLine(e.getMessage()), Location.ofFile(file), "");
    }
  }

  private Optional<YamlNode> document() {
    parser.getEvent();
    if (parser.checkEvent(Event.ID.StreamEnd)) {
      return Optional.empty();
    }
    parser.getEvent();
    YamlNode root = node(0);
    parser.getEvent();
    if (!parser.checkEvent(Event.ID.StreamEnd)) {
      throw NpusimException.usage(
          "yaml-syntax",
          "not valid YAML: a second document begins",
          at(parser.peekEvent().getStartMark()),
          "");
    }
    return Optional.of(root);
  }

  /**
   * The next node. Composed from the parser's events: what a plain scalar means is for its reader
   * to say, and looking for tags takes longer than all else.
   */
  private YamlNode node(int depth) {
    Event event = parser.getEvent();
    var location = at(event.getStartMark());
    if (depth > MAX_DEPTH) {
      throw NpusimException.usage("yaml-depth", "nested deeper than " + MAX_DEPTH, location, "");
    }
    if (event instanceof AliasEvent alias) {
      return anchored(alias, location);
    }
    YamlNode node =
        switch (event) {
          case ScalarEvent s -> new YamlNode.Scalar(location, s.getValue(), !s.isPlain());
          case SequenceStartEvent s -> sequence(location, depth);
          case MappingStartEvent m -> mapping(location, depth);
          default ->
              throw NpusimException.usage(
                  "yaml-syntax", "unexpected " + event.getEventId(), location, "");
        };
    if (((NodeEvent) event).getAnchor() != null) {
      anchors.put(((NodeEvent) event).getAnchor(), node);
    }
    return node;
  }

  /** What an alias stands for; a value can't contain itself, its anchor is known at its end. */
  private YamlNode anchored(AliasEvent alias, Location location) {
    YamlNode node = anchors.get(alias.getAnchor());
    if (node == null) {
      throw NpusimException.usage(
          "yaml-syntax",
          "not valid YAML: no value before this is called \"" + alias.getAnchor() + "\"",
          location,
          "");
    }
    if (!(node instanceof YamlNode.Scalar) && ++aliases > MAX_ALIASES) {
      throw NpusimException.usage(
          "yaml-syntax",
          "more than " + MAX_ALIASES + " aliases of lists and mappings",
          location,
          "");
    }
    return node;
  }

  private YamlNode sequence(Location location, int depth) {
    List<YamlNode> items = new ArrayList<>();
    while (!parser.checkEvent(Event.ID.SequenceEnd)) {
      items.add(node(depth + 1));
    }
    parser.getEvent();
    return new YamlNode.Sequence(location, Collections.unmodifiableList(items));
  }

  private YamlNode mapping(Location location, int depth) {
    var entries = new LinkedHashMap<String, YamlNode>();
    var keys = new LinkedHashMap<String, Location>();
    while (!parser.checkEvent(Event.ID.MappingEnd)) {
      var keyLocation = at(parser.peekEvent().getStartMark());
      if (!(node(depth + 1) instanceof YamlNode.Scalar key)) {
        throw NpusimException.usage("yaml-key", "a key must be a single word", keyLocation, "");
      }
      if (keys.putIfAbsent(key.text(), keyLocation) != null) {
        throw NpusimException.usage(
            "yaml-duplicate",
            "key \"" + key.text() + "\" is given twice",
            keyLocation,
            "the first is at " + keys.get(key.text()));
      }
      entries.put(key.text(), node(depth + 1));
    }
    parser.getEvent();
    return new YamlNode.Mapping(
        location, Collections.unmodifiableMap(entries), Collections.unmodifiableMap(keys));
  }

  private Location at(Mark mark) {
    return at(file, mark);
  }

  private static Location at(String file, Mark mark) {
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
