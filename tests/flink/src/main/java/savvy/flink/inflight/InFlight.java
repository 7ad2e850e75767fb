package savvy.flink.inflight;

import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.ObservedScenario;
import savvy.flink.OperatorRows;
import savvy.flink.PlannedScenario;
import savvy.flink.source.NumberSource;

/**
 * A source that is done before the operator behind it, so that a checkpoint finds records on their
 * way. What they add is known: when all have arrived, each key has its share of the numbers.
 */
public final class InFlight implements ObservedScenario, PlannedScenario {
  private static final String UID = "slow-count";
  private static final long NUMBERS = 400;
  private static final int KEYS = 10;
  private static final long MILLIS_A_NUMBER = 20;

  @Override
  public String name() {
    return "in-flight";
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    env.fromSource(
            new NumberSource(NUMBERS), WatermarkStrategy.noWatermarks(), "Numbers", Types.LONG)
        .uid("numbers")
        .keyBy(InFlight::key, Types.INT)
        .process(new SlowCount(), Types.VOID)
        .uid(UID)
        .name("Slow count");
  }

  /** How much has been counted when a checkpoint is taken is a matter of luck. */
  @Override
  public Map<String, Integer> counts() {
    return Map.of();
  }

  /** When all records have arrived. */
  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    for (int key = 0; key < KEYS; key++) {
      operator.key(key).value("count", NUMBERS / KEYS);
    }
  }

  private static int key(long n) {
    return (int) (n % KEYS);
  }

  private static final class SlowCount extends KeyedProcessFunction<Integer, Long, Void> {
    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
      Thread.sleep(MILLIS_A_NUMBER);
      count.update(count.value() == null ? 1 : count.value() + 1);
    }
  }
}
