package npusim.hardware;

/**
 * Network on chip between cores, shared SRAM and DRAM channels.
 *
 * @param topology how ports are joined
 * @param bytesPerCycle bandwidth of one port in one direction, bytes per core cycle
 * @param hopLatencyCycles cycles per hop
 * @param multicast whether one read of shared data may serve several cores
 * @param memoryReadBytesPerCycle what the network carries from the memory channels to all cores of
 *     a chip together, bytes per core cycle; 0 when it is no limit
 * @param memoryWriteBytesPerCycle the same from the cores to the channels
 * @param memoryBytesPerCycle the same of both directions together
 */
public record Noc(
    Topology topology,
    double bytesPerCycle,
    int hopLatencyCycles,
    boolean multicast,
    double memoryReadBytesPerCycle,
    double memoryWriteBytesPerCycle,
    double memoryBytesPerCycle) {

  /** How ports are joined. */
  public enum Topology {
    RING,
    MESH,
    CROSSBAR
  }

  public Noc {
    Checks.positive(bytesPerCycle, "noc.bytes_per_cycle");
    Checks.notNegative(hopLatencyCycles, "noc.hop_latency_cycles");
    Checks.notNegative(memoryReadBytesPerCycle, "noc.memory_read_bytes_per_cycle");
    Checks.notNegative(memoryWriteBytesPerCycle, "noc.memory_write_bytes_per_cycle");
    Checks.notNegative(memoryBytesPerCycle, "noc.memory_bytes_per_cycle");
  }
}
