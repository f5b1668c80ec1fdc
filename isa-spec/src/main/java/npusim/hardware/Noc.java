package npusim.hardware;

/**
 * Network on chip between cores, shared SRAM and DRAM channels.
 *
 * @param topology how ports are joined
 * @param bytesPerCycle bandwidth of one port in one direction, bytes per core cycle
 * @param hopLatencyCycles cycles per hop
 * @param multicast whether one read of shared data may serve several cores
 */
public record Noc(
    Topology topology, double bytesPerCycle, int hopLatencyCycles, boolean multicast) {

  /** How ports are joined. */
  public enum Topology {
    RING,
    MESH,
    CROSSBAR
  }

  public Noc {
    Checks.positive(bytesPerCycle, "noc.bytes_per_cycle");
    Checks.notNegative(hopLatencyCycles, "noc.hop_latency_cycles");
  }
}
