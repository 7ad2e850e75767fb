package savvy.flink;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import savvy.flink.probe.Probes;
import savvy.flink.probe.ProbingFactory;
import savvy.flink.source.Gate;

/** The job of a scenario in a cluster of its own; closing cancels it. */
public final class RunningJob implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 180;

  private static final int MOST_ATTEMPTS = 5;
  private static final long PAUSE_MILLIS = 500;

  private static final int MANY_SUBTASKS = 32;

  private static final Set<ExecutionState> RUN_OR_DONE =
      Set.of(ExecutionState.RUNNING, ExecutionState.FINISHED);

  /** Always the same, because the paths in a checkpoint hold it. */
  private static final JobID JOB_ID = new JobID(0, 1);

  private final MiniCluster cluster;
  private OperatorNames names;

  private RunningJob(MiniCluster cluster) {
    this.cluster = cluster;
  }

  /** Starts the job and waits until its state is complete. */
  public static RunningJob start(JobRun run) throws Exception {
    Probes.clear();
    Gate.reset(run.scenario().limit(run.step()));
    RunningJob running = new RunningJob(new MiniCluster(clusterOf(run)));
    try {
      running.cluster.start();
      StreamGraph graph = ScenarioGraph.of(run.scenario(), run.parallelism(), run.options());
      running.names = new OperatorNames(graph);
      ProbingFactory.addTo(graph);
      JobGraph job = graph.getJobGraph();
      job.setJobID(JOB_ID);
      job.setSavepointRestoreSettings(run.restoreSettings());
      await(running.cluster.submitJob(job));
      running.awaitCompleteState();
      return running;
    } catch (Exception failure) {
      running.cluster.close();
      throw failure;
    }
  }

  OperatorNames names() {
    return names;
  }

  /** Lets the sources go on, and waits until the state is complete again. */
  public void advanceTo(long limit) throws Exception {
    Gate.open(limit);
    awaitCompleteState();
  }

  /** Takes a savepoint under a folder, and returns where it is. */
  public String savepoint(String folder, SavepointFormatType format) throws Exception {
    return triggered(() -> cluster.triggerSavepoint(JOB_ID, folder, false, format));
  }

  /** Takes a checkpoint where the options of the job say, and returns where it is. */
  public String checkpoint() throws Exception {
    return triggered(() -> cluster.triggerCheckpoint(JOB_ID));
  }

  /** Ends the job as if all input had ended, so that every event-time timer fires. */
  public void drain(String folder, SavepointFormatType format) throws Exception {
    await(cluster.stopWithSavepoint(JOB_ID, folder, true, format));
    await(cluster.requestJobResult(JOB_ID));
  }

  @Override
  public void close() throws Exception {
    try (MiniCluster closing = cluster) {
      if (!await(closing.getJobStatus(JOB_ID)).isGloballyTerminalState()) {
        await(closing.cancelJob(JOB_ID));
        await(closing.requestJobResult(JOB_ID));
      }
    }
  }

  private static MiniClusterConfiguration clusterOf(JobRun run) {
    Configuration options = new Configuration(run.options());
    if (run.parallelism() > MANY_SUBTASKS) {
      // An exchange of all with all has channels by the square of the parallelism.
      options.setString("taskmanager.memory.segment-size", "4 kb");
      options.setString("taskmanager.memory.network.min", "768 mb");
      options.setString("taskmanager.memory.network.max", "768 mb");
    }
    return new MiniClusterConfiguration.Builder()
        .setConfiguration(options)
        .setNumTaskManagers(1)
        .setNumSlotsPerTaskManager(run.parallelism())
        .build();
  }

  /**
   * Waits until all tasks run, or are done, and the sources have emitted all they may. A barrier overtakes
   * no record, so what is triggered then holds the effect of every record.
   */
  private void awaitCompleteState() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (!allTasksRun() || !Gate.isReached()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("state not complete after " + TIMEOUT_SECONDS + " s");
      }
      Thread.sleep(20);
    }
  }

  private boolean allTasksRun() throws Exception {
    AccessExecutionGraph graph = await(cluster.getExecutionGraph(JOB_ID));
    if (graph.getFailureInfo() != null) {
      throw new IllegalStateException(graph.getFailureInfo().getExceptionAsString());
    }
    boolean allRun = graph.getState() == JobStatus.RUNNING;
    for (AccessExecutionVertex task : graph.getAllExecutionVertices()) {
      allRun &= RUN_OR_DONE.contains(task.getExecutionState());
    }
    return allRun;
  }

  /** A snapshot that is asked for while a task ends is declined: then it is asked for again. */
  private static String triggered(Supplier<CompletableFuture<String>> trigger) throws Exception {
    for (int attempt = 1; ; ++attempt) {
      try {
        return await(trigger.get());
      } catch (ExecutionException declined) {
        boolean again = ExceptionUtils.findThrowable(declined, CheckpointException.class).isPresent();
        if (!again || attempt == MOST_ATTEMPTS) {
          throw declined;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }
}
