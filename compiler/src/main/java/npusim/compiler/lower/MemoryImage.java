package npusim.compiler.lower;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import npusim.compiler.ir.Tensor;
import npusim.compiler.memory.MemoryMap;
import npusim.compiler.memory.Storage;
import npusim.program.Buffer;
import npusim.program.ConstData;

/**
 * Where the tensors of a program lie in a chip's DRAM, and what constants are there from the start.
 *
 * @param weightBytes bytes of weights
 */
record MemoryImage(List<Buffer> buffers, List<ConstData> constants, long weightBytes) {

  /**
   * The image of all storages that have a place.
   *
   * @param shared outputs that are another tensor's storage
   */
  static MemoryImage of(MemoryMap memory, Map<String, Storage> shared) {
    List<Buffer> map = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<ConstData> constants = new ArrayList<>();
    long weightBytes = 0;
    for (Storage s : memory.storages()) {
      if (!names.add(s.bufferName())) {
        throw new IllegalStateException("two buffers are called " + s.bufferName());
      }
      map.add(s.buffer(0));
      Tensor t = s.data();
      if (t != null && t.hasData()) {
        constants.add(new ConstData(s.bufferName(), t::toBytes));
      }
      weightBytes += s.kind() == Buffer.Kind.WEIGHT ? s.bytes() : 0;
    }
    shared.forEach(
        (out, s) ->
            map.add(
                Buffer.of(out, Buffer.Kind.OUTPUT, 0, s.address(), s.bytes(), s.type(), s.dims())));
    return new MemoryImage(map, constants, weightBytes);
  }
}
