package savvy.flink.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The command: restores snapshots of the same state in turns, round after round, and prints the
 * median of the seconds of each, one a line.
 */
public final class TimeRestores {
  private static final String USAGE = "usage: BYTES ROUNDS SNAPSHOT…";

  private final long keys;
  private final List<Side> sides;

  /** A snapshot, and what its restores took. */
  private record Side(Path snapshot, List<Double> seconds) {
    double median() {
      List<Double> sorted = seconds.stream().sorted().toList();
      int middle = sorted.size() / 2;
      return sorted.size() % 2 == 1
          ? sorted.get(middle)
          : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
  }

  private TimeRestores(long keys, List<Path> snapshots) {
    this.keys = keys;
    this.sides = snapshots.stream().map(path -> new Side(path, new ArrayList<>())).toList();
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 3) {
      System.err.println(USAGE);
      System.exit(2);
    }
    List<Path> snapshots =
        List.of(args).subList(2, args.length).stream()
            .map(name -> Path.of(name).toAbsolutePath())
            .toList();
    TimeRestores times =
        new TimeRestores(LargeState.keysFor(Long.parseLong(args[0])), snapshots);
    times.warmUp();
    for (int round = 1; round <= Integer.parseInt(args[1]); round++) {
      times.measure(round);
    }
    times.sides.forEach(side -> System.out.printf(Locale.ROOT, "%.3f%n", side.median()));
    System.exit(0);
  }

  /** The first job of a JVM loads classes and the library of RocksDB, whatever it restores. */
  private void warmUp() throws Exception {
    try (LargeJob job = LargeJob.inNewCluster(keys, folder(), Map.of())) {
      job.submit(Optional.empty());
    }
  }

  /** Every other round runs the other way, so that none always comes after the same one. */
  private void measure(int round) throws Exception {
    List<Side> order = new ArrayList<>(sides);
    if (round % 2 == 0) {
      Collections.reverse(order);
    }
    for (Side side : order) {
      double seconds = restore(side.snapshot());
      side.seconds().add(seconds);
      System.err.printf(
          "round %d: %s restored in %.2f s%n", round, side.snapshot().getFileName(), seconds);
    }
  }

  private double restore(Path snapshot) throws Exception {
    try (LargeJob job = LargeJob.inNewCluster(keys, folder(), Map.of())) {
      double seconds = job.submit(Optional.of(snapshot));
      job.checkSample();
      return seconds;
    }
  }

  /** Beside the snapshots, so that what is restored goes to the same disk. */
  private Path folder() {
    return sides.get(0).snapshot().getParent();
  }
}
