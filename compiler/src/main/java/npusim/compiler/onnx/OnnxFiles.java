package npusim.compiler.onnx;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/** Opening and writing of files with precise errors. */
final class OnnxFiles {
  /**
   * Larger files are mapped, smaller ones read, which is faster for the many short fields of a
   * model.
   */
  private static final long MAP_FROM_BYTES = 256L << 20;

  private OnnxFiles() {}

  /** A reader over a whole file. */
  static ProtoReader open(Path file, String message) {
    try {
      if (Files.isDirectory(file)) {
        throw NpusimException.usage(
            "file", "is a folder, expected a file", Location.ofFile(file.toString()), "");
      }
      long size = Files.size(file);
      if (size == 0) {
        throw NpusimException.usage(
            "onnx-format",
            "byte offset 0: the file is empty",
            Location.ofFile(file.toString()),
            "export it again");
      }
      if (size >= MAP_FROM_BYTES) {
        try (FileChannel c = FileChannel.open(file, StandardOpenOption.READ)) {
          MemorySegment m = c.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
          return new ProtoReader(file.toString(), m, null, message);
        }
      }
      byte[] bytes = Files.readAllBytes(file);
      return new ProtoReader(file.toString(), MemorySegment.ofArray(bytes), bytes, message);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static NpusimException unreadable(Path file, IOException e) {
    String why =
        e instanceof NoSuchFileException ? "no such file" : "can't be read: " + e.getMessage();
    return NpusimException.usage("file", why, Location.ofFile(file.toString()), "check the path");
  }

  /** Writes a file under a temporary name and moves it into place. */
  static void write(Path file, byte[] bytes) {
    try {
      // Not a temporary file of the library: that one would be readable by its owner only.
      long process = ProcessHandle.current().pid();
      Path temporary = file.resolveSibling("." + file.getFileName() + "." + process + ".tmp");
      try {
        Files.write(temporary, bytes);
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw NpusimException.usage(
          "file",
          "can't be written: " + e.getMessage(),
          Location.ofFile(file.toString()),
          "check the folder");
    }
  }
}
