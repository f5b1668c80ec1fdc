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
 * @param placedReadBytesPerCycle the same of data that lie in the channel nearest to the core that
 *     reads them; 0 when there is no difference
 * @param memoryWriteBytesPerCycle what it carries from the cores to the channels
 * @param packetBytes largest packet; 0 when a transfer is one
 * @param multicastHopCycles cycles that each packet of a multicast takes for every hop to its
 *     farthest target, beyond its bytes: all of its way must be free before it leaves
 * @param memoryBytesPerCycle the same of both directions together
 */
public record Noc(
    Topology topology,
    double bytesPerCycle,
    int hopLatencyCycles,
    boolean multicast,
    double memoryReadBytesPerCycle,
    double placedReadBytesPerCycle,
    double memoryWriteBytesPerCycle,
    int packetBytes,
    double multicastHopCycles,
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
    Checks.notNegative(placedReadBytesPerCycle, "noc.placed_read_bytes_per_cycle");
    Checks.notNegative(memoryWriteBytesPerCycle, "noc.memory_write_bytes_per_cycle");
    Checks.notNegative(memoryBytesPerCycle, "noc.memory_bytes_per_cycle");
    Checks.notNegative(packetBytes, "noc.packet_bytes");
    Checks.notNegative(multicastHopCycles, "noc.multicast_hop_cycles");
  }

  /**
   * Cycles that the packets of a multicast take to reserve their ways.
   *
   * @param hops to the farthest target
   */
  public double reserving(double bytes, double hops) {
    double packets = packetBytes == 0 ? 1 : Math.ceil(bytes / packetBytes);
    return packets * hops * multicastHopCycles;
  }
}
