package savvy.flink.opinion;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs {@code savvy dump}. */
final class SavvyDump {
  private static final int NOT_SUPPORTED = 4;

  private SavvyDump() {}

  /**
   * The lines it prints for a snapshot in or under a folder of {@code testdata}; nothing if it says
   * that it does not support it.
   */
  static Optional<List<String>> lines(Path program, Path folder, Path snapshot) throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString(), "dump"));
    command.add(snapshot.toString());
    command.addAll(List.of("--format", "jsonl"));
    if (Files.exists(folder.resolve("map"))) {
      command.add("--map");
      command.add(Files.readString(folder.resolve("map")).strip());
    }
    Process process =
        new ProcessBuilder(command)
            .directory(folder.resolve("../..").toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    if (exitCode == NOT_SUPPORTED) {
      return Optional.empty();
    }
    if (exitCode != 0) {
      throw new IOException("savvy dump ends with exit code " + exitCode);
    }
    return Optional.of(output.lines().toList());
  }
}
