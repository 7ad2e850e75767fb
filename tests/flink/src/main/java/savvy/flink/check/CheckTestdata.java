package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import savvy.flink.FlinkRelease;
import savvy.flink.Plans;
import savvy.flink.SnapshotPlan;
import savvy.flink.TestdataFolder;

/** Restores what {@code testdata} has of the Flink on the class path. */
public final class CheckTestdata {
  private static final String USAGE = "usage: TESTDATA [SUBSTRING OF NAMES]";
  private static final int SHOWN = 20;

  private CheckTestdata() {}

  public static void main(String[] args) throws Exception {
    if (args.length < 1 || args.length > 2) {
      System.err.println(USAGE);
      System.exit(2);
    }
    Path testdata = Path.of(args[0]).toAbsolutePath();
    String only = args.length == 2 ? args[1] : "";
    boolean passes = true;
    for (SnapshotPlan plan : Plans.all()) {
      if (plan.name().contains(only)) {
        passes &= restores(plan, testdata);
      }
    }
    String damaged = "flink" + FlinkRelease.line() + "-hashmap-canonical";
    if (damaged.contains(only)) {
      passes &= DamageCheck.passes(testdata.resolve(damaged));
    }
    System.exit(passes ? 0 : 1);
  }

  private static boolean restores(SnapshotPlan plan, Path testdata) throws Exception {
    TestdataFolder folder = new TestdataFolder(plan, testdata);
    List<Path> snapshots = folder.open();
    boolean passes = true;
    for (int step = 1; step <= snapshots.size(); step++) {
      passes &= restores(plan, step, snapshots.get(step - 1));
    }
    folder.close();
    return passes;
  }

  private static boolean restores(SnapshotPlan plan, int step, Path snapshot) throws Exception {
    long start = System.nanoTime();
    CheckedJob job =
        new CheckedJob(
            plan.scenario(), step, plan.layout().parallelism(), plan.kind());
    List<JsonNode> expected = JsonRows.read(snapshot.resolve("expected.jsonl"));
    List<String> differences = RestoreCheck.differences(snapshot, expected, job);
    System.out.printf(
        "%s, step %d: %d rows, %d differences, %.1f s%n",
        plan.name(),
        step,
        expected.size(),
        differences.size(),
        (System.nanoTime() - start) / 1e9);
    differences.stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
    return differences.isEmpty();
  }
}
