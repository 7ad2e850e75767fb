package savvy.flink.opinion;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import savvy.flink.Plans;
import savvy.flink.SnapshotPlan;
import savvy.flink.TestdataFolder;
import savvy.flink.check.Holding;
import savvy.flink.check.JsonRows;

/**
 * Compares what {@code testdata} says a snapshot holds, and what {@code savvy dump} prints if there
 * is a program, with what the State Processor API reads. What that cannot read is listed.
 */
public final class SecondOpinion {
  private static final String USAGE = "usage: TESTDATA [SUBSTRING OF NAMES [SAVVY PROGRAM]]";
  private static final int SHOWN = 10;

  private final Optional<Path> program;
  private int differences;

  private SecondOpinion(Optional<Path> program) {
    this.program = program;
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 1 || args.length > 3) {
      System.err.println(USAGE);
      System.exit(2);
    }
    Path testdata = Path.of(args[0]).toAbsolutePath();
    String only = args.length > 1 ? args[1] : "";
    SecondOpinion opinion =
        new SecondOpinion(
            args.length > 2 ? Optional.of(Path.of(args[2]).toAbsolutePath()) : Optional.empty());
    for (SnapshotPlan plan : Plans.all()) {
      if (plan.name().contains(only)) {
        opinion.compare(plan, testdata);
      }
    }
    System.exit(opinion.differences == 0 ? 0 : 1);
  }

  private void compare(SnapshotPlan plan, Path testdata) throws Exception {
    TestdataFolder folder = new TestdataFolder(plan, testdata);
    for (Path snapshot : folder.open()) {
      Path committed = folder.committed(snapshot);
      String name = testdata.relativize(committed).toString();
      List<JsonNode> expected = JsonRows.read(committed.resolve("expected.jsonl"));
      if (program.isPresent()) {
        Path root = testdata.resolve(plan.name());
        compareWithSavvy(name, expected, SavvyDump.lines(program.get(), root, committed));
      }
      compareWithApi(name, snapshot, expected);
    }
    folder.close();
  }

  private void compareWithApi(String name, Path snapshot, List<JsonNode> expected)
      throws Exception {
    StateProcessor api;
    try {
      api = StateProcessor.read(snapshot.toUri().toString());
    } catch (Exception unreadable) {
      System.out.printf("%s: the API cannot read it: %s%n", name, rootOf(unreadable));
      return;
    }
    api.unread().forEach(what -> System.out.printf("%s: the API cannot read %s%n", name, what));
    List<JsonNode> comparable = new ArrayList<>();
    for (JsonNode row : expected) {
      if (api.hasRead(row.get("operator_id").asText(), row.get("state").asText())) {
        comparable.add(row);
      }
    }
    System.out.printf(
        "%s: the API has read %d rows of %d%n", name, comparable.size(), expected.size());
    List<JsonNode> found = ofOperatorsIn(expected, JsonRows.parse(api.lines()));
    compare(name, "API and expected.jsonl", comparable, found);
  }

  /** The API wraps what went wrong in its own words. */
  private static Throwable rootOf(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private void compareWithSavvy(
      String name, List<JsonNode> expected, Optional<List<String>> lines) throws Exception {
    if (lines.isEmpty()) {
      System.out.printf("%s: savvy says that it does not support it%n", name);
      return;
    }
    List<JsonNode> rows = JsonRows.parse(lines.get());
    long others = rows.stream().filter(row -> !Holding.isComparable(row)).count();
    System.out.printf("%s: savvy prints %d rows, %d not compared%n", name, rows.size(), others);
    List<JsonNode> printed = rows.stream().filter(Holding::isComparable).toList();
    compare(name, "savvy and expected.jsonl", expected, ofOperatorsIn(expected, printed));
  }

  /** What a snapshot must hold is not said of its sources. */
  private static List<JsonNode> ofOperatorsIn(List<JsonNode> expected, List<JsonNode> rows) {
    Set<JsonNode> operators =
        expected.stream().map(row -> row.get("operator_id")).collect(Collectors.toSet());
    return rows.stream().filter(row -> operators.contains(row.get("operator_id"))).toList();
  }

  /** One subtask for both: which subtask holds what is not for the API to say. */
  private void compare(
      String name, String who, List<JsonNode> expected, List<JsonNode> found) {
    List<String> lines =
        Holding.expected(expected, 1, id -> id).differencesTo(Holding.expected(found, 1, id -> id));
    differences += lines.size();
    System.out.printf("%s: %s: %d differences%n", name, who, lines.size());
    lines.stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
  }
}
