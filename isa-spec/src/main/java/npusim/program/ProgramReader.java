package npusim.program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import npusim.diag.Diagnostic;
import npusim.diag.Location;
import npusim.diag.NpusimException;
import npusim.isa.DType;
import npusim.isa.Decoder;
import npusim.isa.Field;
import npusim.isa.Instruction;
import npusim.isa.IsaFingerprint;
import npusim.isa.MalformedInstructionException;
import npusim.isa.Opcode;
import npusim.isa.Word;

/**
 * Reads what {@link ProgramWriter} wrote. A damaged, truncated or foreign file ends in an {@link
 * NpusimException} with exit code 2 that names the section and the offset in it. Contents of
 * constant buffers are read when asked for.
 */
public final class ProgramReader {
  private static final int HEAD_BYTES = ProgramWriter.MAGIC.length + 16;

  private final ContainerSource source;
  private final Map<Section, long[]> table = new EnumMap<>(Section.class);

  private ProgramReader(ContainerSource source) {
    this.source = source;
  }

  /** Reads a file. */
  public static Program read(Path file) {
    try {
      return new ProgramReader(new ContainerSource.OnDisk(file, Files.size(file))).read();
    } catch (IOException e) {
      throw ContainerSource.cannotRead(file, e);
    }
  }

  /** Reads a container in memory; {@code name} is for messages. */
  public static Program read(String name, byte[] bytes) {
    return new ProgramReader(new ContainerSource.Memory(name, bytes)).read();
  }

  /** True when a file begins like a container. */
  public static boolean isContainer(Path file) {
    try (var in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(ProgramWriter.MAGIC.length), ProgramWriter.MAGIC);
    } catch (IOException e) {
      return false;
    }
  }

  private Program read() {
    readTable();
    ByteReader meta = section(Section.META);
    String name = meta.text();
    String hardware = meta.text();
    String fingerprint = meta.text();
    int coresPerChip = meta.u32();
    if (coresPerChip < 1) {
      throw meta.fault(meta.position() - 4, "cores per chip is " + coresPerChip);
    }
    long dramBytes = meta.u64();
    var coverage =
        new Coverage(
            meta.u32(),
            meta.u32(),
            meta.u32(),
            meta.u32(),
            meta.u32(),
            meta.u32(),
            meta.u64(),
            meta.u64());
    meta.end();
    List<NodeInfo> nodes = items(Section.NODE, 52, ProgramReader::node);
    List<CoreCode> streams = streams(nodes);
    List<Program.Launch> cores =
        items(Section.CORE, 4 + 8 * (Word.REGISTERS - 1), in -> launch(in, streams));
    List<Param> params = items(Section.PARM, 32, ProgramReader::param);
    List<Buffer> buffers = items(Section.BUFF, 30, ProgramReader::buffer);
    return new Program(
        name,
        hardware,
        fingerprint,
        coresPerChip,
        cores,
        params,
        buffers,
        constants(buffers),
        nodes,
        coverage,
        dramBytes);
  }

  private void readTable() {
    if (source.size() < HEAD_BYTES) {
      throw foreign("has " + source.size() + " bytes, a container has at least " + HEAD_BYTES);
    }
    byte[] headBytes = source.read(0, HEAD_BYTES);
    if (!Arrays.equals(
        headBytes,
        0,
        ProgramWriter.MAGIC.length,
        ProgramWriter.MAGIC,
        0,
        ProgramWriter.MAGIC.length)) {
      throw foreign("is not an npusim program: the first bytes are not those of a container");
    }
    var head = new ByteReader(source.name(), "header", headBytes);
    head.skip(ProgramWriter.MAGIC.length);
    int version = head.u32();
    if (version != ProgramWriter.VERSION) {
      throw foreign(
          "has container version " + version + ", this npusim reads " + ProgramWriter.VERSION);
    }
    int isa = head.u32();
    if (isa != IsaFingerprint.value()) {
      throw foreign(
          String.format(
              Locale.ROOT,
              "was made for another instruction set (fingerprint %08x, this is %08x)",
              isa,
              IsaFingerprint.value()));
    }
    long count = head.u32() & 0xffffffffL;
    int expected = head.u32();
    long end = HEAD_BYTES + count * Section.TABLE_ENTRY_BYTES;
    if (count > 64 || end > source.size()) {
      throw ByteReader.fault(source.name(), "header", 16, count + " sections do not fit the file");
    }
    byte[] entries = source.read(HEAD_BYTES, (int) (end - HEAD_BYTES));
    var crc = new java.util.zip.CRC32();
    crc.update(headBytes, 0, HEAD_BYTES - 4);
    crc.update(entries);
    if ((int) crc.getValue() != expected) {
      throw ByteReader.fault(
          source.name(), "header", HEAD_BYTES, "the section table is damaged (CRC differs)");
    }
    readEntries(new ByteReader(source.name(), "header", entries), (int) count);
  }

  private void readEntries(ByteReader in, int count) {
    for (int i = 0; i < count; i++) {
      String name = new String(in.buffer(), in.skip(4), 4, StandardCharsets.ISO_8859_1);
      long offset = in.u64();
      long length = in.u64();
      int expected = in.u32();
      Section section =
          Section.ofName(name)
              .orElseThrow(() -> ByteReader.fault(source.name(), name, 0, "unknown section"));
      if (offset < 0 || length < 0 || offset > source.size() || length > source.size() - offset) {
        throw ByteReader.fault(
            source.name(),
            name,
            Math.max(0, source.size() - offset),
            "truncated: needs "
                + length
                + " bytes from byte "
                + offset
                + " of the file, which has "
                + source.size());
      }
      if (source.crc(offset, length) != expected) {
        throw ByteReader.fault(
            source.name(), name, 0, "damaged (CRC of its " + length + " bytes differs)");
      }
      table.put(section, new long[] {offset, length});
    }
  }

  private ByteReader section(Section section) {
    long[] range = range(section);
    if (range[1] > Integer.MAX_VALUE - 8) {
      throw ByteReader.fault(
          source.name(), section.name(), 0, "has " + range[1] + " bytes, too many");
    }
    return new ByteReader(source.name(), section.name(), source.read(range[0], (int) range[1]));
  }

  private long[] range(Section section) {
    long[] range = table.get(section);
    if (range == null) {
      throw ByteReader.fault(source.name(), section.name(), 0, "is missing");
    }
    return range;
  }

  private <T> List<T> items(Section section, int itemBytes, Function<ByteReader, T> item) {
    ByteReader in = section(section);
    int count = in.count("number of entries", itemBytes);
    var list = new ArrayList<T>(count);
    for (int i = 0; i < count; i++) {
      list.add(item.apply(in));
    }
    in.end();
    return list;
  }

  private List<CoreCode> streams(List<NodeInfo> nodes) {
    var ids = new HashSet<Integer>();
    nodes.forEach(n -> ids.add(n.id()));
    ids.add(-1);
    ByteReader code = section(Section.CODE);
    ByteReader symbols = section(Section.SYMB);
    ByteReader nodeMap = section(Section.NMAP);
    int count = code.count("number of streams", 4);
    var streams = new ArrayList<CoreCode>(count);
    for (int s = 0; s < count; s++) {
      Instruction[] instructions = instructions(code);
      var labels = new LinkedHashMap<String, Integer>();
      for (int i = symbols.count("number of labels", 8); i > 0; i--) {
        String label = symbols.text();
        int index = symbols.u32();
        if (index < 0 || index > instructions.length || labels.put(label, index) != null) {
          throw symbols.fault(
              symbols.position() - 4,
              "label " + label + " at " + index + " is out of range or given twice");
        }
      }
      var nodeOf = new int[instructions.length];
      for (int i = 0; i < nodeOf.length; i++) {
        nodeOf[i] = nodeMap.u32();
        if (!ids.contains(nodeOf[i])) {
          throw nodeMap.fault(
              nodeMap.position() - 4,
              "instruction " + i + " refers to node " + nodeOf[i] + ", which does not exist");
        }
      }
      streams.add(new CoreCode(instructions, nodeOf, labels));
    }
    code.end();
    symbols.end();
    nodeMap.end();
    return streams;
  }

  private static Instruction[] instructions(ByteReader in) {
    var instructions = new Instruction[in.count("number of instructions", Word.BYTES)];
    for (int i = 0; i < instructions.length; i++) {
      int at = in.skip(Word.BYTES);
      try {
        instructions[i] = Decoder.decode(in.buffer(), at);
      } catch (MalformedInstructionException e) {
        throw in.fault(at, "instruction " + i + ": " + e.getMessage());
      }
      if (instructions[i].op() == Opcode.CALL
          && instructions[i].get(Field.TARGET) >= instructions.length) {
        throw in.fault(
            at,
            "instruction "
                + i
                + " calls "
                + instructions[i].get(Field.TARGET)
                + " of "
                + instructions.length);
      }
    }
    return instructions;
  }

  private static Program.Launch launch(ByteReader in, List<CoreCode> streams) {
    int stream = in.u32();
    if (stream < 0 || stream >= streams.size()) {
      throw in.fault(in.position() - 4, "stream " + stream + " of " + streams.size());
    }
    var registers = new long[Word.REGISTERS];
    for (int r = 1; r < Word.REGISTERS; r++) {
      registers[r] = in.u64();
    }
    return new Program.Launch(streams.get(stream), registers);
  }

  private static Param param(ByteReader in) {
    int at = in.position();
    var param = new Param(in.text(), in.u32(), in.u64(), in.u64(), in.u64());
    if (param.register() < 1 || param.register() >= Word.REGISTERS) {
      throw in.fault(at, "parameter " + param.name() + " is in register " + param.register());
    }
    return param;
  }

  private static Buffer buffer(ByteReader in) {
    int at = in.position();
    String name = in.text();
    int kind = in.u8();
    int chip = in.u32();
    long address = in.u64();
    long bytes = in.u64();
    int type = in.u8();
    if (kind >= Buffer.Kind.values().length
        || chip < 0
        || address < 0
        || bytes < 0
        || DType.ofOnnx(type).isEmpty()) {
      throw in.fault(at, "buffer " + name + " has an impossible kind, chip, address, size or type");
    }
    List<Long> dims = longs(in, "number of dimensions");
    List<Long> strides = longs(in, "number of strides");
    var buffer =
        new Buffer(
            name,
            Buffer.Kind.values()[kind],
            chip,
            address,
            bytes,
            DType.ofOnnx(type).get(),
            dims,
            strides);
    if (!buffer.holdsStrides()) {
      throw in.fault(at, "buffer " + name + " has strides that lead out of it");
    }
    return buffer;
  }

  private static List<Long> longs(ByteReader in, String what) {
    var list = new ArrayList<Long>();
    for (int i = in.count(what, 8); i > 0; i--) {
      list.add(in.u64());
    }
    return list;
  }

  private static NodeInfo node(ByteReader in) {
    return new NodeInfo(
        in.u32(), in.text(), in.text(), in.text(), in.u64(), in.u64(), in.text(), in.u64(),
        in.u64());
  }

  private List<ConstData> constants(List<Buffer> buffers) {
    var sizes = new LinkedHashMap<String, Long>();
    buffers.forEach(b -> sizes.put(b.name(), b.bytes()));
    long[] range = range(Section.DATA);
    var head =
        new ByteReader(source.name(), "DATA", source.read(range[0], (int) Math.min(4, range[1])));
    int indexBytes = head.u32();
    if (indexBytes < 4 || indexBytes > range[1] - 4) {
      throw head.fault(0, "index of " + indexBytes + " bytes does not fit");
    }
    var in = new ByteReader(source.name(), "DATA", source.read(range[0] + 4, indexBytes));
    long offset = 4L + indexBytes;
    var constants = new ArrayList<ConstData>();
    for (int i = in.count("number of constants", 12); i > 0; i--) {
      String name = in.text();
      long bytes = in.u64();
      if (!Long.valueOf(bytes).equals(sizes.get(name))
          || bytes > range[1] - offset
          || bytes > Integer.MAX_VALUE - 8) {
        throw in.fault(
            in.position(),
            "constant "
                + name
                + " of "
                + bytes
                + " bytes has no buffer of that size or is not in the section");
      }
      long at = range[0] + offset;
      constants.add(new ConstData(name, () -> source.read(at, (int) bytes)));
      offset += bytes;
    }
    in.end();
    if (offset != range[1]) {
      throw head.fault(
          (int) Math.min(offset, Integer.MAX_VALUE), (range[1] - offset) + " bytes too many");
    }
    return constants;
  }

  private NpusimException foreign(String message) {
    return NpusimException.usage(
        Diagnostic.error(
            "program-format",
            source.name() + " " + message,
            Location.ofFile(source.name()),
            "make it with npusim compile or npusim asm"));
  }
}
