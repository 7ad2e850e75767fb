package savvy.flink.allkinds;

import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import savvy.flink.ExpectedRows;
import savvy.flink.PlannedScenario;
import savvy.flink.source.NumberSource;

/** Every kind of managed state that the DataStream API offers, with built-in serializers only. */
public final class AllKinds implements PlannedScenario {
  /** Keys an operator; small, so that a snapshot can be kept in the repository. */
  static final long NUMBERS = 20;

  private static final List<Part> ALL =
      List.of(
          new KeyedString(),
          new KeyedLong(),
          new KeyedTuple(),
          new KeyedPojo(),
          new Windows(),
          new OperatorState(),
          new Broadcast());

  private final String name;
  private final List<Part> parts;

  private AllKinds(String name, List<Part> parts) {
    this.name = name;
    this.parts = parts;
  }

  public AllKinds() {
    this("all-kinds", ALL);
  }

  /** A smaller job, for layouts that need much room for every state or subtask. */
  public static AllKinds few() {
    return new AllKinds(
        "few-kinds", List.of(new KeyedLong(), new KeyedTuple(), new OperatorState()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    DataStream<Long> numbers =
        env.fromSource(
                new NumberSource(NUMBERS), WatermarkStrategy.noWatermarks(), "Numbers", Types.LONG)
            .uid("numbers");
    parts.forEach(part -> part.addTo(numbers));
  }

  @Override
  public void expect(ExpectedRows rows) {
    parts.forEach(part -> part.expect(rows));
  }
}
