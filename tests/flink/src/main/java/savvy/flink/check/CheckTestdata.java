package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import savvy.flink.FlinkRelease;
import savvy.flink.Plans;
import savvy.flink.SnapshotKind;
import savvy.flink.SnapshotPlan;
import savvy.flink.TestdataFolder;

/**
 * Restores what {@code testdata} has of the Flink on the class path: into the job that it was taken
 * of, or elsewhere, that is canonical savepoints at other parallelisms and in the other backend.
 */
public final class CheckTestdata {
  private static final String USAGE = "usage: TESTDATA [--large | --elsewhere] [SUBSTRING OF NAMES]";
  private static final int SHOWN = 20;
  private static final List<Integer> OTHER_PARALLELISMS = List.of(1, 3);

  private CheckTestdata() {}

  public static void main(String[] args) throws Exception {
    List<String> rest = new ArrayList<>(List.of(args));
    boolean large = rest.remove("--large");
    boolean elsewhere = rest.remove("--elsewhere");
    if (rest.isEmpty() || rest.size() > 2) {
      System.err.println(USAGE);
      System.exit(2);
    }
    Path testdata = Path.of(rest.get(0)).toAbsolutePath();
    String only = rest.size() == 2 ? rest.get(1) : "";
    boolean passes = true;
    for (SnapshotPlan plan : large ? Plans.large() : Plans.all()) {
      if (plan.name().contains(only)) {
        passes &= elsewhere ? restoresElsewhere(plan, testdata) : restores(plan, testdata);
      }
    }
    String damaged = "flink" + FlinkRelease.line() + "-hashmap-canonical";
    if (damaged.contains(only) && !large && !elsewhere) {
      passes &= DamageCheck.passes(testdata.resolve(damaged));
    }
    System.exit(passes ? 0 : 1);
  }

  private static boolean restores(SnapshotPlan plan, Path testdata) throws Exception {
    TestdataFolder folder = new TestdataFolder(plan, testdata);
    List<Path> snapshots = folder.open();
    boolean passes = true;
    for (int step = 1; step <= snapshots.size(); step++) {
      CheckedJob job =
          new CheckedJob(plan.scenario(), step, plan.layout().parallelism(), plan.kind(), false);
      passes &= restores(plan.name(), job, snapshots.get(step - 1));
    }
    folder.close();
    return passes;
  }

  private static boolean restoresElsewhere(SnapshotPlan plan, Path testdata) throws Exception {
    if (plan.kind().format() != SnapshotKind.Format.CANONICAL) {
      return true;
    }
    boolean passes = true;
    String backend = plan.kind().backend().equals("hashmap") ? "rocksdb" : "hashmap";
    for (int parallelism : OTHER_PARALLELISMS) {
      SnapshotKind kind = SnapshotKind.of(backend, SnapshotKind.Format.CANONICAL).inline();
      boolean rescaled = parallelism != plan.layout().parallelism();
      CheckedJob job = new CheckedJob(plan.scenario(), 1, parallelism, kind, rescaled);
      String name = "%s in %s at parallelism %d".formatted(plan.name(), backend, parallelism);
      passes &= restores(name, job, testdata.resolve(plan.name()));
    }
    return passes;
  }

  private static boolean restores(String name, CheckedJob job, Path snapshot) throws Exception {
    long start = System.nanoTime();
    List<JsonNode> expected = JsonRows.read(snapshot.resolve("expected.jsonl"));
    List<String> differences = RestoreCheck.differences(snapshot, expected, job);
    System.out.printf(
        "%s, step %d: %d rows, %d differences, %.1f s%n",
        name,
        job.step(),
        expected.size(),
        differences.size(),
        (System.nanoTime() - start) / 1e9);
    differences.stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
    return differences.isEmpty();
  }
}
