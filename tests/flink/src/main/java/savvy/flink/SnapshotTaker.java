package savvy.flink;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.SavepointFormatType;

/** Takes the snapshots of a plan, one a step of its scenario. */
final class SnapshotTaker {
  private SnapshotTaker() {}

  /** Takes them somewhere under a folder, and returns the folders that hold their metadata. */
  static Taken take(SnapshotPlan plan, Path folder) throws Exception {
    List<Path> snapshots = new ArrayList<>();
    try (RunningJob job = RunningJob.start(run(plan, folder))) {
      snapshots.add(take(plan.kind(), job, folder));
      for (int step = 2; step <= plan.scenario().steps(); step++) {
        job.advanceTo(plan.scenario().limit(step));
        snapshots.add(take(plan.kind(), job, folder));
      }
      return new Taken(snapshots, job.names());
    }
  }

  /** Snapshots by step, and what the operators of the job are called. */
  record Taken(List<Path> snapshots, OperatorNames names) {}

  private static Path take(SnapshotKind kind, RunningJob job, Path folder)
      throws Exception {
    Thread.sleep(kind.pause().toMillis());
    String target = folder.toUri().toString();
    String snapshot =
        switch (kind.format()) {
          case CANONICAL -> job.savepoint(target, SavepointFormatType.CANONICAL);
          case NATIVE -> job.savepoint(target, SavepointFormatType.NATIVE);
          case CHECKPOINT -> job.checkpoint();
        };
    return Path.of(URI.create(snapshot).getPath());
  }

  private static JobRun run(SnapshotPlan plan, Path folder) {
    Configuration options = plan.kind().options(folder);
    options.set(PipelineOptions.MAX_PARALLELISM, plan.layout().maxParallelism());
    return new JobRun(plan.scenario(), plan.layout().parallelism(), 1, options, Optional.empty());
  }
}
