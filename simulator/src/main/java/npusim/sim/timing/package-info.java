/**
 * Timing engine: runs a program without data and says how many cycles it takes and where they go.
 *
 * <p>{@link npusim.sim.timing.TimingSimulator} is the way in. Each core's program is decoded once
 * into primitive arrays ({@code Decoder}); {@code Engine} is the event loop; one class per unit
 * holds the cost mechanism.
 */
package npusim.sim.timing;
