package savvy.flink;

import static savvy.flink.SnapshotKind.Format.CANONICAL;
import static savvy.flink.SnapshotKind.Format.CHECKPOINT;
import static savvy.flink.SnapshotKind.Format.NATIVE;

import java.time.Duration;
import java.util.ArrayList;
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

/** Every snapshot that {@code testdata} has of the Flink on the class path. */
public final class Plans {
  private static final List<SnapshotKind> EVERY_LAYOUT =
      List.of(
          SnapshotKind.of("hashmap", CANONICAL),
          SnapshotKind.of("rocksdb", CANONICAL).inline(),
          SnapshotKind.of("hashmap", NATIVE),
          SnapshotKind.of("hashmap", CHECKPOINT),
          SnapshotKind.of("hashmap", CANONICAL).compressed(),
          SnapshotKind.of("hashmap", CHECKPOINT).inline().compressed());

  private static final SnapshotKind SMALL = SnapshotKind.of("hashmap", CANONICAL).inline();

  /** Long enough for tasks to end whose input has ended. */
  private static final Duration TASKS_END = Duration.ofSeconds(2);

  private static final Layout SINGLE = new Layout(1, 128);

  private final List<SnapshotPlan> plans = new ArrayList<>();

  private Plans() {}

  public static List<SnapshotPlan> all() {
    Plans plans = new Plans();
    EVERY_LAYOUT.forEach(kind -> plans.add("", new AllKinds(), Layout.USUAL, kind));
    plans.add("", AllKinds.few(), Layout.USUAL, SnapshotKind.of("rocksdb", NATIVE));
    plans.addLayouts();
    plans.addContents();
    plans.addShared();
    return plans.plans;
  }

  /** What is too large to be kept, and made when it is needed. */
  public static List<SnapshotPlan> large() {
    Plans plans = new Plans();
    SnapshotKind rocksdb = SnapshotKind.of("rocksdb", CHECKPOINT);
    plans.add("-large", Chain.large(), Layout.USUAL, rocksdb.incremental().compactedOften());
    return plans.plans;
  }

  /** Other numbers of subtasks and key groups; the last has a prefix of two bytes. */
  private void addLayouts() {
    add("-p1", AllKinds.few(), new Layout(1, 128), SMALL);
    add("-p5", AllKinds.few(), new Layout(5, 128), SMALL);
    add("-p4-of-4096", AllKinds.few(), new Layout(4, 4096), SMALL);
    add("-p2-of-4096", AllKinds.few(), new Layout(2, 4096), SnapshotKind.of("rocksdb", NATIVE));
  }

  /** Other operators and types. */
  private void addContents() {
    SnapshotKind checkpoint = SnapshotKind.of("hashmap", CHECKPOINT);
    add("-windows", new WindowKinds(), Layout.USUAL, SMALL);
    add("-sql", new SqlQueries(), SINGLE, SMALL);
    add("-types", new GenericTypes(), Layout.USUAL, SMALL);
    if (FlinkRelease.hasScala()) {
      add("-scala", new ScalaTypes(), Layout.USUAL, SMALL);
    }
    add("-sources", new SourceState(), Layout.USUAL, SMALL);
    add("-sinks", new SinkState(), Layout.USUAL, SMALL);
    add("-finished", new FinishedSources(), Layout.USUAL, checkpoint.after(TASKS_END));
    add("", new InFlight(), Layout.USUAL, checkpoint.unaligned());
  }

  /** Snapshots that share files, each a chain of retained checkpoints. */
  private void addShared() {
    SnapshotKind hashmap = SnapshotKind.of("hashmap", CHECKPOINT);
    SnapshotKind rocksdb = SnapshotKind.of("rocksdb", CHECKPOINT);
    add("", new Chain(6), SINGLE, rocksdb.incremental().heapTimers());
    add("", new Chain(2), Layout.USUAL, hashmap.merged());
    add("", new Chain(2), SINGLE, rocksdb.incremental().merged());
    add("", new Chain(2), SINGLE, hashmap.changelog());
    add("", new Chain(3), SINGLE, rocksdb.changelogMaterialized());
    if (FlinkRelease.hasForst()) {
      add("", new Chain(2), SINGLE, SnapshotKind.of("forst", CHECKPOINT).incremental());
    }
  }

  private void add(String suffix, Scenario scenario, Layout layout, SnapshotKind kind) {
    String name = "flink" + FlinkRelease.line() + "-" + kind.name() + suffix;
    plans.add(new SnapshotPlan(name, scenario, layout, kind));
  }
}
