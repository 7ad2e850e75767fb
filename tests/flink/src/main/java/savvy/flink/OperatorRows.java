package savvy.flink;

import static savvy.flink.RowField.KEY_GROUP;
import static savvy.flink.RowField.KIND;
import static savvy.flink.RowField.STATE;
import static savvy.flink.RowField.STATE_KEY;
import static savvy.flink.RowField.SUBTASK;

import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/** The expected rows of one operator. */
public final class OperatorRows {
  private final Row operator;
  private final Layout layout;
  private final RowList rows;

  OperatorRows(Row operator, Layout layout, RowList rows) {
    this.operator = operator;
    this.layout = layout;
    this.rows = rows;
  }

  /** The rows of a key, in the subtask and key group that Flink gives it. */
  public KeyRows key(Object key) {
    int keyGroup = KeyGroupRangeAssignment.assignToKeyGroup(key, layout.maxParallelism());
    int subtask =
        KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup(
            layout.maxParallelism(), layout.parallelism(), keyGroup);
    return new KeyRows(
        operator.with(SUBTASK, subtask).with(KEY_GROUP, keyGroup).with(STATE_KEY, key), rows);
  }

  /** Operator list state: what this subtask added, in that order. */
  public void list(int subtask, String state, List<?> elements) {
    rows.addElements(state(subtask, "list", state), elements);
  }

  /** Union list state: stored like list state, handed out whole on restore. */
  public void union(int subtask, String state, List<?> elements) {
    rows.addElements(state(subtask, "union", state), elements);
  }

  /** Broadcast state: every subtask stores a copy. */
  public void broadcast(String state, Map<?, ?> entries) {
    for (int subtask = 0; subtask < layout.parallelism(); subtask++) {
      rows.addEntries(state(subtask, "broadcast", state), entries);
    }
  }

  private Row state(int subtask, String kind, String state) {
    return operator.with(SUBTASK, subtask).with(KIND, kind).with(STATE, state);
  }
}
