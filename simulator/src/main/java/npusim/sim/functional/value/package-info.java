/**
 * Values without instructions: rows of elements between memory bytes and Java arrays, scalar
 * functions, and the matrix product. Nothing here knows the instruction set.
 */
package npusim.sim.functional.value;
