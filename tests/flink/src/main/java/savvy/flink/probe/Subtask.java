package savvy.flink.probe;

import static savvy.flink.RowField.KEY_GROUP;
import static savvy.flink.RowField.KIND;
import static savvy.flink.RowField.STATE;
import static savvy.flink.RowField.STATE_KEY;
import static savvy.flink.RowField.STATE_NAMESPACE;

import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.VoidNamespace;
import savvy.flink.Row;

/**
 * What the rows of one subtask share.
 *
 * @param row the operator and the index of the subtask
 * @param keyGroups number of key groups
 */
record Subtask(Row row, int keyGroups) {

  Row state(String kind, String state) {
    return row.with(KIND, kind).with(STATE, state);
  }

  /** The row of a state, at a key in a namespace; the void one is left out. */
  <K, N> Row at(
      Row state,
      K key,
      TypeSerializer<K> keySerializer,
      N namespace,
      TypeSerializer<N> namespaceSerializer) {
    Row keyed =
        state
            .with(KEY_GROUP, KeyGroupRangeAssignment.assignToKeyGroup(key, keyGroups))
            .with(STATE_KEY, Values.plain(key, keySerializer));
    return namespace instanceof VoidNamespace
        ? keyed
        : keyed.with(STATE_NAMESPACE, Values.plain(namespace, namespaceSerializer));
  }
}
