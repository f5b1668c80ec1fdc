package npusim.program;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32;
import npusim.diag.Location;
import npusim.diag.NpusimException;

/** The bytes of a container: a file, read in parts, or an array. */
sealed interface ContainerSource {
  /** Name for messages. */
  String name();

  /** Size in bytes. */
  long size();

  /** Bytes {@code offset..offset+length-1}, which must exist. */
  byte[] read(long offset, int length);

  /** CRC-32 of a range. */
  default int crc(long offset, long length) {
    var crc = new CRC32();
    for (long done = 0; done < length; ) {
      int part = (int) Math.min(1 << 20, length - done);
      crc.update(read(offset + done, part));
      done += part;
    }
    return (int) crc.getValue();
  }

  /** A container in memory. */
  record Memory(String name, byte[] bytes) implements ContainerSource {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public byte[] read(long offset, int length) {
      return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
    }
  }

  /** A container in a file. */
  record OnDisk(Path path, long size) implements ContainerSource {
    @Override
    public String name() {
      return path.toString();
    }

    @Override
    public byte[] read(long offset, int length) {
      var buffer = ByteBuffer.allocate(length);
      try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
        while (buffer.hasRemaining()) {
          if (channel.read(buffer, offset + buffer.position()) < 0) {
            throw ByteReader.fault(name(), "file", offset, "ends early");
          }
        }
      } catch (IOException e) {
        throw cannotRead(path, e);
      }
      return buffer.array();
    }
  }

  /** What to throw when a file cannot be read. */
  static NpusimException cannotRead(Path path, IOException e) {
    String why = e instanceof java.nio.file.NoSuchFileException ? "no such file" : e.getMessage();
    return NpusimException.usage(
        "program-read", "cannot read: " + why, Location.ofFile(path.toString()), "");
  }
}
