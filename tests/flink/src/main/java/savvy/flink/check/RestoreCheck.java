package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import savvy.flink.ExpectedFile;
import savvy.flink.Folders;
import savvy.flink.JobRun;
import savvy.flink.Layout;
import savvy.flink.ObservedScenario;
import savvy.flink.OperatorNames;
import savvy.flink.PlannedScenario;
import savvy.flink.RunningJob;
import savvy.flink.probe.Probes;

/**
 * Restores a snapshot in a cluster and says how what the job then holds differs from what it must.
 * If it does not, twice: the job runs on, and the snapshot it takes must hold the same. At the end
 * every timer fires, once.
 */
final class RestoreCheck {
  private final CheckedJob job;
  private final Configuration options;
  private final Path work;
  private final OperatorNames names;

  private RestoreCheck(CheckedJob checked, Path work) {
    this.job = checked;
    this.options = checked.kind().options(work);
    this.work = work;
    this.names = OperatorNames.of(checked.scenario(), checked.parallelism());
  }

  /** One line a difference. */
  static List<String> differences(
      Path snapshot, List<JsonNode> expected, CheckedJob job) throws Exception {
    Path work = Files.createTempDirectory("savvy-restore-");
    try {
      return new RestoreCheck(job, work)
          .differences(
              snapshot.toUri().toString(),
              expected.stream().filter(Holding::isComparable).toList());
    } finally {
      Folders.deleteIfExists(work);
    }
  }

  private List<String> differences(String snapshot, List<JsonNode> expected) throws Exception {
    List<String> differences = new ArrayList<>();
    String next;
    try (RunningJob running = start(snapshot)) {
      differences.addAll(compare("restored", expected, JsonRows.of(Probes.restored())));
      if (!differences.isEmpty()) {
        return differences;
      }
      next = take(running);
    }
    List<JsonNode> later = whenAllHasArrived(expected);
    try (RunningJob running = start(next)) {
      List<JsonNode> found = JsonRows.of(Probes.restored());
      differences.addAll(compare("restored again", steady(later), steady(found)));
      differences.addAll(compareCounts(later, found));
      Probes.fireProcessingTimers();
      running.drain(work.toUri().toString(), format());
      List<JsonNode> timers = JsonRows.ofKind("timer", later);
      differences.addAll(compare("fired", timers, JsonRows.of(Probes.fired())));
    }
    return differences;
  }

  /** Where a snapshot has records on their way, the job goes on from what it is restored to. */
  private List<JsonNode> whenAllHasArrived(List<JsonNode> restored) throws IOException {
    if (job.scenario() instanceof ObservedScenario
        && job.scenario() instanceof PlannedScenario planned) {
      Layout layout = new Layout(job.parallelism(), job.parallelism());
      return JsonRows.of(ExpectedFile.planned(planned, layout, job.step()));
    }
    return restored;
  }

  private List<JsonNode> steady(List<JsonNode> rows) {
    return rows.stream().filter(row -> !isChanging(row)).toList();
  }

  private List<String> compareCounts(List<JsonNode> expected, List<JsonNode> found) {
    long before = expected.stream().filter(this::isChanging).count();
    long after = found.stream().filter(this::isChanging).count();
    return before == after || job.rescaled()
        ? List.of()
        : List.of("restored again: expected " + before + " changing elements, found " + after);
  }

  private boolean isChanging(JsonNode row) {
    if (!(job.scenario() instanceof ObservedScenario observed)) {
      return false;
    }
    String state = row.get("state").asText();
    return observed.changingStates().contains(state)
        || (job.rescaled() && observed.statesOfSubtasks().contains(state));
  }

  /** The first checkpoint of a restored job writes every file, the second shares them. */
  private String take(RunningJob running) throws Exception {
    if (!job.checkpointed()) {
      return running.savepoint(work.toUri().toString(), format());
    }
    running.checkpoint();
    return running.checkpoint();
  }

  /** The usual one, where the backend has it. */
  private SavepointFormatType format() {
    return job.kind().backend().equals("forst")
        ? SavepointFormatType.NATIVE
        : SavepointFormatType.CANONICAL;
  }

  private RunningJob start(String snapshot) throws Exception {
    return RunningJob.start(
        new JobRun(
            job.scenario(), job.parallelism(), job.step(), options, Optional.of(snapshot)));
  }

  private List<String> compare(String when, List<JsonNode> expected, List<JsonNode> found) {
    return Holding.expected(expected, job.parallelism(), names::uid)
        .differencesTo(Holding.found(found, names::uid))
        .stream()
        .map(difference -> when + ": " + difference)
        .toList();
  }
}
