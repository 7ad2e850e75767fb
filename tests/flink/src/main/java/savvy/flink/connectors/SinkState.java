package savvy.flink.connectors;

import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import savvy.flink.ObservedScenario;
import savvy.flink.source.NumberSource;

/** A two-phase sink: what its writers hold, and what waits to be committed. */
public final class SinkState implements ObservedScenario {
  private static final long NUMBERS = 100;
  private static final String COMMITTABLES = "streaming_committer_raw_states";

  @Override
  public String name() {
    return "sink-state";
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    env.fromSource(
            new NumberSource(NUMBERS), WatermarkStrategy.noWatermarks(), "Numbers", Types.LONG)
        .uid("numbers")
        .sinkTo(TwoPhaseSink.create())
        .uid("sink")
        .name("Sink");
  }

  @Override
  public Map<String, Integer> counts() {
    return Map.of("writer_raw_states", 2, COMMITTABLES, 2);
  }

  /** Each checkpoint brings its own, and names itself in them. */
  @Override
  public Set<String> changingStates() {
    return Set.of(COMMITTABLES);
  }

  @Override
  public Set<String> statesOfSubtasks() {
    return Set.of(COMMITTABLES, "writer_raw_states");
  }
}
