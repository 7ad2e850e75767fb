package savvy.flink;

import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;

/**
 * A job to run.
 *
 * @param step how far the sources go at first
 * @param options of the job and of its cluster; without a maximum parallelism a restored job takes
 *     that of its snapshot
 * @param snapshot what the job starts from, if it does not start empty
 */
public record JobRun(
    Scenario scenario,
    int parallelism,
    int step,
    Configuration options,
    Optional<String> snapshot) {

  /** Every state in a snapshot must find the operator it belongs to. */
  SavepointRestoreSettings restoreSettings() {
    return snapshot
        .map(path -> SavepointRestoreSettings.forPath(path, false))
        .orElseGet(SavepointRestoreSettings::none);
  }
}
