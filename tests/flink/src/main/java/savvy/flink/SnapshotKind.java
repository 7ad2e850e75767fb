package savvy.flink;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;

/**
 * One way to take a snapshot.
 *
 * @param name for example {@code hashmap-canonical-compressed}
 * @param description the same for people
 * @param backend value of {@code state.backend.type}
 * @param format what is triggered
 * @param files where the files are
 * @param pause before each snapshot, for what Flink does in the background
 * @param options other options of the job
 */
public record SnapshotKind(
    String name,
    String description,
    String backend,
    Format format,
    Files files,
    Duration pause,
    Map<String, String> options) {

  /** What is triggered. */
  public enum Format {
    CANONICAL("canonical savepoint"),
    NATIVE("native savepoint"),
    CHECKPOINT("retained checkpoint");

    private final String description;

    Format(String description) {
      this.description = description;
    }
  }

  /** Whether a snapshot can be moved, or holds absolute paths of files outside its folder. */
  public enum Files {
    ALL_INSIDE,
    SOME_OUTSIDE
  }

  /** Every state in a file of its own. */
  public static SnapshotKind of(String backend, Format format) {
    return new SnapshotKind(
            backend + "-" + format.name().toLowerCase(Locale.ROOT),
            backend + " backend, " + format.description,
            backend,
            format,
            Files.ALL_INSIDE,
            Duration.ZERO,
            Map.of())
        .with("execution.checkpointing.data-inline-threshold", "0 b");
  }

  /** Small state inside the metadata, as by default. */
  public SnapshotKind inline() {
    return with("execution.checkpointing.data-inline-threshold", "20 kb");
  }

  SnapshotKind compressed() {
    return called("compressed", "compressed")
        .with("execution.checkpointing.snapshot-compression", "true");
  }

  /** Checkpoints that hand on the files of those before them. */
  public SnapshotKind incremental() {
    return sharingFiles("incremental", "incremental")
        .with("execution.checkpointing.incremental", "true");
  }

  /** Levels so small that RocksDB compacts within a few checkpoints. */
  SnapshotKind compactedOften() {
    return called("compacted", "compacted often")
        .with("state.backend.rocksdb.writebuffer.size", "64 kb")
        .with("state.backend.rocksdb.compaction.level.target-file-size-base", "128 kb")
        .with("state.backend.rocksdb.compaction.level.max-size-level-base", "256 kb");
  }

  /** Barriers overtake records, which become part of the checkpoint. */
  SnapshotKind unaligned() {
    return called("unaligned", "unaligned")
        .with("execution.checkpointing.unaligned.enabled", "true")
        // Only jobs with periodic checkpoints have barriers that may overtake.
        .with("execution.checkpointing.interval", "1 d");
  }

  /** Several states in one file. */
  SnapshotKind merged() {
    return sharingFiles("merged", "files merged")
        .with("execution.checkpointing.file-merging.enabled", "true")
        .with("execution.checkpointing.file-merging.across-checkpoint-boundary", "true");
  }

  /** Only changes are written. */
  SnapshotKind changelog() {
    return changelog("changelog", "changelog, nothing materialized", Duration.ofDays(1000));
  }

  /** Changes are written, onto what is materialized in between. */
  SnapshotKind changelogMaterialized() {
    return changelog("changelog-materialized", "changelog, materialized", Duration.ofMillis(500))
        .after(Duration.ofSeconds(3));
  }

  private SnapshotKind changelog(String suffix, String explanation, Duration materialization) {
    return sharingFiles(suffix, explanation)
        .with("state.changelog.enabled", "true")
        .with("state.changelog.storage", "filesystem")
        .with("state.changelog.periodic-materialize.interval", materialization.toMillis() + " ms");
  }

  /** Timers in raw keyed state, instead of among the data of RocksDB. */
  SnapshotKind heapTimers() {
    return called("heap-timers", "timers on the heap")
        .with("state.backend.rocksdb.timer-service.factory", "HEAP");
  }

  private SnapshotKind sharingFiles(String suffix, String explanation) {
    SnapshotKind called = called(suffix, explanation);
    return new SnapshotKind(
        called.name, called.description, backend, format, Files.SOME_OUTSIDE, pause, options);
  }

  SnapshotKind after(Duration someTime) {
    return new SnapshotKind(name, description, backend, format, files, someTime, options);
  }

  /** Another name, for what the options that follow bring about. */
  SnapshotKind called(String suffix, String explanation) {
    return new SnapshotKind(
        name + "-" + suffix, description + ", " + explanation, backend, format, files, pause, options);
  }

  SnapshotKind with(String option, String value) {
    Map<String, String> more = new TreeMap<>(options);
    more.put(option, value);
    return new SnapshotKind(name, description, backend, format, files, pause, more);
  }

  /** Options of a job whose snapshots are of this kind, with checkpoints under a folder. */
  public Configuration options(Path checkpoints) {
    Configuration all = new Configuration();
    // Several clusters may run on this machine.
    all.setString("rest.bind-port", "0");
    all.setString("state.backend.type", backend);
    all.setString("execution.checkpointing.storage", "filesystem");
    all.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    all.setString("dstl.dfs.base-path", checkpoints.resolve("changelog").toUri().toString());
    all.setString("execution.checkpointing.num-retained", "100");
    all.setString(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    options.forEach(all::setString);
    return all;
  }
}
