package savvy.flink;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Options of {@link Make}.
 *
 * @param out folder that gets a folder a snapshot
 * @param large makes those that are not kept
 * @param only makes just the snapshots whose name contains this; empty means all
 */
record MakeOptions(Path out, boolean large, String only) {
  static final String USAGE = "usage: --out DIR [--large] [--only SUBSTRING]";

  /** Nothing if the arguments do not follow the usage. */
  static Optional<MakeOptions> parse(String[] args) {
    List<String> rest = new ArrayList<>(List.of(args));
    boolean large = rest.remove("--large");
    if (rest.size() == 2 && rest.get(0).equals("--out")) {
      return Optional.of(new MakeOptions(Path.of(rest.get(1)), large, ""));
    }
    if (rest.size() == 4 && rest.get(0).equals("--out") && rest.get(2).equals("--only")) {
      return Optional.of(new MakeOptions(Path.of(rest.get(1)), large, rest.get(3)));
    }
    return Optional.empty();
  }
}
