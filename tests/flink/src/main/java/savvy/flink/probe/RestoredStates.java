package savvy.flink.probe;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.internal.InternalKvState;

/**
 * Keyed states that a backend has restored and no operator has asked for yet, such as those of
 * window triggers, which register theirs with the first element.
 */
final class RestoredStates<K> {
  /** Where the backends list what they restored. */
  private static final List<String> FIELDS = List.of("registeredKVStates", "kvStateInformation");

  private final KeyedStateBackend<K> backend;
  private final Map<String, InternalKvState<K, ?, ?>> registered;
  private final Map<String, ?> restored;

  RestoredStates(KeyedStateBackend<K> backend, Map<String, InternalKvState<K, ?, ?>> registered)
      throws ReflectiveOperationException {
    this.backend = backend;
    this.registered = registered;
    this.restored = restored(backend);
  }

  private static Map<String, ?> restored(Object backend) throws ReflectiveOperationException {
    for (String field : FIELDS) {
      if (Hidden.has(backend, field)) {
        return Hidden.get(backend, field);
      }
    }
    return Map.of();
  }

  Set<String> names() {
    Set<String> names = new TreeSet<>(restored.keySet());
    names.removeAll(registered.keySet());
    names.removeIf(name -> name.startsWith("_timer_state/"));
    return names;
  }

  /** The state, for {@link #close} to hide again: its functions are not those of the operator. */
  @SuppressWarnings("unchecked")
  InternalKvState<K, ?, ?> open(String name) throws Exception {
    RegisteredKeyValueStateBackendMetaInfo<?, Object> meta =
        Hidden.get(restored.get(name), "metaInfo");
    TypeSerializer<Object> namespace = (TypeSerializer<Object>) meta.getNamespaceSerializer();
    return (InternalKvState<K, ?, ?>)
        backend.<Object, org.apache.flink.api.common.state.State, Object>getOrCreateKeyedState(
            namespace, (StateDescriptor<org.apache.flink.api.common.state.State, Object>)
                descriptor(name, meta));
  }

  void close(String name) {
    registered.remove(name);
  }

  @SuppressWarnings("unchecked")
  private static StateDescriptor<?, ?> descriptor(
      String name, RegisteredKeyValueStateBackendMetaInfo<?, Object> meta) {
    TypeSerializer<Object> value = meta.getStateSerializer();
    switch (meta.getStateType()) {
      case LIST:
        TypeSerializer<?> elements = value;
        return new ListStateDescriptor<>(
            name, ((ListSerializer<Object>) elements).getElementSerializer());
      case MAP:
        TypeSerializer<?> entries = value;
        MapSerializer<Object, Object> map = (MapSerializer<Object, Object>) entries;
        return new MapStateDescriptor<>(name, map.getKeySerializer(), map.getValueSerializer());
      case REDUCING:
        return new ReducingStateDescriptor<>(name, (first, second) -> first, value);
      case AGGREGATING:
        return new AggregatingStateDescriptor<>(name, new Untouched(), value);
      default:
        return new ValueStateDescriptor<>(name, value);
    }
  }

  /** Accumulators are only read. */
  private static final class Untouched implements AggregateFunction<Object, Object, Object> {
    @Override
    public Object createAccumulator() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Object add(Object value, Object accumulator) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Object getResult(Object accumulator) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Object merge(Object first, Object second) {
      throw new UnsupportedOperationException();
    }
  }
}
