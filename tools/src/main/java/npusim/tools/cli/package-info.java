/** The subcommands: parsing of arguments and printing, nothing else. */
package npusim.tools.cli;
