package savvy.flink.probe;

import static savvy.flink.RowField.LIST_INDEX;
import static savvy.flink.RowField.LIST_VALUE;
import static savvy.flink.RowField.MAP_KEY;
import static savvy.flink.RowField.MAP_VALUE;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.BackendWritableBroadcastState;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.PartitionableListState;
import org.apache.flink.runtime.state.RegisteredBroadcastStateBackendMetaInfo;
import org.apache.flink.runtime.state.RegisteredOperatorStateBackendMetaInfo;
import savvy.flink.Row;
import savvy.flink.RowList;

/** Every element of the operator states that a subtask was given, registered or not. */
final class OperatorReader {
  private final Subtask subtask;
  private final RowList rows;

  private OperatorReader(Subtask subtask, RowList rows) {
    this.subtask = subtask;
    this.rows = rows;
  }

  static void read(OperatorStateBackend backend, Subtask subtask, RowList rows) throws Exception {
    OperatorReader reader = new OperatorReader(subtask, rows);
    Map<String, PartitionableListState<?>> lists = Hidden.get(backend, "registeredOperatorStates");
    for (var list : sorted(lists).entrySet()) {
      reader.addList(list.getKey(), list.getValue());
    }
    Map<String, BackendWritableBroadcastState<?, ?>> maps =
        Hidden.get(backend, "registeredBroadcastStates");
    for (var map : sorted(maps).entrySet()) {
      reader.addBroadcast(map.getKey(), map.getValue());
    }
  }

  private <T> void addList(String name, PartitionableListState<T> state) {
    RegisteredOperatorStateBackendMetaInfo<T> meta = state.getStateMetaInfo();
    boolean union = meta.getAssignmentMode() == OperatorStateHandle.Mode.UNION;
    Row row = subtask.state(union ? "union" : "list", name);
    int index = 0;
    for (T element : state.get()) {
      Object plain = Values.plain(element, meta.getPartitionStateSerializer());
      rows.add(row.with(LIST_INDEX, index++).with(LIST_VALUE, plain));
    }
  }

  private <K, V> void addBroadcast(String name, BackendWritableBroadcastState<K, V> state)
      throws Exception {
    RegisteredBroadcastStateBackendMetaInfo<K, V> meta = Hidden.get(state, "stateMetaInfo");
    for (Map.Entry<K, V> entry : state.entries()) {
      rows.add(
          subtask
              .state("broadcast", name)
              .with(MAP_KEY, Values.plain(entry.getKey(), meta.getKeySerializer()))
              .with(MAP_VALUE, Values.plain(entry.getValue(), meta.getValueSerializer())));
    }
  }

  private static <V> Map<String, V> sorted(Map<String, V> states) {
    return new TreeMap<>(states);
  }
}
