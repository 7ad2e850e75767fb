package savvy.flink;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import savvy.flink.probe.Probes;

/** Writes {@code expected.jsonl}: what a snapshot of a plan must hold. */
public final class ExpectedFile {
  private ExpectedFile() {}

  /** Writes it beside the metadata of the snapshot that a job took after a step. */
  static void write(SnapshotPlan plan, int step, Path snapshot, OperatorNames names)
      throws Exception {
    List<String> lines = new ArrayList<>();
    for (Row row : rows(plan, step, snapshot)) {
      String id = (String) row.get(RowField.OPERATOR_ID);
      lines.add(Json.line(row.with(RowField.OPERATOR, names.shownOfId(id))));
    }
    Files.write(snapshot.resolve("expected.jsonl"), lines);
  }

  /** The rows of a scenario that knows them. */
  public static List<Row> planned(PlannedScenario scenario, Layout layout, int step) {
    OperatorNames names = OperatorNames.of(scenario, layout.parallelism());
    ExpectedRows rows = new ExpectedRows(names, layout, step);
    scenario.expect(rows);
    return rows.all();
  }

  private static List<Row> rows(SnapshotPlan plan, int step, Path snapshot) throws Exception {
    if (plan.scenario() instanceof ObservedScenario scenario) {
      List<Row> rows = restored(plan, step, snapshot);
      check(scenario.counts(), rows);
      return rows;
    }
    return planned((PlannedScenario) plan.scenario(), plan.layout(), step);
  }

  private static List<Row> restored(SnapshotPlan plan, int step, Path snapshot) throws Exception {
    Path work = Files.createTempDirectory("savvy-observe-");
    JobRun run =
        new JobRun(
            plan.scenario(),
            plan.layout().parallelism(),
            step,
            plan.kind().options(work),
            Optional.of(snapshot.toUri().toString()));
    try (RunningJob job = RunningJob.start(run)) {
      return Probes.restored();
    } finally {
      Folders.deleteIfExists(work);
    }
  }

  private static void check(Map<String, Integer> counts, List<Row> rows) {
    for (var count : counts.entrySet()) {
      long found =
          rows.stream().filter(row -> count.getKey().equals(row.get(RowField.STATE))).count();
      if (found != count.getValue()) {
        throw new IllegalStateException(
            "state %s: expected %d rows, restored %d of %s"
                .formatted(
                    count.getKey(),
                    count.getValue(),
                    found,
                    rows.stream().map(row -> row.get(RowField.STATE)).distinct().toList()));
      }
    }
  }
}
