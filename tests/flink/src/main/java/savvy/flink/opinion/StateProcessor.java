package savvy.flink.opinion;

import static savvy.flink.RowField.KIND;
import static savvy.flink.RowField.LIST_VALUE;
import static savvy.flink.RowField.MAP_KEY;
import static savvy.flink.RowField.MAP_VALUE;
import static savvy.flink.RowField.OPERATOR_ID;
import static savvy.flink.RowField.STATE;
import static savvy.flink.RowField.SUBTASK;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.BackendStateType;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.CommonOptionsKeys;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.CommonSerializerKeys;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.SavepointReader;
import org.apache.flink.state.api.runtime.SavepointLoader;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import savvy.flink.Json;
import savvy.flink.Row;
import savvy.flink.probe.Values;

/** Reads a snapshot with Flink's State Processor API, operator by operator. */
final class StateProcessor {
  private final SavepointReader reader;
  private final List<String> lines = new ArrayList<>();
  private final List<String> unread = new ArrayList<>();
  private final Set<String> statesRead = new HashSet<>();

  private StateProcessor(SavepointReader reader) {
    this.reader = reader;
  }

  /** All of a snapshot that the API can read. */
  static StateProcessor read(String snapshot) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    StateProcessor processor = new StateProcessor(SavepointReader.read(env, snapshot));
    for (OperatorState operator :
        SavepointLoader.loadSavepointMetadata(snapshot).getOperatorStates()) {
      processor.read(operator);
    }
    return processor;
  }

  /** Rows, as JSON Lines. */
  List<String> lines() {
    return lines;
  }

  /** Whether a state has been read, be it empty or not. */
  boolean hasRead(String operatorId, String state) {
    return statesRead.contains(operatorId + " " + state);
  }

  /** What the API has no way to read, a line each. */
  List<String> unread() {
    return unread;
  }

  private void read(OperatorState operator) throws Exception {
    String id = operator.getOperatorID().toHexString();
    OperatorIdentifier identifier = OperatorIdentifier.forUidHash(id);
    StateHeads heads = StateHeads.of(operator);
    heads.unread().forEach(what -> unread.add("operator " + id + ": " + what));
    if (operator.getCoordinatorState() != null) {
      unread.add("operator " + id + ": coordinator state");
    }
    if (heads.keySerializer().isPresent()) {
      readKeyed(identifier, id, heads.keySerializer().get(), heads.keyed());
    }
    for (StateMetaInfoSnapshot list : heads.lists().values()) {
      readList(identifier, id, list, serializer(list, CommonSerializerKeys.VALUE_SERIALIZER));
    }
    for (StateMetaInfoSnapshot map : heads.broadcasts().values()) {
      readBroadcast(
          identifier,
          id,
          map.getName(),
          serializer(map, CommonSerializerKeys.KEY_SERIALIZER),
          serializer(map, CommonSerializerKeys.VALUE_SERIALIZER));
    }
  }

  private <K> void readKeyed(
      OperatorIdentifier identifier,
      String id,
      TypeSerializer<K> keySerializer,
      Map<String, StateMetaInfoSnapshot> all)
      throws Exception {
    List<KeyedState> states = new ArrayList<>();
    for (StateMetaInfoSnapshot state : all.values()) {
      if (state.getBackendStateType() != BackendStateType.KEY_VALUE) {
        continue;
      }
      if (serializer(state, CommonSerializerKeys.NAMESPACE_SERIALIZER)
          instanceof VoidNamespaceSerializer) {
        states.add(keyedState(state));
        statesRead.add(id + " " + state.getName());
      } else {
        unread.add("operator " + id + ", state " + state.getName() + ": it has namespaces");
      }
    }
    if (!states.isEmpty()) {
      statesRead.add(id + " _timer_state/event_user-timers");
      statesRead.add(id + " _timer_state/processing_user-timers");
      collect(
          reader.readKeyedState(
              identifier,
              new KeyReader<>(id, keySerializer, states),
              new SerializerTypeInfo<>(keySerializer),
              Types.STRING));
    }
  }

  private <T> void readList(
      OperatorIdentifier identifier,
      String id,
      StateMetaInfoSnapshot state,
      TypeSerializer<T> serializer)
      throws Exception {
    String mode = state.getOption(CommonOptionsKeys.OPERATOR_STATE_DISTRIBUTION_MODE);
    boolean union = mode.equals("UNION");
    SerializerTypeInfo<T> type = new SerializerTypeInfo<>(serializer);
    DataStream<T> elements =
        union
            ? reader.readUnionState(identifier, state.getName(), type, serializer)
            : reader.readListState(identifier, state.getName(), type, serializer);
    statesRead.add(id + " " + state.getName());
    Row row = row(id, union ? "union" : "list", state.getName());
    try (CloseableIterator<T> all = elements.executeAndCollect()) {
      while (all.hasNext()) {
        lines.add(Json.line(row.with(LIST_VALUE, Values.plain(all.next(), serializer))));
      }
    }
  }

  private <K, V> void readBroadcast(
      OperatorIdentifier identifier,
      String id,
      String name,
      TypeSerializer<K> keys,
      TypeSerializer<V> values)
      throws Exception {
    DataStream<Tuple2<K, V>> entries =
        reader.readBroadcastState(
            identifier,
            name,
            new SerializerTypeInfo<>(keys),
            new SerializerTypeInfo<>(values),
            keys,
            values);
    statesRead.add(id + " " + name);
    try (CloseableIterator<Tuple2<K, V>> all = entries.executeAndCollect()) {
      while (all.hasNext()) {
        Tuple2<K, V> entry = all.next();
        lines.add(
            Json.line(
                row(id, "broadcast", name)
                    .with(MAP_KEY, Values.plain(entry.f0, keys))
                    .with(MAP_VALUE, Values.plain(entry.f1, values))));
      }
    }
  }

  private void collect(DataStream<String> rows) throws Exception {
    try (CloseableIterator<String> all = rows.executeAndCollect()) {
      all.forEachRemaining(lines::add);
    }
  }

  private static KeyedState keyedState(StateMetaInfoSnapshot state) {
    return new KeyedState(
        state.getName(),
        StateDescriptor.Type.valueOf(state.getOption(CommonOptionsKeys.KEYED_STATE_TYPE)),
        serializer(state, CommonSerializerKeys.VALUE_SERIALIZER));
  }

  private static TypeSerializer<?> serializer(
      StateMetaInfoSnapshot state, CommonSerializerKeys which) {
    return state.getTypeSerializerSnapshot(which).restoreSerializer();
  }

  private static Row row(String id, String kind, String state) {
    return Row.EMPTY
        .with(OPERATOR_ID, id)
        .with(SUBTASK, 0)
        .with(KIND, kind)
        .with(STATE, state);
  }
}
