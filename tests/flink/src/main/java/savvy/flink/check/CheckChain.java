package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import savvy.flink.Plans;
import savvy.flink.SnapshotPlan;
import savvy.flink.TestdataFolder;

/**
 * Spoils files that the checkpoints of a chain share, and asks {@code savvy check --chain} which of
 * them cannot be restored: Flink restores all others, with what they must hold, and none of these.
 */
public final class CheckChain {
  private static final String USAGE = "usage: TESTDATA PROGRAM [--all]";
  private static final String CHAIN = "rocksdb-checkpoint-incremental-heap-timers";

  /** Between a file and the one that it is swapped with: shared by others, some of them the same. */
  private static final int DISTANCE = 5;

  private final SnapshotPlan plan;
  private final TestdataFolder folder;
  private final Path program;
  private int restored;
  private int spoiled;
  private int failed;

  private CheckChain(SnapshotPlan plan, Path testdata, Path program) {
    this.plan = plan;
    this.folder = new TestdataFolder(plan, testdata);
    this.program = program;
  }

  public static void main(String[] args) throws Exception {
    boolean all = args.length == 3 && args[2].equals("--all");
    if (args.length != 2 && !all) {
      System.err.println(USAGE);
      System.exit(2);
    }
    // Most restores here are to fail; the reason stands in the line of each.
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    boolean passes = true;
    for (SnapshotPlan plan : Plans.all()) {
      if (plan.name().endsWith(CHAIN)) {
        Path testdata = Path.of(args[0]).toAbsolutePath();
        CheckChain check = new CheckChain(plan, testdata, Path.of(args[1]).toAbsolutePath());
        passes &= check.passes(all);
      }
    }
    System.exit(passes ? 0 : 1);
  }

  /** Whether Flink agrees about every checkpoint, after every damage to every file, or to one. */
  private boolean passes(boolean all) throws Exception {
    int files = SharedDamage.sstFiles(jobFolder(folder.open())).size();
    int mostShared = mostShared(files);
    for (int file = all ? 0 : mostShared; file < (all ? files : mostShared + 1); file++) {
      for (SharedDamage damage : SharedDamage.all()) {
        check(damage, file, (file + DISTANCE) % files);
      }
    }
    folder.close();
    System.out.printf(
        "%s: %d restored, %d not restored, as savvy says; it is wrong about %d%n",
        plan.name(), restored, spoiled, failed);
    // A chain in which nothing is shared would prove nothing.
    return failed == 0 && restored > 0 && spoiled > 1;
  }

  private static Path jobFolder(List<Path> snapshots) {
    return snapshots.get(0).getParent();
  }

  /** The file whose loss spoils most checkpoints, but not all. */
  private int mostShared(int files) throws Exception {
    int best = 0;
    int most = 0;
    for (int file = 0; file < files; file++) {
      Path job = jobFolder(folder.open());
      SharedDamage.all().get(0).change().apply(SharedDamage.sstFiles(job).get(file), null);
      int loses = unrestorable(job).size();
      if (loses > most && loses < plan.scenario().steps()) {
        best = file;
        most = loses;
      }
    }
    return best;
  }

  private void check(SharedDamage damage, int file, int other) throws Exception {
    // Whoever restores a checkpoint may write beside it.
    List<Path> snapshots = folder.open();
    List<Path> files = SharedDamage.sstFiles(jobFolder(snapshots));
    damage.change().apply(files.get(file), files.get(other));
    Set<String> named = unrestorable(jobFolder(snapshots));
    for (int step = 1; step <= snapshots.size(); step++) {
      Path snapshot = snapshots.get(step - 1);
      String problem = problemOf(snapshot, step);
      boolean agrees = problem.isEmpty() != named.contains(snapshot.getFileName().toString());
      System.out.printf(
          "%s %s, %s: savvy %s, Flink %s%s%n",
          files.get(file).getFileName(),
          damage.name(),
          snapshot.getFileName(),
          named.contains(snapshot.getFileName().toString()) ? "names it" : "does not name it",
          problem.isEmpty() ? "restores it" : "does not: " + problem,
          agrees ? "" : "  DISAGREE");
      if (!agrees) {
        failed++;
      } else if (problem.isEmpty()) {
        restored++;
      } else {
        spoiled++;
      }
    }
  }

  /** Empty if Flink restores the snapshot with what it must hold. */
  private String problemOf(Path snapshot, int step) throws IOException {
    List<JsonNode> expected = JsonRows.read(snapshot.resolve("expected.jsonl"));
    CheckedJob job =
        new CheckedJob(plan.scenario(), step, plan.layout().parallelism(), plan.kind(), false);
    try {
      List<String> differences = RestoreCheck.differences(snapshot, expected, job);
      return differences.isEmpty() ? "" : differences.get(0);
    } catch (Exception failure) {
      return lastCause(failure);
    }
  }

  private static String lastCause(Exception failure) {
    String last = "";
    for (String line : String.valueOf(failure.getMessage()).split("\n")) {
      if (last.isEmpty() || line.startsWith("Caused by: ")) {
        last = line;
      }
    }
    return last.isBlank() ? failure.toString() : last;
  }

  /** The folders that {@code savvy check --chain} does not call "ok". */
  private Set<String> unrestorable(Path job) throws Exception {
    List<String> words = new ArrayList<>();
    words.add(program.toString());
    words.addAll(List.of("check", "--chain", job.toString(), "--format", "json"));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String report =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    Set<String> names = new TreeSet<>();
    for (JsonNode snapshot : new ObjectMapper().readTree(report).get("snapshots")) {
      if (!snapshot.get("state").asText().equals("ok")) {
        names.add(snapshot.get("snapshot").asText());
      }
    }
    if (exitCode != (names.isEmpty() ? 0 : 1)) {
      throw new IOException(String.join(" ", words) + " ends with exit code " + exitCode);
    }
    return names;
  }
}
