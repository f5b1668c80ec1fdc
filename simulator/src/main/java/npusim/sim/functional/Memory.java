package npusim.sim.functional;

import java.util.LinkedHashMap;
import java.util.Map;
import npusim.diag.Names;
import npusim.diag.NpusimException;
import npusim.program.Buffer;
import npusim.program.ConstData;
import npusim.program.Program;

/**
 * The DRAM of all chips of a system with a program's constants in place. It outlives runs: buffers
 * of kind STATE keep their contents from one to the next.
 */
public final class Memory {
  private final Program program;
  private final Dram[] drams;
  private final Map<String, Buffer> buffers = new LinkedHashMap<>();

  Memory(Program program, int chips) {
    this.program = program;
    drams = new Dram[chips];
    for (int i = 0; i < chips; i++) {
      drams[i] = new Dram(program.dramBytes());
    }
    program.buffers().forEach(b -> buffers.put(b.name(), b));
    for (ConstData c : program.constants()) {
      Buffer b = buffer(c.buffer());
      drams[b.chip()].place(b.address(), b.bytes(), c.data());
    }
  }

  Dram[] drams() {
    return drams;
  }

  /** The program it was made for. */
  Program program() {
    return program;
  }

  private Buffer buffer(String name) {
    Buffer b = buffers.get(name);
    if (b == null) {
      throw NpusimException.usage(
          "exec-buffer",
          "program '" + program.name() + "' has no buffer '" + name + "'",
          Names.suggest(name, buffers.keySet()));
    }
    return b;
  }

  /**
   * Writes a whole buffer.
   *
   * @param name buffer name
   * @param content its bytes, little-endian, row-major, 4-bit types packed low nibble first
   * @throws NpusimException when there is no such buffer or the length differs
   */
  public void write(String name, byte[] content) {
    Buffer b = buffer(name);
    if (content.length != b.hostBytes()) {
      throw NpusimException.usage(
          "exec-buffer",
          "buffer '"
              + name
              + "' holds "
              + b.hostBytes()
              + " bytes, but "
              + content.length
              + " are given",
          "it is " + b.type() + " of shape " + b.dims());
    }
    Dram dram = drams[b.chip()];
    rows(b, (address, at, bytes) -> dram.write(address, content, at, bytes));
  }

  /**
   * Reads a whole buffer.
   *
   * @param name buffer name
   * @return its bytes, little-endian, row-major, 4-bit types packed low nibble first
   * @throws NpusimException when there is no such buffer
   */
  public byte[] read(String name) {
    Buffer b = buffer(name);
    byte[] content = new byte[Math.toIntExact(b.hostBytes())];
    Dram dram = drams[b.chip()];
    rows(b, (address, at, bytes) -> dram.read(address, content, at, bytes));
    return content;
  }

  /** Does something with pieces of a buffer that lie together both there and at the host. */
  private static void rows(Buffer b, Piece p) {
    if (b.strides().isEmpty()) {
      p.move(b.address(), 0, Math.toIntExact(b.hostBytes()));
      return;
    }
    int unit = Math.toIntExact(b.type().bytesFor(1));
    int rank = b.dims().size();
    boolean together = rank > 0 && b.strides().getLast() == 1;
    int row = together ? Math.toIntExact(b.dims().getLast()) : 1;
    int bytes = Math.multiplyExact(row, unit);
    int rows = bytes == 0 ? 0 : Math.toIntExact(b.hostBytes() / bytes);
    for (int i = 0; i < rows; i++) {
      long at = 0;
      long rest = i;
      for (int d = together ? rank - 2 : rank - 1; d >= 0; d--) {
        at += rest % b.dims().get(d) * b.strides().get(d);
        rest /= b.dims().get(d);
      }
      p.move(b.address() + at * unit, i * bytes, bytes);
    }
  }

  /** Something to do with bytes in DRAM and in the host's array. */
  private interface Piece {
    void move(long address, int at, int bytes);
  }
}
