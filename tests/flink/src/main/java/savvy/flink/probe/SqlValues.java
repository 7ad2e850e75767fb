package savvy.flink.probe;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RawValueData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.dataview.NullSerializer;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RawType;
import org.apache.flink.types.RowKind;

/** Rows of SQL as JSON objects, of the types that the jobs here use. */
final class SqlValues {
  private SqlValues() {}

  /** The names of columns are not part of the serializer, so fields go by position. */
  static Map<String, Object> plain(RowData row, RowDataSerializer serializer) {
    try {
      return plain(row, Hidden.<LogicalType[]>get(serializer, "types"));
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException("RowDataSerializer has changed", changed);
    }
  }

  private static Map<String, Object> plain(RowData row, LogicalType[] types) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (row.getRowKind() != RowKind.INSERT) {
      fields.put("$kind", row.getRowKind().shortString());
    }
    for (int i = 0; i < types.length; i++) {
      Object value = RowData.createFieldGetter(types[i], i).getFieldOrNull(row);
      fields.put("f" + i, plain(value, types[i]));
    }
    return fields;
  }

  private static Object plain(Object value, LogicalType type) {
    if (value instanceof TimestampData time) {
      return type.is(LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE)
          ? time.toInstant().toString()
          : time.toLocalDateTime().toString();
    }
    if (type.is(LogicalTypeRoot.DATE) && value instanceof Integer day) {
      return LocalDate.ofEpochDay(day).toString();
    }
    if (value instanceof RowData row) {
      return plain(row, type.getChildren().toArray(LogicalType[]::new));
    }
    if (value instanceof RawValueData<?> raw) {
      return rawBytes(raw, type);
    }
    boolean isText = value instanceof StringData || value instanceof DecimalData;
    return isText ? value.toString() : value;
  }

  /** A view of an accumulator leaves only a place without contents in its row. */
  private static <T> byte[] rawBytes(RawValueData<T> value, LogicalType type) {
    @SuppressWarnings("unchecked")
    TypeSerializer<T> serializer = ((RawType<T>) type).getTypeSerializer();
    return serializer instanceof NullSerializer ? null : value.toBytes(serializer);
  }
}
