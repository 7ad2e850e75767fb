package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import savvy.flink.Folders;
import savvy.flink.Scenarios;
import savvy.flink.SnapshotKind;

/** Proves that {@link RestoreCheck} fails: it must name whatever byte of a snapshot is changed. */
final class DamageCheck {
  private DamageCheck() {}

  /** Whether every change to a copy of the snapshot is found. */
  static boolean passes(Path snapshot) throws Exception {
    List<JsonNode> expected = JsonRows.read(snapshot.resolve("expected.jsonl"));
    boolean passes = true;
    for (Damage damage : Damage.all()) {
      List<String> differences = differencesAfter(damage, snapshot, expected);
      boolean found =
          differences.stream().anyMatch(line -> damage.isNamedBy(line.replace("restored: ", "")));
      System.out.printf("%s: changed %s, %s%n", snapshot.getFileName(), damage.name(),
          found ? "found" : "NOT FOUND, but " + differences);
      passes &= found;
    }
    return passes;
  }

  private static List<String> differencesAfter(
      Damage damage, Path snapshot, List<JsonNode> expected) throws Exception {
    Path copy = Files.createTempDirectory("savvy-damage-").resolve("snapshot");
    try {
      SnapshotKind kind = SnapshotKind.of("hashmap", SnapshotKind.Format.CANONICAL);
      CheckedJob job = new CheckedJob(Scenarios.named("all-kinds"), 1, 2, kind, false);
      Folders.copy(snapshot, copy);
      damage.apply(copy);
      return RestoreCheck.differences(copy, expected, job);
    } finally {
      Folders.deleteIfExists(copy.getParent());
    }
  }
}
