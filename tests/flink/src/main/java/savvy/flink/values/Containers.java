package savvy.flink.values;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/** Collections of the JDK in a line. */
final class Containers {
  private Containers() {}

  @SuppressWarnings("unchecked")
  static <T extends Collection<?>> T fill(T collection, Object... elements) {
    ((Collection<Object>) collection).addAll(Arrays.asList(elements));
    return collection;
  }

  @SuppressWarnings("unchecked")
  static <T extends Map<?, ?>> T put(T map, Object key, Object value) {
    ((Map<Object, Object>) map).put(key, value);
    return map;
  }
}
