/** Runs scenarios: compiles their stages, simulates their launches and adds the results up. */
package npusim.tools.run;
