/**
 * Type and shape inference with values known at compile time, and binding of symbolic dimensions
 * and inputs.
 */
package npusim.compiler.shape;
