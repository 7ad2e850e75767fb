package savvy.flink.opinion;

import static savvy.flink.RowField.KIND;
import static savvy.flink.RowField.OPERATOR_ID;
import static savvy.flink.RowField.STATE;
import static savvy.flink.RowField.STATE_KEY;
import static savvy.flink.RowField.SUBTASK;
import static savvy.flink.RowField.TIMER_TIMESTAMP;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.state.api.functions.KeyedStateReaderFunction;
import org.apache.flink.util.Collector;
import savvy.flink.Json;
import savvy.flink.Row;
import savvy.flink.probe.Values;

/** Reads all states and user timers of a key, as lines of JSON. */
final class KeyReader<K> extends KeyedStateReaderFunction<K, String> {
  private static final long serialVersionUID = 1;

  private final String operatorId;
  private final TypeSerializer<K> keySerializer;
  private final List<KeyedState> states;
  private transient Map<String, KeyedState.Reader> readers;

  KeyReader(String operatorId, TypeSerializer<K> keySerializer, List<KeyedState> states) {
    this.operatorId = operatorId;
    this.keySerializer = keySerializer;
    this.states = states;
  }

  /** What Flink 1 calls. */
  @SuppressWarnings("deprecation")
  public void open(Configuration unused) throws Exception {
    register();
  }

  @Override
  public void open(OpenContext context) throws Exception {
    register();
  }

  @Override
  public void readKey(K key, Context context, Collector<String> out) throws Exception {
    Row row =
        Row.EMPTY
            .with(OPERATOR_ID, operatorId)
            .with(SUBTASK, 0)
            .with(STATE_KEY, Values.plain(key, keySerializer));
    for (var reader : readers.entrySet()) {
      Row state = row.with(KIND, "keyed").with(STATE, reader.getKey());
      for (Row entry : reader.getValue().read(state)) {
        out.collect(Json.line(entry));
      }
    }
    addTimers(row, "event", context.registeredEventTimeTimers(), out);
    addTimers(row, "processing", context.registeredProcessingTimeTimers(), out);
  }

  private static void addTimers(
      Row row, String domain, Set<Long> timers, Collector<String> out) throws Exception {
    Row service = row.with(KIND, "timer").with(STATE, "_timer_state/" + domain + "_user-timers");
    for (Long timer : timers) {
      out.collect(Json.line(service.with(TIMER_TIMESTAMP, timer)));
    }
  }

  private void register() throws ReflectiveOperationException {
    readers = new LinkedHashMap<>();
    for (KeyedState state : states) {
      readers.put(state.name(), state.register(getRuntimeContext()));
    }
  }
}
