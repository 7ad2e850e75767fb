package savvy.flink.check;

import savvy.flink.Scenario;
import savvy.flink.SnapshotKind;

/**
 * The job that a snapshot is restored into.
 *
 * @param step the step of the scenario after which the snapshot was taken
 * @param kind the backend and its options
 * @param rescaled whether the snapshot is of a job of another parallelism
 * @param checkpointed whether it goes on from its second checkpoint, else from a savepoint
 */
record CheckedJob(
    Scenario scenario,
    int step,
    int parallelism,
    SnapshotKind kind,
    boolean rescaled,
    boolean checkpointed) {

  CheckedJob(Scenario scenario, int step, int parallelism, SnapshotKind kind, boolean rescaled) {
    this(scenario, step, parallelism, kind, rescaled, false);
  }
}
