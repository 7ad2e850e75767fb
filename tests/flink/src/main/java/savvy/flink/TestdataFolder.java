package savvy.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder of {@code testdata}: snapshots, what they must hold, and how they were made. */
public final class TestdataFolder {
  /** The same on every machine, because handles can hold the absolute paths of their files. */
  private static final Path MADE_UNDER = Path.of("/tmp/savvy-testdata");

  private final SnapshotPlan plan;
  private final Path folder;
  private final Path madeIn;

  public TestdataFolder(SnapshotPlan plan, Path testdata) {
    this.plan = plan;
    this.folder = testdata.resolve(plan.name());
    this.madeIn = MADE_UNDER.resolve(plan.name());
  }

  /** Takes the snapshots of the plan, and puts them in the place of those that were there. */
  void make() throws Exception {
    Folders.deleteIfExists(madeIn);
    Files.createDirectories(madeIn);
    SnapshotTaker.Taken taken = SnapshotTaker.take(plan, madeIn);
    List<Path> snapshots = taken.snapshots();
    for (int step = 1; step <= snapshots.size(); step++) {
      ExpectedFile.write(plan, step, snapshots.get(step - 1), taken.names());
    }
    Files.createDirectories(folder.getParent());
    Folders.deleteIfExists(folder);
    if (canBeMoved()) {
      Folders.copy(snapshots.get(0), folder);
    } else {
      Folders.copy(madeIn, folder);
      Files.writeString(folder.resolve("map"), map());
    }
    Files.writeString(folder.resolve("README.md"), readme());
    Folders.deleteIfExists(madeIn);
  }

  /** The folders of the snapshots, by step, at a place from where Flink can restore them. */
  public List<Path> open() throws IOException {
    if (canBeMoved()) {
      return List.of(folder);
    }
    close();
    Files.createDirectories(madeIn.getParent());
    Folders.copy(folder, madeIn);
    try (Stream<Path> paths = Files.walk(madeIn)) {
      return paths
          .filter(path -> path.endsWith("_metadata"))
          .map(Path::getParent)
          .sorted((a, b) -> Integer.compare(checkpointId(a), checkpointId(b)))
          .toList();
    }
  }

  /** Where a snapshot that {@link #open} has returned is kept. */
  public Path committed(Path opened) {
    return canBeMoved() ? opened : folder.resolve(madeIn.relativize(opened));
  }

  public void close() throws IOException {
    Folders.deleteIfExists(madeIn);
  }

  private boolean canBeMoved() {
    return plan.kind().files() == SnapshotKind.Files.ALL_INSIDE;
  }

  /** Argument of {@code --map}; the second path is relative to the folder that holds all this. */
  private String map() {
    return "file:%s=%s%n".formatted(madeIn, folder.getParent().getParent().relativize(folder));
  }

  private String readme() {
    return "Flink %s, %s, parallelism %d of %d, job `%s`.%nMade by `tests/flink/make.sh --only %s`.%n"
        .formatted(
            FlinkRelease.version(),
            plan.kind().description(),
            plan.layout().parallelism(),
            plan.layout().maxParallelism(),
            plan.scenario().name(),
            plan.name());
  }

  /** Of a folder that is called {@code chk-} and a number. */
  private static int checkpointId(Path snapshot) {
    return Integer.parseInt(snapshot.getFileName().toString().substring("chk-".length()));
  }
}
