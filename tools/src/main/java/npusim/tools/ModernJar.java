package npusim.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes the classes of a jar fit for the JVM's start-up cache. It leaves out classes without the
 * stack maps that compilers write since Java 6, and loading those by the old way takes longer than
 * all the rest of a short command: they get some. It also leaves out the code that pattern switches
 * and records have the JVM generate: see {@link EarlyLinks}. The launcher runs this on npusim's own
 * jars and on the library that parses command lines.
 */
public final class ModernJar {
  /** The first version whose classes always have stack maps. */
  private static final int MODERN = ClassFile.JAVA_8_VERSION;

  private ModernJar() {}

  /**
   * Rewrites jars in place.
   *
   * @param args jar files, which are also on the class path
   */
  public static void main(String[] args) throws IOException {
    for (String jar : args) {
      Path file = Path.of(jar);
      Path modern = Path.of(jar + ".new");
      rewrite(file, modern);
      Files.move(modern, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Copies a jar.
   *
   * @param from a jar whose classes the class path has, too
   * @param to where it goes, with modern classes; what is no old class stays as it is
   */
  static void rewrite(Path from, Path to) throws IOException {
    var resolver = ClassHierarchyResolver.ofClassLoading(ModernJar.class.getClassLoader());
    ClassFile classes =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(resolver));
    try (var jar = new JarFile(from.toFile());
        OutputStream bytes = Files.newOutputStream(to);
        var out = new ZipOutputStream(bytes)) {
      for (var entry : Collections.list(jar.entries())) {
        var copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        try (InputStream in = jar.getInputStream(entry)) {
          byte[] content = in.readAllBytes();
          out.write(entry.getName().endsWith(".class") ? modern(classes, content) : content);
        }
        out.closeEntry();
      }
    }
  }

  private static byte[] modern(ClassFile classes, byte[] old) {
    ClassModel model = classes.parse(old);
    if (model.majorVersion() >= MODERN) {
      return EarlyLinks.in(classes, old);
    }
    ClassTransform version =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(MODERN, 0);
          } else {
            builder.with(element);
          }
        };
    // Bodies are taken apart and put together again: that is what makes their stack maps.
    return classes.transformClass(
        model, version.andThen(ClassTransform.transformingMethodBodies(CodeBuilder::with)));
  }
}
