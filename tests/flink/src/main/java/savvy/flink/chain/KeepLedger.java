package savvy.flink.chain;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Keeps a {@link Ledger} in state: a map, a value with a TTL, and at most one timer. */
final class KeepLedger extends KeyedProcessFunction<Integer, Long, Void> {
  private final int keys;
  private transient ValueState<Long> last;
  private transient MapState<Long, String> entries;

  KeepLedger(int keys) {
    this.keys = keys;
  }

  @Override
  public void open(OpenContext context) {
    ValueStateDescriptor<Long> descriptor = new ValueStateDescriptor<>("last", Types.LONG);
    descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(36_500)).build());
    last = getRuntimeContext().getState(descriptor);
    entries =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("entries", Types.LONG, Types.STRING));
  }

  @Override
  public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
    TimerService timers = context.timerService();
    if (last.value() != null) {
      timers.deleteEventTimeTimer(Ledger.timer(last.value()));
    }
    if (Ledger.clearsLast(n)) {
      last.clear();
    } else {
      last.update(n);
      timers.registerEventTimeTimer(Ledger.timer(n));
    }
    if (Ledger.removesEntry(n)) {
      entries.remove(Ledger.entry(n, keys));
    } else {
      entries.put(Ledger.entry(n, keys), Ledger.text(n));
    }
  }
}
