package savvy.flink.allkinds;

import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;

/** String keys: every type of keyed state, with and without a TTL, and both kinds of timers. */
final class KeyedString implements Part {
  private static final String UID = "keyed-string";

  @Override
  public void addTo(DataStream<Long> numbers) {
    numbers
        .keyBy(Contents::text, Types.STRING)
        .process(new Fill(), Types.VOID)
        .uid(UID)
        .name("Keyed by String");
  }

  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    for (long n = 0; n < AllKinds.NUMBERS; n++) {
      List<Long> amounts = Contents.amounts(n);
      operator
          .key(Contents.text(n))
          .value("profile", Contents.profile(n))
          .list("events", Contents.events(n))
          .map("counters", Contents.counters(n))
          .map("labels", Contents.labels(n))
          .map("friends", Contents.friends(n))
          .reducing("total", Contents.total(amounts))
          .aggregating("average", Tuple2.of(Contents.total(amounts), (long) amounts.size()))
          .value("ttl-value", Contents.text(n))
          .list("ttl-list", Contents.numbers(n))
          .map("ttl-map", Contents.counters(n))
          .timers("event_user-timers", Contents.eventTimers(n))
          .timers("processing_user-timers", Contents.processingTimers(n));
    }
  }

  private static final class Fill extends KeyedProcessFunction<String, Long, Void> {
    private transient ValueState<Profile> profile;
    private transient ListState<Tuple2<String, Long>> events;
    private transient MapState<String, Long> counters;
    private transient MapState<String, String> labels;
    private transient MapState<Long, Profile> friends;
    private transient ReducingState<Long> total;
    private transient AggregatingState<Long, Double> average;
    private transient ValueState<String> ttlValue;
    private transient ListState<Long> ttlList;
    private transient MapState<String, Long> ttlMap;

    @Override
    public void open(OpenContext context) {
      var state = getRuntimeContext();
      profile = state.getState(new ValueStateDescriptor<>("profile", Profile.class));
      events =
          state.getListState(
              new ListStateDescriptor<>("events", Types.TUPLE(Types.STRING, Types.LONG)));
      counters = state.getMapState(new MapStateDescriptor<>("counters", Types.STRING, Types.LONG));
      labels = state.getMapState(new MapStateDescriptor<>("labels", Types.STRING, Types.STRING));
      friends =
          state.getMapState(
              new MapStateDescriptor<>("friends", Types.LONG, Types.POJO(Profile.class)));
      total = state.getReducingState(new ReducingStateDescriptor<>("total", Long::sum, Types.LONG));
      average =
          state.getAggregatingState(
              new AggregatingStateDescriptor<>(
                  "average", new Average(), Types.TUPLE(Types.LONG, Types.LONG)));
      ttlValue = state.getState(withTtl(new ValueStateDescriptor<>("ttl-value", Types.STRING)));
      ttlList = state.getListState(withTtl(new ListStateDescriptor<>("ttl-list", Types.LONG)));
      ttlMap =
          state.getMapState(withTtl(new MapStateDescriptor<>("ttl-map", Types.STRING, Types.LONG)));
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
      profile.update(Contents.profile(n));
      events.addAll(Contents.events(n));
      counters.putAll(Contents.counters(n));
      labels.putAll(Contents.labels(n));
      friends.putAll(Contents.friends(n));
      for (Long amount : Contents.amounts(n)) {
        total.add(amount);
        average.add(amount);
      }
      ttlValue.update(Contents.text(n));
      ttlList.addAll(Contents.numbers(n));
      ttlMap.putAll(Contents.counters(n));
      Contents.eventTimers(n).forEach(context.timerService()::registerEventTimeTimer);
      Contents.processingTimers(n).forEach(context.timerService()::registerProcessingTimeTimer);
    }

    /** A century: what is in testdata must not expire before it is restored. */
    private static <D extends StateDescriptor<?, ?>> D withTtl(D descriptor) {
      descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(36_500)).build());
      return descriptor;
    }
  }
}
