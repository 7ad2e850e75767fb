package savvy.flink.bench;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Fills the state of a key; for numbers of the sample, and for timers, compares what it reads. */
final class KeepState extends KeyedProcessFunction<Long, Long, Void> {
  private final long keys;
  private transient ValueState<byte[]> payload;
  private transient MapState<Integer, Long> scores;

  KeepState(long keys) {
    this.keys = keys;
  }

  @Override
  public void open(OpenContext context) {
    var state = getRuntimeContext();
    payload =
        state.getState(
            new ValueStateDescriptor<>(
                "payload", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    scores = state.getMapState(new MapStateDescriptor<>("scores", Types.INT, Types.LONG));
  }

  @Override
  public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
    if (n >= keys) {
      Sample.add(isRight(context.getCurrentKey()));
      return;
    }
    payload.update(Contents.payload(context.getCurrentKey()));
    scores.putAll(Contents.scores(context.getCurrentKey()));
    context.timerService().registerEventTimeTimer(n);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Void> out) throws Exception {
    long key = context.getCurrentKey();
    Sample.add(key == Contents.key(time) && isRight(key));
  }

  private boolean isRight(long key) throws Exception {
    Map<Integer, Long> found = new HashMap<>();
    for (Map.Entry<Integer, Long> score : scores.entries()) {
      found.put(score.getKey(), score.getValue());
    }
    return Arrays.equals(payload.value(), Contents.payload(key))
        && found.equals(Contents.scores(key));
  }
}
