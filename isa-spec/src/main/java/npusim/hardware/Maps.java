package npusim.hardware;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** Enum-keyed maps that keep declaration order and cannot change. */
final class Maps {
  private Maps() {}

  static <K extends Enum<K>, V> Map<K, V> immutable(Map<K, V> map) {
    if (map.isEmpty()) {
      return Map.of();
    }
    return Collections.unmodifiableMap(new EnumMap<>(map));
  }
}
