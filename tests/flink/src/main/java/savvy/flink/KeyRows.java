package savvy.flink;

import static savvy.flink.RowField.KIND;
import static savvy.flink.RowField.STATE;
import static savvy.flink.RowField.STATE_KIND;
import static savvy.flink.RowField.STATE_NAMESPACE;
import static savvy.flink.RowField.STATE_VALUE;
import static savvy.flink.RowField.TIMER_TIMESTAMP;

import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/** The expected rows of one key: its keyed states and its timers. */
public final class KeyRows {
  private final Row key;
  private final RowList rows;

  KeyRows(Row key, RowList rows) {
    this.key = key;
    this.rows = rows;
  }

  /** The same key in a window; otherwise the namespace is void. */
  public KeyRows in(TimeWindow window) {
    return new KeyRows(key.with(STATE_NAMESPACE, window), rows);
  }

  public KeyRows value(String state, Object value) {
    return single("value", state, value);
  }

  public KeyRows reducing(String state, Object value) {
    return single("reducing", state, value);
  }

  public KeyRows aggregating(String state, Object accumulator) {
    return single("aggregating", state, accumulator);
  }

  public KeyRows list(String state, List<?> elements) {
    rows.addElements(keyed("list", state), elements);
    return this;
  }

  public KeyRows map(String state, Map<?, ?> entries) {
    rows.addEntries(keyed("map", state), entries);
    return this;
  }

  /** Timers of a time domain and timer service, such as {@code event_user-timers}. */
  public KeyRows timers(String service, List<Long> timestamps) {
    Row row = key.with(KIND, "timer").with(STATE, "_timer_state/" + service);
    timestamps.forEach(timestamp -> rows.add(row.with(TIMER_TIMESTAMP, timestamp)));
    return this;
  }

  private KeyRows single(String stateKind, String state, Object value) {
    rows.add(keyed(stateKind, state).with(STATE_VALUE, value));
    return this;
  }

  private Row keyed(String stateKind, String state) {
    return key.with(KIND, "keyed").with(STATE, state).with(STATE_KIND, stateKind);
  }
}
