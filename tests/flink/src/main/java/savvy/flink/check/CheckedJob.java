package savvy.flink.check;

import savvy.flink.Scenario;
import savvy.flink.SnapshotKind;

/**
 * The job that a snapshot is restored into.
 *
 * @param step the step of the scenario after which the snapshot was taken
 * @param kind the backend and its options
 * @param rescaled whether the snapshot is of a job of another parallelism
 */
record CheckedJob(
    Scenario scenario, int step, int parallelism, SnapshotKind kind, boolean rescaled) {}
