package savvy.flink;

/**
 * Snapshots to make of one run of a job.
 *
 * @param name name of their folder in {@code testdata}, for example {@code flink1.20-hashmap-native}
 * @param scenario the job
 * @param layout how the job is spread
 * @param kind the way the snapshots are taken
 */
public record SnapshotPlan(String name, Scenario scenario, Layout layout, SnapshotKind kind) {}
