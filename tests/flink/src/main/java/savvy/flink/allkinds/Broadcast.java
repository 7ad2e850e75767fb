package savvy.flink.allkinds;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;
import savvy.flink.source.NumberSource;

/** Broadcast state beside keyed state in one operator. */
final class Broadcast implements Part {
  private static final String UID = "broadcast";
  private static final long RULES = 6;

  private static final MapStateDescriptor<String, Profile> PROFILES =
      new MapStateDescriptor<>("rule-profiles", Types.STRING, Types.POJO(Profile.class));

  private static final MapStateDescriptor<Long, String> TEXTS =
      new MapStateDescriptor<>("rule-texts", Types.LONG, Types.STRING);

  @Override
  public void addTo(DataStream<Long> numbers) {
    DataStream<Long> rules =
        numbers
            .getExecutionEnvironment()
            .fromSource(
                new NumberSource(RULES), WatermarkStrategy.noWatermarks(), "Rules", Types.LONG)
            .uid("rules");
    numbers
        .keyBy(Contents::number, Types.LONG)
        .connect(rules.broadcast(PROFILES, TEXTS))
        .process(new Fill(), Types.VOID)
        .uid(UID)
        .name("Broadcast");
  }

  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    operator.broadcast(PROFILES.getName(), rules(Contents::text, Contents::profile));
    operator.broadcast(TEXTS.getName(), rules(Contents::number, Contents::text));
    for (long n = 0; n < AllKinds.NUMBERS; n++) {
      operator.key(Contents.number(n)).value("last", Contents.text(n));
    }
  }

  private static <K, V> Map<K, V> rules(LongFunction<K> key, LongFunction<V> value) {
    Map<K, V> rules = new LinkedHashMap<>();
    LongStream.range(0, RULES).forEach(n -> rules.put(key.apply(n), value.apply(n)));
    return rules;
  }

  private static final class Fill extends KeyedBroadcastProcessFunction<Long, Long, Long, Void> {
    private transient ValueState<String> last;

    @Override
    public void open(OpenContext context) {
      last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.STRING));
    }

    @Override
    public void processElement(Long n, ReadOnlyContext context, Collector<Void> out)
        throws Exception {
      last.update(Contents.text(n));
    }

    @Override
    public void processBroadcastElement(Long n, Context context, Collector<Void> out)
        throws Exception {
      context.getBroadcastState(PROFILES).put(Contents.text(n), Contents.profile(n));
      context.getBroadcastState(TEXTS).put(Contents.number(n), Contents.text(n));
    }
  }
}
