/** Quantisation: integer arithmetic for quantised models, and quantising models that are not. */
package npusim.compiler.quant;
