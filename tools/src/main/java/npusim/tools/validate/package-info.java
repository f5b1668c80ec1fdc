/** Predicted beside measured: validation tables, the runs they ask for, and the errors. */
package npusim.tools.validate;
