package savvy.flink.check;

import java.nio.file.Path;
import java.util.List;
import savvy.flink.Scenarios;
import savvy.flink.SnapshotKind;

/** The command: checks one snapshot, whoever wrote it. */
public final class Restore {
  private static final String USAGE =
      "usage: SNAPSHOT EXPECTED.JSONL SCENARIO PARALLELISM hashmap|rocksdb [rescaled]";

  /** Sources of a snapshot made by others stay where the first step leaves them. */
  private static final int STEP = 1;

  private static final int SHOWN = 50;

  private Restore() {}

  public static void main(String[] args) throws Exception {
    if (args.length < 5 || args.length > 6) {
      System.err.println(USAGE);
      System.exit(2);
    }
    SnapshotKind kind = SnapshotKind.of(args[4], SnapshotKind.Format.CANONICAL).inline();
    Path snapshot = Path.of(args[0]).toAbsolutePath();
    List<String> differences =
        RestoreCheck.differences(
            snapshot,
            JsonRows.read(Path.of(args[1])),
            new CheckedJob(
                Scenarios.named(args[2]),
                STEP,
                Integer.parseInt(args[3]),
                kind,
                args.length == 6));
    differences.stream().limit(SHOWN).forEach(System.out::println);
    System.out.printf("%s: %d differences%n", snapshot.getFileName(), differences.size());
    System.exit(differences.isEmpty() ? 0 : 1);
  }
}
