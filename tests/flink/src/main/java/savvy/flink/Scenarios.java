package savvy.flink;

import java.util.List;
import savvy.flink.allkinds.AllKinds;
import savvy.flink.chain.Chain;
import savvy.flink.connectors.SinkState;
import savvy.flink.connectors.SourceState;
import savvy.flink.finished.FinishedSources;
import savvy.flink.inflight.InFlight;
import savvy.flink.sql.SqlQueries;
import savvy.flink.types.GenericTypes;
import savvy.flink.types.ScalaTypes;
import savvy.flink.windows.WindowKinds;

/** Every scenario there is, by name. */
public final class Scenarios {
  private static final List<Scenario> ALL =
      List.of(
          new AllKinds(),
          AllKinds.few(),
          new Chain(2),
          new Chain(3),
          new Chain(6),
          Chain.large(),
          new WindowKinds(),
          new SqlQueries(),
          new GenericTypes(),
          new ScalaTypes(),
          new SourceState(),
          new SinkState(),
          new FinishedSources(),
          new InFlight());

  private Scenarios() {}

  /** The scenario of this name; there must be one. */
  public static Scenario named(String name) {
    return ALL.stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scenario is called " + name));
  }
}
