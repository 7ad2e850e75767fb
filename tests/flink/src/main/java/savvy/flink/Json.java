package savvy.flink;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import org.apache.avro.generic.IndexedRecord;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Rows as {@code savvy dump} prints them. POJOs and tuples go by their public fields, sorted by
 * name as Flink sorts the fields of a POJO.
 */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .visibility(PropertyAccessor.ALL, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.PUBLIC_ONLY)
          .addModule(
              new SimpleModule()
                  .addSerializer(new BytesSerializer())
                  .addSerializer(new WindowSerializer())
                  .addSerializer(new SqlWindowSerializer())
                  .addSerializer(IndexedRecord.class, new AvroSerializer())
                  .addSerializer(GlobalWindow.class, ToStringSerializer.instance))
          .build();

  private Json() {}

  /** One line of JSON Lines, without its end. */
  public static String line(Row row) throws JsonProcessingException {
    return MAPPER.writeValueAsString(row.asJson());
  }

  private static final class BytesSerializer extends StdSerializer<byte[]> {
    BytesSerializer() {
      super(byte[].class);
    }

    @Override
    public void serialize(byte[] bytes, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeStartObject();
      json.writeBinaryField("$base64", bytes);
      json.writeEndObject();
    }
  }

  private static final class WindowSerializer extends StdSerializer<TimeWindow> {
    WindowSerializer() {
      super(TimeWindow.class);
    }

    @Override
    public void serialize(TimeWindow window, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeStartObject();
      json.writeNumberField("start", window.getStart());
      json.writeNumberField("end", window.getEnd());
      json.writeEndObject();
    }
  }

  /** Avro has a JSON form of its own, which its objects print. */
  private static final class AvroSerializer extends StdSerializer<IndexedRecord> {
    AvroSerializer() {
      super(IndexedRecord.class);
    }

    @Override
    public void serialize(IndexedRecord record, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeRawValue(record.toString());
    }
  }

  /** The windows of SQL are a class of their own. */
  private static final class SqlWindowSerializer
      extends StdSerializer<org.apache.flink.table.runtime.operators.window.TimeWindow> {
    SqlWindowSerializer() {
      super(org.apache.flink.table.runtime.operators.window.TimeWindow.class);
    }

    @Override
    public void serialize(
        org.apache.flink.table.runtime.operators.window.TimeWindow window,
        JsonGenerator json,
        SerializerProvider provider)
        throws IOException {
      json.writeStartObject();
      json.writeNumberField("start", window.getStart());
      json.writeNumberField("end", window.getEnd());
      json.writeEndObject();
    }
  }
}
