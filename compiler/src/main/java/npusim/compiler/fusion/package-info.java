/**
 * Fusion: recognises what exporters spell out in primitive operators (normalisation, activations,
 * attention) and joins work that should not go through memory in between.
 */
package npusim.compiler.fusion;
