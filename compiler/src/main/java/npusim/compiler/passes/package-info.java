/**
 * Graph passes: one class, one name each. Text-in, text-out tests are in {@code
 * src/test/resources/passes}.
 */
package npusim.compiler.passes;
