package savvy.flink.finished;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;
import savvy.flink.PlannedScenario;
import savvy.flink.source.NumberSource;

/** A source and an operator that have ended, beside others that go on (FLIP-147). */
public final class FinishedSources implements PlannedScenario {
  private static final String ENDED_UID = "ended-count";
  private static final String LIVE_UID = "live-count";
  private static final long NUMBERS = 20;

  @Override
  public String name() {
    return "finished-sources";
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    count(numbers(env, NumberSource.bounded(NUMBERS), "ended"), ENDED_UID);
    DataStream<Long> live = numbers(env, new NumberSource(NUMBERS), "live");
    DataStream<Long> half = numbers(env, NumberSource.bounded(NUMBERS), "half-ended");
    count(live.union(half), LIVE_UID);
  }

  /** What has ended has no state; where one input of two has ended, both have been counted. */
  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows live = rows.operator(LIVE_UID);
    for (long n = 0; n < NUMBERS; n++) {
      live.key(n).value("count", 2L);
    }
  }

  private static DataStream<Long> numbers(
      StreamExecutionEnvironment env, NumberSource source, String uid) {
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), uid, Types.LONG).uid(uid);
  }

  private static void count(DataStream<Long> numbers, String uid) {
    numbers.keyBy(n -> n, Types.LONG).process(new Count(), Types.VOID).uid(uid).name(uid);
  }

  private static final class Count extends KeyedProcessFunction<Long, Long, Void> {
    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
      count.update(count.value() == null ? 1 : count.value() + 1);
    }
  }
}
