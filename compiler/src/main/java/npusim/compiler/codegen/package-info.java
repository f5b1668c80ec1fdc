/**
 * Instruction emission: affine addresses over tile loops, rings between units, fences between
 * kernels, and the lowering of all that to instructions with hardware loops and scalar registers.
 */
package npusim.compiler.codegen;
