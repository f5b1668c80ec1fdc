package npusim.program;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.isa.Encoder;
import npusim.isa.Instruction;
import npusim.isa.IsaFingerprint;
import npusim.isa.Word;

/**
 * Writes the container: an 8-byte magic, version, fingerprint of the instruction set, a table of
 * sections (name, offset, length, CRC-32) with a CRC-32 of its own, then the sections. All numbers
 * are little-endian.
 */
public final class ProgramWriter {
  /** First bytes of the file. */
  static final byte[] MAGIC = {(byte) 0x89, 'N', 'P', 'U', 'S', 'I', 'M', '\n'};

  /** Version of the container. */
  static final int VERSION = 3;

  private ProgramWriter() {}

  /** The container of a program in memory. */
  public static byte[] toBytes(Program program) {
    var out = new ByteArrayOutputStream();
    try {
      write(program, out);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /**
   * Writes the container to a file: to a temporary name beside it first, which is then moved. A
   * symbolic link stays and its target is replaced; what is no file, as {@code /dev/null}, is
   * written to.
   */
  public static void write(Program program, Path file) {
    if (Files.isDirectory(file)) {
      throw NpusimException.usage(
          "program-write",
          "cannot write: it is a folder",
          Location.ofFile(file.toString()),
          "give the name of a file");
    }
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      boolean device = Files.exists(file) && !Files.isRegularFile(file);
      try (var out =
          device
              ? Files.newOutputStream(file, StandardOpenOption.WRITE)
              : Files.newOutputStream(temporary)) {
        write(program, out);
      }
      if (!device) {
        Path place = Files.exists(file) ? file.toRealPath() : file;
        Files.move(temporary, place, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      discard(temporary);
      boolean noFolder = e instanceof NoSuchFileException;
      throw NpusimException.usage(
          "program-write",
          "cannot write: " + (noFolder ? "there is no such folder" : e.getMessage()),
          Location.ofFile(file.toString()),
          "the folder must exist and be writable");
    }
  }

  private static void discard(Path temporary) {
    boolean gone = temporary.toFile().delete();
    if (!gone) {
      temporary.toFile().deleteOnExit();
    }
  }

  private static void write(Program program, OutputStream out) throws IOException {
    List<CoreCode> streams = streams(program);
    Map<Section, byte[]> sections = new EnumMap<>(Section.class);
    sections.put(Section.META, meta(program));
    sections.put(Section.CODE, code(streams));
    sections.put(Section.CORE, cores(program, streams));
    sections.put(Section.SYMB, symbols(streams));
    sections.put(Section.NMAP, nodeMap(streams));
    sections.put(Section.PARM, params(program));
    sections.put(Section.BUFF, buffers(program));
    sections.put(Section.NODE, nodes(program));
    sections.put(Section.DATA, dataIndex(program));

    long offset = MAGIC.length + 16L + (long) sections.size() * Section.TABLE_ENTRY_BYTES;
    var table = new ByteWriter();
    for (var section : sections.entrySet()) {
      var crc = new CRC32();
      crc.update(section.getValue());
      long length = section.getValue().length;
      if (section.getKey() == Section.DATA) {
        for (ConstData constant : program.constants()) {
          byte[] data = constant.data().get();
          crc.update(data);
          length += data.length;
        }
      }
      for (char c : section.getKey().name().toCharArray()) {
        table.u8(c);
      }
      table.u64(offset).u64(length).u32((int) crc.getValue());
      offset += length;
    }
    var head =
        new ByteWriter().raw(MAGIC).u32(VERSION).u32(IsaFingerprint.value()).u32(sections.size());
    byte[] tableBytes = table.toBytes();
    var crc = new CRC32();
    crc.update(head.toBytes());
    crc.update(tableBytes);
    out.write(head.u32((int) crc.getValue()).raw(tableBytes).toBytes());
    for (byte[] section : sections.values()) {
      out.write(section);
    }
    for (ConstData constant : program.constants()) {
      out.write(constant.data().get());
    }
  }

  /** Distinct streams in the order of the first core that runs them. */
  static List<CoreCode> streams(Program program) {
    var same = new IdentityHashMap<CoreCode, Boolean>();
    var distinct = new LinkedHashMap<CoreCode, Boolean>();
    for (Program.Launch core : program.cores()) {
      if (same.put(core.code(), true) == null) {
        distinct.putIfAbsent(core.code(), true);
      }
    }
    return List.copyOf(distinct.keySet());
  }

  private static byte[] meta(Program program) {
    Coverage c = program.coverage();
    return new ByteWriter()
        .text(program.name())
        .text(program.hardwareName())
        .text(program.hardwareFingerprint())
        .u32(program.coresPerChip())
        .u64(program.dramBytes())
        .u32(c.graphNodes())
        .u32(c.mapped())
        .u32(c.fused())
        .u32(c.folded())
        .u32(c.alias())
        .u32(c.operations())
        .u64(c.macs())
        .u64(c.weightBytes())
        .toBytes();
  }

  private static byte[] code(List<CoreCode> streams) {
    var out = new ByteWriter().u32(streams.size());
    for (CoreCode stream : streams) {
      out.u32(stream.code().length);
      for (Instruction instruction : stream.code()) {
        int at = out.reserve(Word.BYTES);
        Encoder.encode(instruction, out.buffer(), at);
      }
    }
    return out.toBytes();
  }

  private static byte[] cores(Program program, List<CoreCode> streams) {
    var out = new ByteWriter().u32(program.cores().size());
    for (Program.Launch core : program.cores()) {
      out.u32(streams.indexOf(core.code()));
      for (int r = 1; r < Word.REGISTERS; r++) {
        out.u64(core.initialRegisters()[r]);
      }
    }
    return out.toBytes();
  }

  private static byte[] symbols(List<CoreCode> streams) {
    var out = new ByteWriter();
    for (CoreCode stream : streams) {
      out.u32(stream.labels().size());
      stream.labels().forEach((name, index) -> out.text(name).u32(index));
    }
    return out.toBytes();
  }

  private static byte[] nodeMap(List<CoreCode> streams) {
    var out = new ByteWriter();
    for (CoreCode stream : streams) {
      for (int node : stream.nodeOf()) {
        out.u32(node);
      }
    }
    return out.toBytes();
  }

  private static byte[] params(Program program) {
    var out = new ByteWriter().u32(program.params().size());
    for (Param p : program.params()) {
      out.text(p.name()).u32(p.register()).u64(p.min()).u64(p.max()).u64(p.defaultValue());
    }
    return out.toBytes();
  }

  private static byte[] buffers(Program program) {
    var out = new ByteWriter().u32(program.buffers().size());
    for (Buffer b : program.buffers()) {
      out.text(b.name()).u8(b.kind().ordinal()).u32(b.chip()).u64(b.address()).u64(b.bytes());
      out.u8(b.type().onnxCode()).u32(b.dims().size());
      b.dims().forEach(out::u64);
      out.u32(b.strides().size());
      b.strides().forEach(out::u64);
    }
    return out.toBytes();
  }

  private static byte[] nodes(Program program) {
    var out = new ByteWriter().u32(program.nodes().size());
    for (NodeInfo n : program.nodes()) {
      out.u32(n.id()).text(n.name()).text(n.opType()).text(n.layer());
      out.u64(n.macs()).u64(n.flops()).text(n.note());
      out.u64(n.runs()).u64(n.scratchpadBytes());
    }
    return out.toBytes();
  }

  /** Names and sizes; the contents follow one another after the index. */
  private static byte[] dataIndex(Program program) {
    var out = new ByteWriter().u32(program.constants().size());
    for (ConstData constant : program.constants()) {
      out.text(constant.buffer()).u64(constant.data().get().length);
    }
    byte[] entries = out.toBytes();
    return new ByteWriter().u32(entries.length).raw(entries).toBytes();
  }
}
