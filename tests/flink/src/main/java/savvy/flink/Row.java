package savvy.flink;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A row, or the part of one that several rows share. Immutable. */
public final class Row {
  public static final Row EMPTY = new Row(new EnumMap<>(RowField.class));

  private final EnumMap<RowField, Object> fields;

  private Row(EnumMap<RowField, Object> fields) {
    this.fields = fields;
  }

  /** This row and one field more; a null is a value, unlike a field that is left out. */
  public Row with(RowField field, Object value) {
    EnumMap<RowField, Object> more = fields.clone();
    more.put(field, value);
    return new Row(more);
  }

  /** The value of a field; null if the row has none. */
  public Object get(RowField field) {
    return fields.get(field);
  }

  /** What goes into the file, fields in the order of {@link RowField}. */
  Map<String, Object> asJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    fields.forEach((field, value) -> json.put(field.jsonName(), value));
    return json;
  }
}
