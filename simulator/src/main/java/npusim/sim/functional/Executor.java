package npusim.sim.functional;

/** Semantics of one instruction of a unit, applied at once to a core's state. */
interface Executor {
  /**
   * @throws Fault when the instruction must not do what it is asked to
   */
  void execute(Core core, Args args);
}
