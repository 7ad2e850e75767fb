package savvy.flink.allkinds;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;

/** Keys of several fields, and timers of such keys. */
final class KeyedTuple implements Part {
  private static final String UID = "keyed-tuple";

  @Override
  public void addTo(DataStream<Long> numbers) {
    numbers
        .keyBy(Contents::pair, Types.TUPLE(Types.STRING, Types.INT))
        .process(new Fill(), Types.VOID)
        .uid(UID)
        .name("Keyed by Tuple");
  }

  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    for (long n = 0; n < AllKinds.NUMBERS; n++) {
      operator
          .key(Contents.pair(n))
          .value("profile", Contents.profile(n))
          .timers("event_user-timers", Contents.eventTimers(n))
          .timers("processing_user-timers", Contents.processingTimers(n));
    }
  }

  private static final class Fill
      extends KeyedProcessFunction<Tuple2<String, Integer>, Long, Void> {
    private transient ValueState<Profile> profile;

    @Override
    public void open(OpenContext context) {
      profile = getRuntimeContext().getState(new ValueStateDescriptor<>("profile", Profile.class));
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
      profile.update(Contents.profile(n));
      Contents.eventTimers(n).forEach(context.timerService()::registerEventTimeTimer);
      Contents.processingTimers(n).forEach(context.timerService()::registerProcessingTimeTimer);
    }
  }
}
