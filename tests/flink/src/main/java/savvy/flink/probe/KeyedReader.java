package savvy.flink.probe;

import static savvy.flink.RowField.LIST_INDEX;
import static savvy.flink.RowField.LIST_VALUE;
import static savvy.flink.RowField.MAP_KEY;
import static savvy.flink.RowField.MAP_VALUE;
import static savvy.flink.RowField.STATE_KIND;
import static savvy.flink.RowField.STATE_VALUE;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.internal.InternalAppendingState;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.runtime.state.internal.InternalReducingState;
import org.apache.flink.runtime.state.internal.InternalValueState;
import savvy.flink.Row;
import savvy.flink.RowList;

/** Every entry of the keyed states of an operator. */
final class KeyedReader<K> {
  private final KeyedStateBackend<K> backend;
  private final Subtask subtask;
  private final RowList rows;

  KeyedReader(KeyedStateBackend<K> backend, Subtask subtask, RowList rows) {
    this.backend = backend;
    this.subtask = subtask;
    this.rows = rows;
  }

  void read() throws Exception {
    Map<String, InternalKvState<K, ?, ?>> registered = Hidden.get(backend, "keyValueStatesByName");
    RestoredStates<K> restored = new RestoredStates<>(backend, registered);
    for (var state : new TreeMap<>(registered).entrySet()) {
      read(state.getKey(), state.getValue());
    }
    for (String name : restored.names()) {
      read(name, restored.open(name));
      restored.close(name);
    }
  }

  private <N, V> void read(String name, InternalKvState<K, N, V> state) throws Exception {
    Set<Tuple2<K, N>> places = new LinkedHashSet<>();
    try (var stored = backend.<N>getKeysAndNamespaces(name)) {
      stored.forEach(
          place ->
              places.add(
                  Tuple2.of(
                      backend.getKeySerializer().copy(place.f0),
                      state.getNamespaceSerializer().copy(place.f1))));
    }
    for (Tuple2<K, N> place : places) {
      backend.setCurrentKey(place.f0);
      state.setCurrentNamespace(place.f1);
      Row row =
          subtask.at(
              subtask.state("keyed", name),
              place.f0,
              backend.getKeySerializer(),
              place.f1,
              state.getNamespaceSerializer());
      addEntry(row, state);
    }
  }

  /** The serializer of a state is that of its map or list where it has several elements. */
  @SuppressWarnings("unchecked")
  private <V> void addEntry(Row row, InternalKvState<K, ?, V> state) throws Exception {
    TypeSerializer<V> serializer = state.getValueSerializer();
    if (state instanceof InternalMapState<?, ?, ?, ?> map) {
      addMap(row, map.entries(), (MapSerializer<Object, Object>) serializer);
    } else if (state instanceof InternalListState<?, ?, ?> list) {
      addList(row, list.get(), ((ListSerializer<Object>) serializer).getElementSerializer());
    } else if (state instanceof InternalValueState<?, ?, ?> value) {
      addSingle(row, "value", (V) value.value(), serializer);
    } else if (state instanceof InternalReducingState<?, ?, ?> reducing) {
      addSingle(row, "reducing", (V) reducing.getInternal(), serializer);
    } else {
      V accumulator = ((InternalAppendingState<K, ?, ?, V, ?>) state).getInternal();
      addSingle(row, "aggregating", accumulator, serializer);
    }
  }

  private void addMap(
      Row row, Iterable<? extends Map.Entry<?, ?>> entries, MapSerializer<Object, Object> types) {
    for (Map.Entry<?, ?> entry : entries) {
      rows.add(
          row.with(STATE_KIND, "map")
              .with(MAP_KEY, Values.plain(entry.getKey(), types.getKeySerializer()))
              .with(MAP_VALUE, Values.plain(entry.getValue(), types.getValueSerializer())));
    }
  }

  private void addList(Row row, Iterable<?> elements, TypeSerializer<Object> type) {
    int index = 0;
    for (Object element : elements) {
      rows.add(
          row.with(STATE_KIND, "list")
              .with(LIST_INDEX, index++)
              .with(LIST_VALUE, Values.plain(element, type)));
    }
  }

  private <V> void addSingle(Row row, String stateKind, V value, TypeSerializer<V> type) {
    rows.add(row.with(STATE_KIND, stateKind).with(STATE_VALUE, Values.plain(value, type)));
  }
}
