package npusim.hardware;

/**
 * One core: a sequencer and its decoupled units.
 *
 * @param sequencer instruction issue
 * @param dma DMA engines between chip memory and scratchpad
 * @param scratchpad software-managed operand memory
 * @param accumulator memory behind the matrix unit
 * @param matrix systolic arrays
 * @param vector lanes for everything else
 */
public record CoreSpec(
    Sequencer sequencer,
    Dma dma,
    Scratchpad scratchpad,
    Accumulator accumulator,
    MatrixUnit matrix,
    VectorUnit vector) {}
