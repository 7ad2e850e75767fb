package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What a job holds, place by place, in a form that is the same at every parallelism: keyed state and
 * list elements wherever they are, union and broadcast state on each subtask.
 */
public final class Holding {
  private static final Set<String> KINDS =
      Set.of("keyed", "timer", "list", "union", "broadcast");

  private final UnaryOperator<String> nameOfOperator;
  private final Map<String, List<String>> contents = new TreeMap<>();

  /** Operators go by a name found from the id in their rows. */
  Holding(UnaryOperator<String> nameOfOperator) {
    this.nameOfOperator = nameOfOperator;
  }

  /** What a job of this parallelism must hold when a snapshot with these rows is restored. */
  public static Holding expected(
      List<JsonNode> rows, int parallelism, UnaryOperator<String> nameOfOperator) {
    Holding holding = new Holding(nameOfOperator);
    for (JsonNode row : rows) {
      boolean stored = !isBroadcast(row) || row.get("subtask").asInt() == 0;
      for (int subtask = 0; stored && subtask < (isOnAll(row) ? parallelism : 1); subtask++) {
        holding.add(row, subtask);
      }
    }
    return holding;
  }

  /** What the subtasks of a running job say they hold. */
  static Holding found(List<JsonNode> rows, UnaryOperator<String> nameOfOperator) {
    Holding holding = new Holding(nameOfOperator);
    for (JsonNode row : rows) {
      holding.add(row, row.get("subtask").asInt());
    }
    return holding;
  }

  /** One line a place whose contents are not the expected ones. */
  public List<String> differencesTo(Holding found) {
    List<String> differences = new ArrayList<>();
    contents.forEach(
        (place, expected) -> {
          List<String> there = found.contents.getOrDefault(place, List.of());
          if (!there.equals(expected)) {
            differences.add(place + ": expected " + text(expected) + ", found " + text(there));
          }
        });
    found.contents.forEach(
        (place, there) -> {
          if (!contents.containsKey(place)) {
            differences.add(place + ": expected nothing, found " + text(there));
          }
        });
    return differences;
  }

  /** Whether a row is of a kind that is known here; the others belong to sources and the network. */
  public static boolean isComparable(JsonNode row) {
    return KINDS.contains(row.get("kind").asText());
  }

  private void add(JsonNode row, int subtask) {
    StringBuilder place = new StringBuilder();
    place.append("operator ").append(nameOfOperator.apply(row.get("operator_id").asText()));
    place.append(", state ").append(row.get("state").asText());
    if (isOnAll(row)) {
      place.append(", subtask ").append(subtask);
    }
    append(place, ", key ", row.get("state_key"));
    append(place, ", namespace ", row.get("state_namespace"));
    append(place, ", map key ", row.get("map_key"));
    append(place, ", timer at ", row.get("timer_timestamp"));
    if (isKeyed(row)) {
      append(place, ", element ", row.get("list_index"));
    } else {
      append(place, ", element ", withoutReading(row.get("list_value")));
    }
    contents.computeIfAbsent(place.toString(), key -> new ArrayList<>()).add(content(row));
  }

  private static String content(JsonNode row) {
    for (String field : List.of("state_value", "map_value", "list_value")) {
      if (row.has(field)) {
        JsonNode value = withoutReading(row.get(field));
        // Of bytes that nobody interprets, the bytes count and not who could have done so.
        return (value.has("$base64") ? value.get("$base64") : value).toString();
      }
    }
    return row.path("state_kind").asText("it");
  }

  /** Where bytes of a connector stand beside what they seem to be, only the bytes. */
  private static JsonNode withoutReading(JsonNode value) {
    return value != null && value.has("$bytes") ? value.get("$bytes") : value;
  }

  private static String text(List<String> contents) {
    return contents.isEmpty() ? "nothing" : String.join(" and ", contents);
  }

  private static void append(StringBuilder place, String label, JsonNode value) {
    if (value != null) {
      place.append(label).append(value);
    }
  }

  private static boolean isKeyed(JsonNode row) {
    return row.get("kind").asText().equals("keyed");
  }

  private static boolean isBroadcast(JsonNode row) {
    return row.get("kind").asText().equals("broadcast");
  }

  private static boolean isOnAll(JsonNode row) {
    return isBroadcast(row) || row.get("kind").asText().equals("union");
  }
}
