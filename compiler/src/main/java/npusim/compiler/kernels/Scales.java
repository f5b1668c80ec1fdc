package npusim.compiler.kernels;

import npusim.compiler.memory.View;

/**
 * Scales of stored weights: one for every {@code block} elements along the sums of a column.
 *
 * @param block elements of a column that share a scale
 * @param scale [G, N]
 * @param zero stored values that stand for zero [G, N], or null where that is 0
 */
record Scales(int block, View scale, View zero) {}
