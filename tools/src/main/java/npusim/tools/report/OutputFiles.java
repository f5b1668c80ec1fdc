package npusim.tools.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/** Files written whole or not at all. */
public final class OutputFiles {
  private OutputFiles() {}

  /** Writes text in UTF-8; the file appears, or is replaced, when all of it is on disk. */
  public static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes bytes; the file appears, or is replaced, when all of it is on disk. A symbolic link
   * stays and its target is replaced; to what is no file, as {@code /dev/stdout}, the bytes are
   * written.
   *
   * @throws NpusimException (usage) when the place can't be written
   */
  public static void write(Path file, byte[] bytes) {
    Path parent = folder(file);
    Path temporary = null;
    try {
      if (Files.exists(file) && (!Files.isRegularFile(file) || parent.startsWith("/dev"))) {
        Files.write(file, bytes, StandardOpenOption.WRITE);
        return;
      }
      Path place = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      // Not a temporary file of the library: that one would be readable by its owner only.
      long process = ProcessHandle.current().pid();
      temporary = place.resolveSibling("." + place.getFileName() + "." + process + ".tmp");
      Files.write(temporary, bytes);
      move(temporary, place);
    } catch (AccessDeniedException e) {
      discard(temporary);
      throw notAllowed(file);
    } catch (IOException e) {
      discard(temporary);
      throw unwritable(file, e.getMessage(), "the folder must be writable");
    }
  }

  /**
   * Refuses places that can't be written before the work for them begins.
   *
   * @param files places; null ones are left out
   * @throws NpusimException (usage) when one can't be written
   */
  public static void check(Path... files) {
    for (Path file : files) {
      if (file == null) {
        continue;
      }
      Path parent = folder(file);
      boolean replaced =
          !Files.exists(file) || Files.isRegularFile(file) && !parent.startsWith("/dev");
      if (!Files.isWritable(replaced && !Files.isSymbolicLink(file) ? parent : file)) {
        throw notAllowed(file);
      }
    }
  }

  private static Path folder(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw unwritable(file, "it is a folder", "give the name of a file");
    }
    if (parent == null || !Files.isDirectory(parent)) {
      throw unwritable(file, "there is no folder " + parent, "make the folder first");
    }
    return parent;
  }

  private static NpusimException notAllowed(Path file) {
    return unwritable(file, "it is not allowed", "the file and its folder must be writable");
  }

  private static NpusimException unwritable(Path file, String why, String hint) {
    return NpusimException.usage(
        "write-file", "can't be written: " + why, Location.ofFile(file.toString()), hint);
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void discard(Path temporary) {
    if (temporary != null) {
      boolean gone = temporary.toFile().delete();
      if (!gone) {
        temporary.toFile().deleteOnExit();
      }
    }
  }
}
