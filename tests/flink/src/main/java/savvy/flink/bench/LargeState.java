package savvy.flink.bench;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import savvy.flink.source.NumberSource;

/**
 * The job: every number below {@code keys} fills the state of a key, with a timer for that time.
 * The numbers from {@code keys} on are a sample. Each reads the state of a key, and lets the time
 * go on by one.
 */
final class LargeState {
  static final int PARALLELISM = 2;

  /** What a key takes in a canonical savepoint: a value, four entries of a map and a timer. */
  private static final long BYTES_A_KEY = 270;

  private LargeState() {}

  /** The keys whose state takes at least so many bytes. */
  static long keysFor(long bytes) {
    return bytes / BYTES_A_KEY + 1;
  }

  static StreamGraph graph(long keys, Configuration options) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(options);
    env.setParallelism(PARALLELISM);
    env.fromSource(
            new NumberSource(Long.MAX_VALUE),
            WatermarkStrategy.forGenerator(context -> new SampleTime(keys)),
            "Numbers",
            Types.LONG)
        .uid("numbers")
        .keyBy(keyOf(keys), Types.LONG)
        .process(new KeepState(keys), Types.VOID)
        .uid("large-state")
        .name("Large state");
    StreamGraph graph = env.getStreamGraph();
    graph.setJobName("restore-bench");
    return graph;
  }

  /** The timers that have fired after the sample: the slower of the sources counts. */
  static long sampledTimers() {
    return Sample.NUMBERS - PARALLELISM + 1;
  }

  /** The numbers of the sample stand for keys from all over the state. */
  private static KeySelector<Long, Long> keyOf(long keys) {
    return n -> Contents.key(n < keys ? n : (n - keys) * (keys / Sample.NUMBERS));
  }

  /** Time stands still until the state is full, so that the snapshot holds every timer. */
  private record SampleTime(long keys) implements WatermarkGenerator<Long> {
    @Override
    public void onEvent(Long n, long timestamp, WatermarkOutput output) {
      if (n >= keys) {
        output.emitWatermark(new Watermark(n - keys));
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }
}
