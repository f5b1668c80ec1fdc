package npusim.sim.timing;

/**
 * What one chip's DRAM did.
 *
 * @param chip chip in the system
 * @param bytesRead bytes read
 * @param bytesWritten bytes written
 * @param activates row activations
 * @param refreshes refresh commands
 * @param rowHits row segments served from an open row
 * @param rowConflicts row segments that closed another row first
 * @param channelBusyCycles core cycles each channel's data bus moved bytes
 */
public record DramTime(
    int chip,
    long bytesRead,
    long bytesWritten,
    long activates,
    long refreshes,
    long rowHits,
    long rowConflicts,
    long[] channelBusyCycles) {}
