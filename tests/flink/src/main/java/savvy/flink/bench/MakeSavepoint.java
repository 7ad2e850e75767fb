package savvy.flink.bench;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The command: makes the canonical savepoint of a job with so much state. */
public final class MakeSavepoint {
  private static final String USAGE = "usage: FOLDER BYTES [OPTION=VALUE]…";

  private MakeSavepoint() {}

  public static void main(String[] args) throws Exception {
    if (args.length < 2) {
      System.err.println(USAGE);
      System.exit(2);
    }
    Path folder = Path.of(args[0]).toAbsolutePath();
    make(folder, LargeState.keysFor(Long.parseLong(args[1])), options(args));
    System.exit(0);
  }

  private static Map<String, String> options(String[] args) {
    return Arrays.stream(args)
        .skip(2)
        .map(option -> option.split("=", 2))
        .collect(Collectors.toMap(option -> option[0], option -> option[1]));
  }

  /** The folder gets its name when it is complete. */
  private static void make(Path folder, long keys, Map<String, String> options)
      throws Exception {
    Path parent = Files.createDirectories(folder.getParent());
    try (LargeJob job = LargeJob.inNewCluster(keys, parent, options)) {
      job.submit(Optional.empty());
      job.fill();
      Files.move(Path.of(URI.create(job.savepoint(parent)).getPath()), folder);
    }
  }
}
