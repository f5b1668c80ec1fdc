package npusim.hardware;

/**
 * Banked software-managed memory of one core.
 *
 * @param bytes capacity
 * @param banks banks; {@code bytes} is a multiple of {@code banks}
 * @param portsPerBank accesses a bank serves per cycle, reads and writes together
 * @param bytesPerCyclePerBank word width of one port
 * @param interleaveBytes consecutive bytes in one bank before the next bank follows; {@code bytes /
 *     banks} means banks are contiguous blocks
 * @param latencyCycles from request to data
 * @param keepsTensors whether tensors may stay from one kernel to the next; if not, every kernel
 *     reads them from memory and writes them there
 * @param dmaFirst a bank that DMA writes to in a cycle serves no read of the matrix unit in it
 */
public record Scratchpad(
    long bytes,
    int banks,
    int portsPerBank,
    int bytesPerCyclePerBank,
    long interleaveBytes,
    int latencyCycles,
    boolean keepsTensors,
    boolean dmaFirst) {
  public Scratchpad {
    Checks.positive(bytes, "scratchpad.bytes");
    Checks.positive(banks, "scratchpad.banks");
    Checks.positive(portsPerBank, "scratchpad.ports_per_bank");
    Checks.positive(bytesPerCyclePerBank, "scratchpad.bytes_per_cycle_per_bank");
    Checks.positive(interleaveBytes, "scratchpad.interleave_bytes");
    Checks.notNegative(latencyCycles, "scratchpad.latency_cycles");
  }

  /** Capacity of one bank in bytes. */
  public long bankBytes() {
    return bytes / banks;
  }

  /** Bytes per cycle with every port of every bank busy. */
  public long peakBytesPerCycle() {
    return (long) banks * portsPerBank * bytesPerCyclePerBank;
  }

  /** The bank that holds the byte at {@code address}. */
  public int bankOf(long address) {
    return (int) ((address / interleaveBytes) % banks);
  }
}
