/** Kernels: one class per family of operators, each turning a node into instructions. */
package npusim.compiler.kernels;
