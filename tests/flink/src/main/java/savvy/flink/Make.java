package savvy.flink;

import java.util.List;
import java.util.Optional;

/** Makes the snapshots of {@code testdata}, or those too large for it, with the Flink on the class path. */
public final class Make {
  private Make() {}

  public static void main(String[] args) throws Exception {
    Optional<MakeOptions> options = MakeOptions.parse(args);
    if (options.isEmpty()) {
      System.err.println(MakeOptions.USAGE);
      System.exit(2);
    }
    make(options.get());
  }

  private static void make(MakeOptions options) throws Exception {
    List<SnapshotPlan> plans = options.large() ? Plans.large() : Plans.all();
    List<SnapshotPlan> chosen =
        plans.stream().filter(plan -> plan.name().contains(options.only())).toList();
    for (SnapshotPlan plan : chosen) {
      System.out.println(plan.name());
      new TestdataFolder(plan, options.out()).make();
    }
    System.out.printf(
        "Flink %s: %d of %d snapshots made%n", FlinkRelease.version(), chosen.size(), plans.size());
  }
}
