/** Choice of tile sizes against a chip's capacities and rates. */
package npusim.compiler.tiling;
