/**
 * Diagnostics: what every module says when an input is wrong. A {@link npusim.diag.Diagnostic}
 * names the place, the value and the remedy; an {@link npusim.diag.NpusimException} carries
 * diagnostics and the process exit code to the command line.
 */
package npusim.diag;
