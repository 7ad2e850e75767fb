package savvy.flink.windows;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingProcessingTimeWindows;
import savvy.flink.ObservedScenario;
import savvy.flink.source.NumberSource;

/** Windows that overlap, that merge, that count, and that end by the clock of the machine. */
public final class WindowKinds implements ObservedScenario {
  private static final long NUMBERS = 40;
  private static final int KEYS = 8;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Far beyond every timestamp, so that no window ends before the snapshot. */
  private static final Duration LATENESS = Duration.ofDays(365);

  /** A window that no clock leaves for a while. */
  private static final Duration CENTURIES = Duration.ofDays(365_000);

  @Override
  public String name() {
    return "window-kinds";
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    KeyedStream<Tuple2<Integer, Long>, Integer> pairs =
        env.fromSource(
                new NumberSource(NUMBERS), WatermarkStrategy.noWatermarks(), "Numbers", Types.LONG)
            .uid("numbers")
            .map(n -> Tuple2.of((int) (n % KEYS), n), Types.TUPLE(Types.INT, Types.LONG))
            .uid("pairs")
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Tuple2<Integer, Long>>forBoundedOutOfOrderness(LATENESS)
                    .withTimestampAssigner((pair, time) -> time(pair.f1)))
            .uid("times")
            .keyBy(pair -> pair.f0, Types.INT);
    pairs
        .window(SlidingEventTimeWindows.of(MINUTE.multipliedBy(10), MINUTE.multipliedBy(5)))
        .reduce(WindowKinds::sum)
        .uid("sliding");
    pairs.window(EventTimeSessionWindows.withGap(MINUTE)).reduce(WindowKinds::sum).uid("session");
    pairs.countWindow(100).reduce(WindowKinds::sum).uid("count");
    pairs.countWindow(3, 2).reduce(WindowKinds::sum).uid("sliding-count");
    pairs
        .window(TumblingProcessingTimeWindows.of(CENTURIES))
        .reduce(WindowKinds::sum)
        .uid("processing-time");
  }

  /** Each key has five numbers; two of them are within a session, the others are alone. */
  @Override
  public Map<String, Integer> counts() {
    return Map.of("merging-window-set", KEYS * 4);
  }

  /** Neighbours of a key are twenty minutes apart, but for the first two. */
  private static long time(long n) {
    long round = n / KEYS;
    return round == 0 ? MINUTE.toMillis() * 20 - 30_000 : round * MINUTE.toMillis() * 20;
  }

  private static Tuple2<Integer, Long> sum(Tuple2<Integer, Long> a, Tuple2<Integer, Long> b) {
    return Tuple2.of(a.f0, a.f1 + b.f1);
  }
}
