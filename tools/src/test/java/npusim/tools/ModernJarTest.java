package npusim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModernJarTest {
  @TempDir private Path folder;

  private static List<String> names(Path jar) throws Exception {
    try (var file = new JarFile(jar.toFile())) {
      return Collections.list(file.entries()).stream().map(e -> e.getName()).toList();
    }
  }

  @Test
  void keepsEveryEntryAndMakesClassesTheVerifierTakes() throws Exception {
    URL picocli = CommandLine.class.getProtectionDomain().getCodeSource().getLocation();
    Path old = Path.of(picocli.toURI());
    Path modern = folder.resolve("modern.jar");
    ModernJar.rewrite(old, modern);

    assertThat(names(modern)).isEqualTo(names(old));
    try (var loader =
        new URLClassLoader(
            new URL[] {modern.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      for (String entry : names(modern)) {
        if (entry.startsWith("picocli/CommandLine") && entry.endsWith(".class")) {
          try (InputStream in = loader.getResourceAsStream(entry)) {
            int version = ClassFile.of().parse(in.readAllBytes()).majorVersion();
            assertThat(version).as(entry).isGreaterThanOrEqualTo(ClassFile.JAVA_8_VERSION);
          }
          String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
          // Initialising a class verifies it.
          assertThat(Class.forName(name, true, loader).getClassLoader()).isSameAs(loader);
        }
      }
    }
  }
}
