package npusim.program;

/**
 * A scalar given at launch, such as the length of the KV cache.
 *
 * @param name name on the command line
 * @param register register every core starts with the value in
 * @param min smallest legal value
 * @param max largest legal value
 * @param defaultValue value when not given
 */
public record Param(String name, int register, long min, long max, long defaultValue) {}
