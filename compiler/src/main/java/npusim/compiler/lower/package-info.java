/**
 * From a graph of core operators to a program: placement of tensors, kernels in order, memory map.
 */
package npusim.compiler.lower;
