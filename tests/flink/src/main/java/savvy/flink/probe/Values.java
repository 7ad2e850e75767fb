package savvy.flink.probe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.java.tuple.Tuple;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;
import org.apache.flink.api.java.typeutils.runtime.TupleSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.windowing.windows.Window;
import org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;

/** Keys, namespaces and values as {@link savvy.flink.Json} can print them. */
public final class Values {
  private Values() {}

  /** A copy, because a state may reuse the object for what it returns next. */
  public static <T> Object plain(T value, TypeSerializer<T> serializer) {
    if (value == null) {
      return null;
    }
    T copy = serializer.copy(value);
    if (copy instanceof RowData row && serializer instanceof RowDataSerializer type) {
      return SqlValues.plain(row, type);
    }
    if (copy instanceof List<?> list && serializer instanceof ListSerializer<?> type) {
      return elements(list, type.getElementSerializer());
    }
    if (copy instanceof Tuple tuple && serializer instanceof TupleSerializer<?> type) {
      return fields(tuple, type);
    }
    if (ScalaValues.isOne(serializer)) {
      return ScalaValues.plain(copy, serializer);
    }
    if (copy instanceof StreamRecord<?> record
        && (TypeSerializer<?>) serializer instanceof StreamElementSerializer<?> type) {
      return record(record, type.getContainedTypeSerializer());
    }
    return isPrintable(copy, serializer) ? copy : opaque(copy, serializer);
  }

  @SuppressWarnings("unchecked")
  private static <E> List<Object> elements(Collection<?> list, TypeSerializer<E> type) {
    List<Object> elements = new ArrayList<>();
    list.forEach(element -> elements.add(plain((E) element, type)));
    return elements;
  }

  private static Map<String, Object> fields(Tuple tuple, TupleSerializer<?> type) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < tuple.getArity(); i++) {
      TypeSerializer<Object> field = type.getFieldSerializers()[i];
      fields.put("f" + i, plain(tuple.<Object>getField(i), field));
    }
    return fields;
  }

  @SuppressWarnings("unchecked")
  private static <V> Map<String, Object> record(StreamRecord<?> record, TypeSerializer<V> type) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("kind", "record");
    if (record.hasTimestamp()) {
      fields.put("timestamp", record.getTimestamp());
    }
    fields.put("value", plain((V) record.getValue(), type));
    return fields;
  }

  private static boolean isPrintable(Object value, TypeSerializer<?> serializer) {
    return value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof byte[]
        || value instanceof Window
        || value instanceof org.apache.flink.table.runtime.operators.window.Window
        || value instanceof org.apache.avro.generic.GenericRecord
        || serializer instanceof PojoSerializer;
  }

  /** The bytes of a type that only Flink's own code understands. */
  private static <T> Map<String, Object> opaque(T value, TypeSerializer<T> serializer) {
    try {
      DataOutputSerializer bytes = new DataOutputSerializer(64);
      serializer.serialize(value, bytes);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("$base64", Base64.getEncoder().encodeToString(bytes.getCopyOfBuffer()));
      json.put("$type", serializer.getClass().getName());
      return json;
    } catch (IOException impossible) {
      throw new IllegalStateException("writing to memory failed", impossible);
    }
  }
}
