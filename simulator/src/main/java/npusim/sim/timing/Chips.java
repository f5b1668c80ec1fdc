package npusim.sim.timing;

import java.util.Optional;

/**
 * How the chips of a program are simulated.
 *
 * @param counterparts what they are to each other, when they are several that run the same code
 * @param mirrored whether the first stands for all
 */
record Chips(Optional<Counterparts> counterparts, boolean mirrored) {}
