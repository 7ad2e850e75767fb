package savvy.flink.allkinds;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.WindowedStream;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.KeyRows;

/** Open windows: their contents and timers have a namespace. */
final class Windows implements Part {
  private static final String REDUCE_UID = "window-reduce";
  private static final String PROCESS_UID = "window-process";

  /** The lateness gives a window a second timer, for its cleanup. */
  private static final Duration LATENESS = Duration.ofMinutes(10);

  @Override
  public void addTo(DataStream<Long> numbers) {
    DataStream<Visit> visits =
        numbers
            .<Visit>flatMap((n, out) -> Visit.visits(n).forEach(out::collect))
            .returns(Visit.class)
            .uid("visits")
            .name("Visits")
            .assignTimestampsAndWatermarks(watermarksBehindAllWindows())
            .uid("visit-times")
            .name("Visit times");
    windowed(visits).reduce(Visit::merge).uid(REDUCE_UID).name("Window, reduced");
    windowed(visits)
        .allowedLateness(LATENESS)
        .process(new Discard(), Types.VOID)
        .uid(PROCESS_UID)
        .name("Window, all elements");
  }

  @Override
  public void expect(ExpectedRows rows) {
    for (long n = 0; n < AllKinds.NUMBERS; n++) {
      KeyRows reduced = rows.operator(REDUCE_UID).key(Visit.user(n));
      KeyRows processed = rows.operator(PROCESS_UID).key(Visit.user(n));
      visitsByWindow(n)
          .forEach(
              (window, visits) -> {
                long end = window.maxTimestamp();
                reduced
                    .in(window)
                    .reducing("window-contents", visits.stream().reduce(Visit::merge).get())
                    .timers("event_window-timers", List.of(end));
                processed
                    .in(window)
                    .list("window-contents", visits)
                    .timers("event_window-timers", List.of(end, end + LATENESS.toMillis()));
              });
    }
  }

  private static WatermarkStrategy<Visit> watermarksBehindAllWindows() {
    return WatermarkStrategy.<Visit>forBoundedOutOfOrderness(Duration.ofDays(1))
        .withTimestampAssigner((visit, recordTime) -> visit.time);
  }

  private static WindowedStream<Visit, String, TimeWindow> windowed(DataStream<Visit> visits) {
    return visits
        .keyBy(visit -> visit.user, Types.STRING)
        .window(TumblingEventTimeWindows.of(Duration.ofMillis(Visit.WINDOW_SIZE)));
  }

  private static Map<TimeWindow, List<Visit>> visitsByWindow(long n) {
    return Visit.visits(n).stream().collect(Collectors.groupingBy(Visit::window));
  }

  /** A function that wants every element, so that the window keeps them in a list. */
  private static final class Discard
      extends ProcessWindowFunction<Visit, Void, String, TimeWindow> {
    @Override
    public void process(
        String user, Context context, Iterable<Visit> visits, Collector<Void> out) {}
  }
}
