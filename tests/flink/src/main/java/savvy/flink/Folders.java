package savvy.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Removes and copies whole folders. */
public final class Folders {
  private Folders() {}

  public static void deleteIfExists(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path path : pathsIn(folder, Comparator.reverseOrder())) {
        Files.delete(path);
      }
    }
  }

  public static void copy(Path from, Path to) throws IOException {
    for (Path path : pathsIn(from, Comparator.naturalOrder())) {
      Files.copy(path, to.resolve(from.relativize(path).toString()));
    }
  }

  /** The folder and all in it; in natural order a folder comes before what it holds. */
  private static List<Path> pathsIn(Path folder, Comparator<Path> order) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(order).toList();
    }
  }
}
