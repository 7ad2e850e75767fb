package savvy.flink;

import java.util.Locale;

/** Fields of a row of {@code savvy dump}, in the order in which it prints them. */
public enum RowField {
  OPERATOR,
  OPERATOR_ID,
  SUBTASK,
  KIND,
  STATE,
  STATE_KIND,
  KEY_GROUP,
  STATE_KEY,
  STATE_NAMESPACE,
  MAP_KEY,
  MAP_VALUE,
  LIST_INDEX,
  LIST_VALUE,
  STATE_VALUE,
  TIMER_TIMESTAMP;

  /** The name in JSON, for example {@code operator_id}. */
  String jsonName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
