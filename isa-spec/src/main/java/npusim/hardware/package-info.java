/**
 * The hardware description: immutable records of one NPU system, and the loader that builds them
 * from YAML.
 *
 * <p>{@code hardware.schema.json} beside the presets is the one place where a parameter is defined:
 * its type, unit, legal range, default and meaning. Validation, defaults, {@code docs/config.md}
 * and editor completion all come from it. The records repeat none of that; they only give the
 * values names and types.
 *
 * <p>All times are core clock cycles unless the name says otherwise; all DRAM timings are memory
 * clock cycles.
 */
package npusim.hardware;
