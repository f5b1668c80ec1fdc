/** Text form of programs: assembler and disassembler. */
package npusim.asm;
