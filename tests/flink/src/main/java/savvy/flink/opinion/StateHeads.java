package savvy.flink.opinion;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/**
 * The states of one operator by name, from the heads of its streams: the State Processor API has to
 * be told what to read.
 */
final class StateHeads {
  private final Map<String, StateMetaInfoSnapshot> keyed = new LinkedHashMap<>();
  private final Map<String, StateMetaInfoSnapshot> lists = new LinkedHashMap<>();
  private final Map<String, StateMetaInfoSnapshot> broadcasts = new LinkedHashMap<>();
  private final List<String> unread = new ArrayList<>();
  private TypeSerializer<?> keySerializer;

  static StateHeads of(OperatorState operator) throws IOException {
    StateHeads heads = new StateHeads();
    for (OperatorSubtaskState subtask : operator.getStates()) {
      for (KeyedStateHandle handle : subtask.getManagedKeyedState()) {
        heads.addKeyed(handle);
      }
      for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
        heads.addOperator(handle);
      }
    }
    return heads;
  }

  /** Keyed states; those of timer queues among them. */
  Map<String, StateMetaInfoSnapshot> keyed() {
    return keyed;
  }

  Map<String, StateMetaInfoSnapshot> lists() {
    return lists;
  }

  Map<String, StateMetaInfoSnapshot> broadcasts() {
    return broadcasts;
  }

  /** Nothing if the operator has no keyed state. */
  Optional<TypeSerializer<?>> keySerializer() {
    return Optional.ofNullable(keySerializer);
  }

  /** What this class does not look into. */
  List<String> unread() {
    return unread;
  }

  private void addKeyed(KeyedStateHandle handle) throws IOException {
    StreamStateHandle stream;
    if (handle instanceof KeyGroupsStateHandle keyGroups) {
      stream = keyGroups.getDelegateStateHandle();
    } else if (handle instanceof IncrementalRemoteKeyedStateHandle incremental) {
      stream = incremental.getMetaDataStateHandle();
    } else {
      unread.add("keyed state in a " + handle.getClass().getSimpleName());
      return;
    }
    KeyedBackendSerializationProxy<?> head =
        new KeyedBackendSerializationProxy<>(getClass().getClassLoader());
    try (InputStream in = stream.openInputStream()) {
      head.read(new DataInputViewStreamWrapper(in));
    }
    keySerializer = head.getKeySerializerSnapshot().restoreSerializer();
    head.getStateMetaInfoSnapshots().forEach(state -> keyed.put(state.getName(), state));
  }

  private void addOperator(OperatorStateHandle handle) throws IOException {
    OperatorBackendSerializationProxy head =
        new OperatorBackendSerializationProxy(getClass().getClassLoader());
    try (InputStream in = handle.openInputStream()) {
      head.read(new DataInputViewStreamWrapper(in));
    }
    head.getOperatorStateMetaInfoSnapshots().forEach(state -> lists.put(state.getName(), state));
    head.getBroadcastStateMetaInfoSnapshots()
        .forEach(state -> broadcasts.put(state.getName(), state));
  }
}
