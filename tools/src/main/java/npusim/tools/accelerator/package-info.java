/**
 * Programs that open accelerators' own software or hardware would run, written in npusim's
 * instruction set: the commands of Gemmini's loop unroller and of plain instruction streams, the
 * task stream of VTA. They carry addresses, counts and semaphores but no data; their time is that
 * of the timing simulator on the accelerator's preset.
 */
package npusim.tools.accelerator;
