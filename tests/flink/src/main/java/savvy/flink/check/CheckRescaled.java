package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import savvy.flink.Folders;
import savvy.flink.Plans;
import savvy.flink.SnapshotPlan;
import savvy.flink.TestdataFolder;

/**
 * Restores what {@code savvy rescale} makes of every snapshot of {@code testdata}: at each of the
 * parallelisms asked for, and from there back at the one that it had, with all state equal. With
 * {@code --max-parallelism} the number of key groups changes as well, and back again.
 */
public final class CheckRescaled {
  private static final String USAGE =
      "usage: TESTDATA PROGRAM PARALLELISM[,PARALLELISM…] [--max-parallelism N[,N…]] [SUBSTRING OF NAMES]";
  private static final int SHOWN = 20;

  private final SavvyRewrite savvy;
  private final Path work;
  private int restored;
  private int refused;
  private int failed;

  private CheckRescaled(Path program, Path work) {
    this.savvy = new SavvyRewrite(program);
    this.work = work;
  }

  /** Where a snapshot is to go. */
  private record Target(int parallelism, int maxParallelism) {
    List<String> options() {
      List<String> options =
          new ArrayList<>(List.of("--parallelism", String.valueOf(parallelism)));
      if (maxParallelism > 0) {
        options.addAll(List.of("--max-parallelism", String.valueOf(maxParallelism)));
      }
      return options;
    }

    @Override
    public String toString() {
      return maxParallelism > 0 ? parallelism + " of " + maxParallelism : "" + parallelism;
    }
  }

  public static void main(String[] args) throws Exception {
    List<String> rest = new ArrayList<>(List.of(args));
    int option = rest.indexOf("--max-parallelism");
    List<Integer> maxima = List.of(0);
    if (option >= 0) {
      maxima = numbers(rest.get(option + 1));
      rest.subList(option, option + 2).clear();
    }
    if (rest.size() < 3 || rest.size() > 4) {
      System.err.println(USAGE);
      System.exit(2);
    }
    Path work = Files.createTempDirectory("savvy-rescale-");
    CheckRescaled check = new CheckRescaled(Path.of(rest.get(1)).toAbsolutePath(), work);
    try {
      for (SnapshotPlan plan : Plans.all()) {
        if (rest.size() == 3 || plan.name().contains(rest.get(3))) {
          check.check(plan, Path.of(rest.get(0)).toAbsolutePath(), numbers(rest.get(2)), maxima);
        }
      }
    } finally {
      Folders.deleteIfExists(work);
    }
    System.out.printf(
        "rescaled: %d restored, %d refused, %d failed%n", check.restored, check.refused, check.failed);
    System.exit(check.failed == 0 ? 0 : 1);
  }

  private static List<Integer> numbers(String words) {
    return Arrays.stream(words.split(",")).map(Integer::valueOf).toList();
  }

  private void check(
      SnapshotPlan plan, Path testdata, List<Integer> parallelisms, List<Integer> maxima)
      throws Exception {
    TestdataFolder folder = new TestdataFolder(plan, testdata);
    List<Path> snapshots = folder.open();
    int step = snapshots.size();
    Path snapshot = snapshots.get(step - 1);
    int parallelism = plan.layout().parallelism();
    for (int target : parallelisms) {
      for (int max : maxima) {
        if (target > (max > 0 ? max : plan.layout().maxParallelism())) {
          continue;
        }
        Target there = new Target(target, max);
        Target back = new Target(parallelism, max > 0 ? plan.layout().maxParallelism() : 0);
        check(plan, step, snapshot, there, back);
      }
    }
    folder.close();
  }

  private void check(SnapshotPlan plan, int step, Path snapshot, Target there, Target back)
      throws Exception {
    Path rescaled = work.resolve("there");
    Path returned = work.resolve("back");
    String name = "%s to %s".formatted(plan.name(), there);
    SavvyRewrite.Outcome outcome = savvy.run("rescale", snapshot, rescaled, there.options());
    if (outcome.isRefused()) {
      refused++;
      System.out.printf("%s: refused: %s%n", name, outcome.reason());
      return;
    }
    List<JsonNode> expected = JsonRows.read(snapshot.resolve("expected.jsonl"));
    restore(name, plan, step, rescaled, expected, there.parallelism());
    savvy.run("rescale", rescaled, returned, back.options());
    restore(name + " and back", plan, step, returned, expected, back.parallelism());
    Folders.deleteIfExists(rescaled);
    Folders.deleteIfExists(returned);
  }

  private void restore(
      String name,
      SnapshotPlan plan,
      int step,
      Path snapshot,
      List<JsonNode> expected,
      int parallelism)
      throws Exception {
    long start = System.nanoTime();
    CheckedJob job = new CheckedJob(plan.scenario(), step, parallelism, plan.kind(), true);
    List<String> differences = RestoreCheck.differences(snapshot, expected, job);
    System.out.printf(
        "%s: %d rows, %d differences, %.1f s%n",
        name, expected.size(), differences.size(), (System.nanoTime() - start) / 1e9);
    differences.stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
    if (differences.isEmpty()) {
      restored++;
    } else {
      failed++;
    }
  }
}
