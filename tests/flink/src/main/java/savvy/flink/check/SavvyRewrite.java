package savvy.flink.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a command of savvy that makes a snapshot of another. */
final class SavvyRewrite {
  private static final int NOT_SUPPORTED = 4;

  private final Path program;

  SavvyRewrite(Path program) {
    this.program = program;
  }

  /**
   * What the command said of a snapshot that it refuses.
   *
   * @param reason empty if the rewritten snapshot is there
   */
  record Outcome(String reason) {
    boolean isRefused() {
      return !reason.isEmpty();
    }
  }

  /** Runs {@code savvy COMMAND FROM TO OPTION…}; ends with an error if the command fails. */
  Outcome run(String command, Path from, Path to, List<String> options) throws Exception {
    List<String> words =
        new ArrayList<>(List.of(program.toString(), command, from.toString(), to.toString()));
    words.addAll(options);
    Process process =
        new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    String messages =
        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int exitCode = process.waitFor();
    if (exitCode == NOT_SUPPORTED) {
      return new Outcome(messages.isEmpty() ? "exit code 4" : messages);
    }
    if (exitCode != 0) {
      throw new IOException(
          "%s ends with exit code %d: %s".formatted(String.join(" ", words), exitCode, messages));
    }
    return new Outcome("");
  }
}
