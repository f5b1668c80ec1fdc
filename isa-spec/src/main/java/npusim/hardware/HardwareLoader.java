package npusim.hardware;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.hardware.DescriptionReader.Leaf;
import npusim.yaml.YamlNode;
import npusim.yaml.YamlReader;

/**
 * Reads hardware descriptions: YAML, then schema, then inheritance, overrides and defaults, then
 * meaning, then records. Each step reports everything it finds, with file, line and column.
 */
public final class HardwareLoader {
  private static final int MAX_PARENTS = 32;
  private static final String OPTION = "--set ";
  private static final String PRESET = "dram.preset";

  /** Beginnings of the paths that describe the devices of a DRAM preset. */
  private static final List<String> OF_PRESET =
      List.of(
          "dram.data_rate_mtps",
          "dram.standard",
          "dram.native_rate_mtps",
          "dram.tck_ps",
          "dram.ticks_per_clock",
          "dram.organization.",
          "dram.timing.",
          "dram.energy.",
          "energy.dram_");

  private final List<Diagnostic> errors = new ArrayList<>();
  private final Map<String, Leaf> leaves = new LinkedHashMap<>();
  private final Map<String, Origin> origins = new LinkedHashMap<>();

  private HardwareLoader() {}

  /** See {@link #load(String, List)}, without overrides. */
  public static Hardware load(String nameOrPath) {
    return load(nameOrPath, List.of());
  }

  /**
   * Loads a built-in chip by name or a description by path.
   *
   * @param nameOrPath chip name in any letter case, or path of a YAML file
   * @param sets overrides as {@code path=value}, applied in order; a value is a YAML scalar or flow
   *     mapping
   * @throws NpusimException (usage) with every error found
   */
  public static Hardware load(String nameOrPath, List<String> sets) {
    var source = open(nameOrPath, Optional.empty(), Location.NONE);
    return load(source, sets);
  }

  /**
   * Loads a description from text.
   *
   * @param file name for messages; a relative {@code extends} is resolved beside it
   * @param yaml the description
   * @param sets overrides, see {@link #load(String, List)}
   */
  public static Hardware parse(String file, String yaml, List<String> sets) {
    return load(new Source(file, yaml, Optional.of(Path.of(file)), chipName(file)), sets);
  }

  private static Hardware load(Source source, List<String> sets) {
    var loader = new HardwareLoader();
    loader.inherit(source, new ArrayList<>());
    loader.failOnErrors();
    loader.sets(sets);
    loader.failOnErrors();
    boolean shipped = source.path().isEmpty() && sets.isEmpty();
    return loader.finish(source.name(), source.file(), shipped);
  }

  static Hardware override(Hardware base, List<String> sets) {
    var loader = new HardwareLoader();
    // What came from a DRAM preset, a default or arithmetic is worked out again from the new
    // values.
    loader.leaves.putAll(base.parameters().stated());
    loader.origins.putAll(base.parameters().statedOrigins());
    loader.sets(sets);
    loader.failOnErrors();
    return loader.finish(base.name(), base.name(), false);
  }

  /** A document to read: its name for messages, text, directory and chip name. */
  private record Source(String file, String text, Optional<Path> path, String name) {}

  private static Source open(String nameOrPath, Optional<Path> relativeTo, Location from) {
    var chip = HardwareCatalog.find(HardwareCatalog.chips(), nameOrPath);
    if (chip.isPresent()) {
      var file = chip.get() + ".yaml";
      var text = HardwareCatalog.chipYaml(chip.get()).orElseThrow();
      return new Source(file, text, Optional.empty(), chip.get());
    }
    Path path;
    try {
      path = relativeTo.map(p -> p.resolveSibling(nameOrPath)).orElse(Path.of(nameOrPath));
    } catch (InvalidPathException e) {
      throw unknownChip(nameOrPath, from);
    }
    boolean looksLikeFile = nameOrPath.contains("/") || nameOrPath.matches("(?i).*\\.ya?ml");
    if (!looksLikeFile && !Files.isRegularFile(path)) {
      throw unknownChip(nameOrPath, from);
    }
    return new Source(
        path.toString(), readFile(path, from), Optional.of(path), chipName(nameOrPath));
  }

  static String readFile(Path path, Location from) {
    try {
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      throw NpusimException.usage("hw-no-file", "no file " + path, from, "");
    } catch (CharacterCodingException e) {
      throw NpusimException.usage("hw-no-file", path + " is not UTF-8 text", from, "");
    } catch (IOException e) {
      throw NpusimException.usage(
          "hw-no-file",
          "cannot read " + path + (Files.isDirectory(path) ? ": a directory" : ""),
          from,
          "");
    }
  }

  private static NpusimException unknownChip(String name, Location from) {
    var chips = HardwareCatalog.chips();
    var near = Names.nearest(name, chips).map(n -> "did you mean \"" + n + "\"? ").orElse("");
    return NpusimException.usage(
        "hw-unknown-chip",
        "no chip \"" + name + "\"",
        from,
        near + "chips: " + String.join(", ", chips) + "; or give the path of a YAML file");
  }

  private static String chipName(String file) {
    var name = Optional.ofNullable(Path.of(file).getFileName()).map(Path::toString).orElse(file);
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  /** Parents first, so that later values replace earlier ones. */
  private void inherit(Source source, List<String> chain) {
    chain.add(source.file());
    var document = read(source);
    document.parent().ifPresent(parent -> parent(parent, document, source, chain));
    add(document);
  }

  private Document read(Source source) {
    var reader = new DescriptionReader(errors);
    if (source.path().isEmpty()) {
      return reader.readBuiltIn(source.file(), source.text(), "", HardwareSchema.root());
    }
    var node =
        YamlReader.read(source.file(), source.text())
            .orElseThrow(
                () ->
                    NpusimException.usage(
                        "hw-empty",
                        "the description is empty",
                        Location.ofFile(source.file()),
                        "start from a chip: \"extends: edge\""));
    return reader.read(source.file(), node, "", HardwareSchema.root());
  }

  private void parent(String parent, Document document, Source source, List<String> chain) {
    Source opened;
    try {
      opened = open(parent, source.path(), document.parentLocation());
    } catch (NpusimException e) {
      errors.addAll(e.diagnostics());
      return;
    }
    if (chain.contains(opened.file()) || chain.size() > MAX_PARENTS) {
      errors.add(
          Diagnostic.error(
              "hw-extends-cycle",
              "extends: " + String.join(" extends ", chain) + " extends " + opened.file(),
              document.parentLocation(),
              "a description cannot inherit from itself"));
      return;
    }
    inherit(opened, chain);
  }

  private void add(Document document) {
    var preset = document.leaves().get(PRESET);
    if (preset != null) {
      otherPreset(preset.value());
    }
    document
        .leaves()
        .forEach(
            (path, leaf) -> {
              if (leaf.value() == null) {
                takeAway(path);
              } else {
                leaves.put(path, leaf);
                origins.put(path, document);
              }
            });
  }

  /**
   * Forgets what was said about the memory devices of the preset before: another one brings its own
   * data rate, geometry, timing and energy. What options say stays, in whatever order they come.
   */
  private void otherPreset(Object name) {
    var before = leaves.get(PRESET);
    if (before == null || before.value().equals(name)) {
      return;
    }
    leaves
        .entrySet()
        .removeIf(
            e -> OF_PRESET.stream().anyMatch(e.getKey()::startsWith) && !isOption(e.getValue()));
  }

  private static boolean isOption(Leaf leaf) {
    return leaf.location().file().startsWith(OPTION);
  }

  /** Forgets a value, or all values of a group, that a parent or an option before gave. */
  private void takeAway(String path) {
    leaves.keySet().removeIf(p -> p.equals(path) || p.startsWith(path + "."));
  }

  private void sets(List<String> sets) {
    for (String set : sets) {
      var origin = Location.ofFile(OPTION + set);
      int equals = set.indexOf('=');
      if (equals <= 0) {
        errors.add(
            Diagnostic.error(
                "hw-set", "expected path=value", origin, "for example --set core.matrix.rows=256"));
        continue;
      }
      var path = SchemaPaths.canonical(set.substring(0, equals).strip());
      var schema = SchemaPaths.find(path);
      if (schema.isEmpty()) {
        errors.add(
            Diagnostic.error(
                "hw-unknown-key",
                "no parameter \"" + path + "\"",
                origin,
                SchemaPaths.suggest(path)));
        continue;
      }
      set(path, schema.get(), set, set.substring(equals + 1), origin);
    }
  }

  private void set(String path, SchemaNode schema, String set, String value, Location origin) {
    Optional<YamlNode> node;
    try {
      node = YamlReader.read(origin.file(), value);
    } catch (NpusimException e) {
      e.diagnostics().forEach(d -> errors.add(at(origin, d)));
      return;
    }
    if (node.isEmpty()) {
      errors.add(
          Diagnostic.error(
              "hw-set",
              path + ": no value; expected " + schema.legal() + ", or null to take it away",
              origin,
              schema.description()));
      return;
    }
    List<Diagnostic> found = new ArrayList<>();
    new DescriptionReader(found)
        .readValue(path, schema, node.get())
        .forEach(
            (p, leaf) -> {
              if (leaf.value() == null) {
                takeAway(p);
                return;
              }
              if (p.equals(PRESET)) {
                otherPreset(leaf.value());
              }
              leaves.put(p, new Leaf(leaf.value(), leaf.schema(), origin));
              origins.put(p, Origin.of(Provenance.Status.OVERRIDE, "--set " + set));
            });
    found.forEach(d -> errors.add(at(origin, d)));
  }

  /** The same message at an option: a position inside its one-line value says less. */
  private static Diagnostic at(Location origin, Diagnostic d) {
    return new Diagnostic(d.severity(), d.code(), d.message(), origin, d.hint());
  }

  private Hardware finish(String name, String file, boolean shipped) {
    var whole = Location.ofFile(file);
    var stated = Map.copyOf(leaves);
    var statedOrigins = Map.copyOf(origins);
    dramPreset();
    failOnErrors();
    var resolved = new DefaultsResolver(leaves, origins, errors).resolve(whole);
    var parameters = new Parameters(resolved, stated, statedOrigins, shipped);
    failOnErrors();
    new SemanticChecks(parameters, whole, errors).run();
    failOnErrors();
    return new HardwareBuilder(parameters).build(name);
  }

  /** Fills what the description leaves open of {@code dram} from its DRAM preset. */
  private void dramPreset() {
    var preset = leaves.get(PRESET);
    if (preset == null) {
      return;
    }
    var name = (String) preset.value();
    var group = HardwareSchema.root().properties().get("dram");
    var reader = new DescriptionReader(errors);
    var builtIn = HardwareCatalog.dramYaml(name);
    Document document;
    if (builtIn.isPresent()) {
      document = reader.readBuiltIn(name + ".yaml", builtIn.get(), "dram", group);
    } else if (name.contains("/") || name.endsWith(".yaml")) {
      Path file = presetFile(name, preset.location());
      var node = YamlReader.read(file.toString(), readFile(file, preset.location()));
      if (node.isEmpty()) {
        errors.add(Diagnostic.error("hw-empty", "the DRAM preset is empty", Location.ofFile(name)));
        return;
      }
      document = reader.read(file.toString(), node.get(), "dram", group);
    } else {
      errors.add(
          Diagnostic.error(
              "hw-choice",
              "dram.preset: no DRAM preset \"" + name + "\"",
              preset.location(),
              Names.suggest(name, HardwareCatalog.drams())));
      return;
    }
    document
        .leaves()
        .forEach(
            (path, leaf) -> {
              if (leaf.value() != null && leaves.putIfAbsent(path, leaf) == null) {
                origins.put(path, document);
              }
            });
  }

  /** A preset's file: beside the description that names it, and from here for an option. */
  private static Path presetFile(String name, Location named) {
    return named.file().startsWith(OPTION)
        ? Path.of(name)
        : Path.of(named.file()).resolveSibling(name);
  }

  private void failOnErrors() {
    if (!errors.isEmpty()) {
      throw NpusimException.usage(errors);
    }
  }
}
