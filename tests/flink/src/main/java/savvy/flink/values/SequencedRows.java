package savvy.flink.values;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.generated.GeneratedHashFunction;
import org.apache.flink.table.runtime.generated.GeneratedRecordEqualiser;
import org.apache.flink.table.runtime.generated.HashFunction;
import org.apache.flink.table.runtime.generated.RecordEqualiser;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.VarCharType;

/** What SQL sinks keep of the rows of a key since Flink 2.3. */
final class SequencedRows {
  private static final String PACKAGE =
      "org.apache.flink.table.runtime.sequencedmultisetstate.linked.";
  private static final RecordEqualiser EQUALISER = Object::equals;
  private static final HashFunction HASH = Object::hashCode;

  private SequencedRows() {}

  static void print() throws ReflectiveOperationException, IOException {
    RowDataSerializer rows =
        new RowDataSerializer(new BigIntType(), new VarCharType(VarCharType.MAX_LENGTH));
    RowData row = GenericRowData.of(7L, StringData.fromString("x"));
    String json = "{'f0':7,'f1':'x'}";
    add(
        "{'row':"
            + json
            + ",'sqn':5,'prevSqn':4,'nextSqn':null,'nextSqnForRecord':null,'timestamp':6}",
        ByName.make(PACKAGE + "NodeSerializer", rows),
        ByName.make(PACKAGE + "Node", row, 5L, 4L, null, null, 6L));
    add(json, keySerializer(rows), ByName.make(PACKAGE + "RowDataKey", row, EQUALISER, HASH));
    add(
        "{'highSqn':5,'size':6}",
        ByName.make(PACKAGE + "MetaSqnInfoSerializer"),
        ByName.make(PACKAGE + "MetaSqnInfo", 5L, 6L));
    add(
        "{'firstSqn':5,'lastSqn':6}",
        ByName.make(PACKAGE + "RowSqnInfoSerializer"),
        ByName.make(PACKAGE + "RowSqnInfo", 5L, 6L));
    String sinks = "org.apache.flink.table.runtime.operators.sink.";
    add("-5", ByName.make(sinks + "SortedLongSerializer"), -5L);
  }

  private static Object keySerializer(RowDataSerializer rows) throws ReflectiveOperationException {
    Object[] none = {};
    return ByName.make(
        PACKAGE + "RowDataKeySerializer",
        rows,
        EQUALISER,
        HASH,
        new GeneratedRecordEqualiser("Equaliser", "class Equaliser {}", none, new Configuration()),
        new GeneratedHashFunction("Hash", "class Hash {}", none, new Configuration()));
  }

  @SuppressWarnings("unchecked")
  private static void add(String json, Object serializer, Object value) throws IOException {
    SerializedValue.of((TypeSerializer<Object>) serializer, value).print(json);
  }
}
