package savvy.flink;

import static savvy.flink.RowField.LIST_INDEX;
import static savvy.flink.RowField.LIST_VALUE;
import static savvy.flink.RowField.MAP_KEY;
import static savvy.flink.RowField.MAP_VALUE;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Rows in the order in which they were added. */
public final class RowList {
  private final List<Row> rows = new ArrayList<>();

  public void add(Row row) {
    rows.add(row);
  }

  /** A row an element of a list state. */
  public void addElements(Row state, List<?> elements) {
    for (int i = 0; i < elements.size(); i++) {
      add(state.with(LIST_INDEX, i).with(LIST_VALUE, elements.get(i)));
    }
  }

  /** A row an entry of a map state. */
  public void addEntries(Row state, Map<?, ?> entries) {
    entries.forEach((key, value) -> add(state.with(MAP_KEY, key).with(MAP_VALUE, value)));
  }

  public List<Row> all() {
    return List.copyOf(rows);
  }
}
