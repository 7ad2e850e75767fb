package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import savvy.flink.Folders;
import savvy.flink.Plans;
import savvy.flink.SnapshotKind;
import savvy.flink.SnapshotPlan;
import savvy.flink.TestdataFolder;

/**
 * Restores what {@code savvy convert} makes of every snapshot of {@code testdata}: a canonical
 * savepoint in both backends, a native one in its own. A job that starts from RocksDB's files goes
 * on with incremental checkpoints, and the second of them is restored. What {@code savvy relocate}
 * makes of a snapshot is restored where the snapshot is gone.
 */
public final class CheckConverted {
  private static final String USAGE = "usage: TESTDATA PROGRAM [SUBSTRING OF NAMES]";
  private static final int SHOWN = 20;
  private static final String UNVERIFIED = "--no-verify";

  /**
   * A layout, and the backend that restores it.
   *
   * @param checkpointed whether the restored job takes incremental checkpoints instead of a
   *     savepoint
   */
  private record Target(String layout, String backend, boolean checkpointed) {
    SnapshotKind kind() {
      return checkpointed
          ? SnapshotKind.of(backend, SnapshotKind.Format.CHECKPOINT).incremental()
          : SnapshotKind.of(backend, SnapshotKind.Format.CANONICAL).inline();
    }
  }

  private static final List<Target> TARGETS =
      List.of(
          new Target("canonical", "hashmap", false),
          new Target("canonical", "rocksdb", false),
          new Target("hashmap", "hashmap", false),
          new Target("rocksdb", "rocksdb", true));

  private final SavvyRewrite savvy;
  private final Path work;
  private int restored;
  private int refused;
  private int failed;

  private CheckConverted(Path program, Path work) {
    this.savvy = new SavvyRewrite(program);
    this.work = work;
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 2 || args.length > 3) {
      System.err.println(USAGE);
      System.exit(2);
    }
    Path work = Files.createTempDirectory("savvy-convert-");
    CheckConverted check = new CheckConverted(Path.of(args[1]).toAbsolutePath(), work);
    try {
      for (SnapshotPlan plan : Plans.all()) {
        if (args.length == 2 || plan.name().contains(args[2])) {
          check.check(plan, Path.of(args[0]).toAbsolutePath());
        }
      }
    } finally {
      Folders.deleteIfExists(work);
    }
    System.out.printf(
        "converted: %d restored, %d refused, %d failed%n",
        check.restored, check.refused, check.failed);
    System.exit(check.failed == 0 ? 0 : 1);
  }

  private void check(SnapshotPlan plan, Path testdata) throws Exception {
    TestdataFolder folder = new TestdataFolder(plan, testdata);
    List<Path> snapshots = folder.open();
    Path last = snapshots.get(snapshots.size() - 1);
    List<JsonNode> expected = JsonRows.read(last.resolve("expected.jsonl"));
    for (Target target : TARGETS) {
      Path converted = work.resolve(target.layout());
      String name = "%s to %s in %s".formatted(plan.name(), target.layout(), target.backend());
      if (isMade(name, "convert", last, converted, List.of("--to", target.layout()))) {
        CheckedJob job = job(plan, snapshots.size(), target.kind(), target.checkpointed());
        restore(name, job, converted, expected);
      }
    }
    Path relocated = work.resolve("relocated");
    String name = plan.name() + " relocated";
    if (isMade(name, "relocate", last, relocated, List.of())) {
      folder.close();
      restore(name, job(plan, snapshots.size(), plan.kind(), false), relocated, expected);
    }
    folder.close();
  }

  private static CheckedJob job(
      SnapshotPlan plan, int step, SnapshotKind kind, boolean checkpointed) {
    return new CheckedJob(
        plan.scenario(), step, plan.layout().parallelism(), kind, false, checkpointed);
  }

  private boolean isMade(String name, String command, Path from, Path to, List<String> options)
      throws Exception {
    SavvyRewrite.Outcome outcome = savvy.run(command, from, to, options);
    if (outcome.reason().contains(UNVERIFIED)) {
      // Flink knows the types by which savvy cannot compare.
      List<String> more = new ArrayList<>(options);
      more.add(UNVERIFIED);
      outcome = savvy.run(command, from, to, more);
    }
    if (outcome.isRefused()) {
      refused++;
      System.out.printf("%s: refused: %s%n", name, outcome.reason());
    }
    return !outcome.isRefused();
  }

  private void restore(String name, CheckedJob job, Path converted, List<JsonNode> expected)
      throws Exception {
    long start = System.nanoTime();
    List<String> differences = RestoreCheck.differences(converted, expected, job);
    System.out.printf(
        "%s: %d rows, %d differences, %.1f s%n",
        name, expected.size(), differences.size(), (System.nanoTime() - start) / 1e9);
    differences.stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
    if (differences.isEmpty()) {
      restored++;
    } else {
      failed++;
    }
    Folders.deleteIfExists(converted);
  }
}
