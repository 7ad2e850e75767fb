package savvy.flink.connectors;

import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import savvy.flink.ObservedScenario;
import savvy.flink.source.NumberSource;

/** A source in the middle of its splits, and the state of a Kafka source as its code writes it. */
public final class SourceState implements ObservedScenario {
  private static final long NUMBERS = 100;
  private static final int SPARE_SPLITS = 3;

  @Override
  public String name() {
    return "source-state";
  }

  /** Less than all, so that the splits of the readers are not at their ends. */
  @Override
  public long limit(int step) {
    return NUMBERS / 2;
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    DataStream<Long> numbers =
        env.fromSource(
                NumberSource.withSpareSplits(NUMBERS, SPARE_SPLITS),
                WatermarkStrategy.noWatermarks(),
                "Numbers",
                Types.LONG)
            .uid("numbers");
    numbers.process(new KafkaState()).returns(Types.VOID).uid("kafka").name("Kafka");
  }

  /** A split a subtask, of two. */
  @Override
  public Map<String, Integer> counts() {
    return Map.of("SourceReaderState", 2 * KafkaState.PARTITIONS, "EnumeratorState", 2);
  }
}
