package savvy.flink.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import savvy.flink.Folders;
import savvy.flink.SnapshotKind;
import savvy.flink.source.Gate;

/**
 * The job of large state in a cluster of its own, with the RocksDB backend and incremental
 * checkpoints. No probe is beside its operator: reading all state would take longer than restoring
 * it. Closing cancels the job and removes its files.
 */
final class LargeJob implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 1800;

  private final long keys;
  private final JobID id = new JobID();
  private final Path work;
  private final Configuration options;
  private final MiniCluster cluster;

  private LargeJob(long keys, Path work, Configuration options) throws Exception {
    this.keys = keys;
    this.work = work;
    this.options = options;
    this.cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(options)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(LargeState.PARALLELISM)
                .build());
    cluster.start();
  }

  /**
   * Starts a cluster, in which nothing runs yet.
   *
   * @param parent its files go into a folder under this
   * @param more options of the job
   */
  static LargeJob inNewCluster(long keys, Path parent, Map<String, String> more)
      throws Exception {
    Path work = Files.createTempDirectory(parent, "cluster-");
    Configuration options = options(work);
    more.forEach(options::setString);
    return new LargeJob(keys, work, options);
  }

  /**
   * Submits the job and waits until all its tasks run, with their state restored. The sources emit
   * nothing yet.
   *
   * @return the seconds from the one to the other, by the clock that Flink notes its times with
   */
  double submit(Optional<Path> snapshot) throws Exception {
    Sample.clear();
    Gate.reset(snapshot.isPresent() ? keys : 0);
    JobGraph job = LargeState.graph(keys, options).getJobGraph();
    job.setJobID(id);
    job.setSavepointRestoreSettings(
        snapshot
            .map(path -> SavepointRestoreSettings.forPath(path.toUri().toString(), false))
            .orElseGet(SavepointRestoreSettings::none));
    long submitted = System.currentTimeMillis();
    await(cluster.submitJob(job));
    await("running", () -> allTasksRun() && Gate.isReached());
    return (lastStart() - submitted) / 1e3;
  }

  /** Lets the sources fill the state of every key. */
  void fill() throws Exception {
    Gate.open(keys);
    await("filled", Gate::isReached);
  }

  /** Reads keys from all over the restored state, and lets the first timers fire. */
  void checkSample() throws Exception {
    Gate.open(keys + Sample.NUMBERS);
    long expected = Sample.NUMBERS + LargeState.sampledTimers();
    await("sampled", () -> Sample.count() >= expected);
    if (Sample.count() != expected || Sample.wrong() > 0) {
      throw new IllegalStateException(
          "%d keys and timers sampled, %d of them wrong; expected %d and 0"
              .formatted(Sample.count(), Sample.wrong(), expected));
    }
  }

  /** Takes a canonical savepoint somewhere under a folder, and returns where it is. */
  String savepoint(Path folder) throws Exception {
    return await(
        cluster.triggerSavepoint(
            id, folder.toUri().toString(), false, SavepointFormatType.CANONICAL));
  }

  @Override
  public void close() throws Exception {
    try (MiniCluster closing = cluster) {
      await(closing.cancelJob(id));
      await(closing.requestJobResult(id));
    } finally {
      Folders.deleteIfExists(work);
    }
  }

  private static Configuration options(Path work) {
    Configuration options =
        SnapshotKind.of("rocksdb", SnapshotKind.Format.CHECKPOINT)
            .incremental()
            .inline()
            .options(work);
    options.setString("io.tmp.dirs", work.toString());
    // A slot has what the only slot of a task manager has by default; a mini cluster has far less.
    options.setString("taskmanager.memory.managed.size", 512 * LargeState.PARALLELISM + " mb");
    return options;
  }

  private boolean allTasksRun() throws Exception {
    AccessExecutionGraph graph = await(cluster.getExecutionGraph(id));
    if (graph.getFailureInfo() != null) {
      throw new IllegalStateException(graph.getFailureInfo().getExceptionAsString());
    }
    // Until then the graph has no tasks.
    boolean allRun = graph.getState() == JobStatus.RUNNING;
    for (AccessExecutionVertex task : graph.getAllExecutionVertices()) {
      allRun &= task.getExecutionState() == ExecutionState.RUNNING;
    }
    return allRun;
  }

  private long lastStart() throws Exception {
    long last = 0;
    for (AccessExecutionVertex task :
        await(cluster.getExecutionGraph(id)).getAllExecutionVertices()) {
      last = Math.max(last, task.getStateTimestamp(ExecutionState.RUNNING));
    }
    return last;
  }

  private void await(String what, Callable<Boolean> isDone) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (!isDone.call()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not " + what + " after " + TIMEOUT_SECONDS + " s");
      }
      Thread.sleep(20);
    }
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }
}
