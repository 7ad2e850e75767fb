package savvy.flink.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import savvy.flink.Json;
import savvy.flink.Row;

/** Rows in the form in which they are compared: as JSON values, whoever printed them. */
public final class JsonRows {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonRows() {}

  public static List<JsonNode> read(Path jsonLines) throws IOException {
    return parse(Files.readAllLines(jsonLines));
  }

  static List<JsonNode> of(List<Row> rows) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Row row : rows) {
      lines.add(Json.line(row));
    }
    return parse(lines);
  }

  static List<JsonNode> ofKind(String kind, List<JsonNode> rows) {
    return rows.stream().filter(row -> row.get("kind").asText().equals(kind)).toList();
  }

  public static List<JsonNode> parse(List<String> lines) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : lines) {
      rows.add(MAPPER.readTree(line));
    }
    return rows;
  }
}
