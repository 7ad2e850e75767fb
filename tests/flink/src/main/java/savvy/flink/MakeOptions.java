package savvy.flink;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Options of {@link Make}.
 *
 * @param out folder that gets a folder a snapshot
 * @param only makes just the snapshots whose name contains this; empty means all
 */
record MakeOptions(Path out, String only) {
  static final String USAGE = "usage: --out DIR [--only SUBSTRING]";

  /** Nothing if the arguments do not follow the usage. */
  static Optional<MakeOptions> parse(String[] args) {
    if (args.length == 2 && args[0].equals("--out")) {
      return Optional.of(new MakeOptions(Path.of(args[1]), ""));
    }
    if (args.length == 4 && args[0].equals("--out") && args[2].equals("--only")) {
      return Optional.of(new MakeOptions(Path.of(args[1]), args[3]));
    }
    return Optional.empty();
  }
}
