package savvy.flink.values;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.formats.avro.typeutils.GenericRecordAvroTypeInfo;

/** Prints a table of Avro records, with the snapshots of Flink's serializers of them. */
public final class WriteAvroValues {
  /** Types that are named in a namespace, in another one inside it, and in none. */
  private static final String NAMESPACES =
      """
      {"type":"record","name":"Outer","namespace":"a.b","fields":[
        {"name":"inherited","type":{"type":"record","name":"Inner","fields":[
          {"name":"i","type":"int"}]}},
        {"name":"own","type":{"type":"record","name":"c.d.Other","fields":[
          {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["X","Y"]}},
          {"name":"again","type":"Kind"},
          {"name":"far","type":"a.b.Inner"}]}},
        {"name":"none","type":{"type":"fixed","name":"Two","namespace":"","size":2}},
        {"name":"twice","type":"Two"},
        {"name":"near","type":"Inner"},
        {"name":"other","type":["null","c.d.Kind"]}]}
      """;

  private static final String LOGICAL_TYPES =
      """
      {"type":"record","name":"Logical","fields":[
        {"name":"date","type":{"type":"int","logicalType":"date"}},
        {"name":"time","type":{"type":"int","logicalType":"time-millis"}},
        {"name":"micros","type":{"type":"long","logicalType":"time-micros"}},
        {"name":"instant","type":["null",{"type":"long","logicalType":"timestamp-millis"}]},
        {"name":"exact","type":{"type":"long","logicalType":"timestamp-micros"}},
        {"name":"local","type":{"type":"long","logicalType":"local-timestamp-micros"}},
        {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
        {"name":"fixed","type":{"type":"fixed","name":"F","size":3,
          "logicalType":"decimal","precision":5,"scale":1}},
        {"name":"id","type":{"type":"string","logicalType":"uuid"}},
        {"name":"unknown","type":{"type":"long","logicalType":"of-nobody"}}]}
      """;

  private static final String CONTAINERS =
      """
      {"type":"record","name":"Tree","fields":[
        {"name":"value","type":["null","boolean","long","float","double","string","bytes"]},
        {"name":"children","type":{"type":"array","items":"Tree"}},
        {"name":"names","type":{"type":"map","values":{"type":"array","items":"null"}}}]}
      """;

  private WriteAvroValues() {}

  public static void main(String[] args) throws IOException {
    namespaces();
    logicalTypes();
    containers();
  }

  private static Schema parse(String json) {
    return new Schema.Parser().parse(json);
  }

  private static GenericRecord record(Schema schema, Object... values) {
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < values.length; i++) {
      record.put(i, values[i]);
    }
    return record;
  }

  private static void add(String json, GenericRecord record) throws IOException {
    SerializedValue.of(
            new GenericRecordAvroTypeInfo(record.getSchema())
                .createSerializer(new ExecutionConfig().getSerializerConfig()),
            record)
        .print(json);
  }

  private static void namespaces() throws IOException {
    Schema outer = parse(NAMESPACES);
    Schema other = outer.getField("own").schema();
    Schema kind = other.getField("kind").schema();
    GenericRecord inner = record(outer.getField("near").schema(), 7);
    GenericData.EnumSymbol y = new GenericData.EnumSymbol(kind, "Y");
    GenericData.Fixed two =
        new GenericData.Fixed(outer.getField("twice").schema(), new byte[] {1, -2});
    add(
        "{'inherited':{'i':7},'own':{'kind':'Y','again':'Y','far':{'i':7}},'none':{'$hex':'01fe'},"
            + "'twice':{'$hex':'01fe'},'near':{'i':7},'other':'Y'}",
        record(outer, inner, record(other, y, y, inner), two, two, inner, y));
  }

  private static void logicalTypes() throws IOException {
    Schema schema = parse(LOGICAL_TYPES);
    GenericData.Fixed fixed =
        new GenericData.Fixed(schema.getField("fixed").schema(), new byte[] {-1, -1, -5});
    add(
        "{'date':'1969-12-31','time':'00:00:01','micros':'00:00:00.000001',"
            + "'instant':'1969-12-31T23:59:59.999Z','exact':'1970-01-01T00:00:00.000001Z',"
            + "'local':'1970-01-01T00:00:01','price':'-2.00','fixed':'-0.5','id':'u','unknown':5}",
        record(
            schema,
            -1,
            1000,
            1L,
            -1L,
            1L,
            1_000_000L,
            ByteBuffer.wrap(new byte[] {-1, 0x38}),
            fixed,
            "u",
            5L));
  }

  private static void containers() throws IOException {
    Schema tree = parse(CONTAINERS);
    GenericRecord leaf = record(tree, null, List.of(), Map.of());
    GenericRecord text = record(tree, "\u4e2d", List.of(leaf), Map.of());
    GenericRecord bytes = record(tree, ByteBuffer.wrap(new byte[] {-1}), List.of(), Map.of());
    List<Object> nulls = new ArrayList<>();
    nulls.add(null);
    nulls.add(null);
    String leafJson = "{'value':null,'children':[],'names':{}}";
    add(
        "{'value':2.5,'children':[{'value':'\u4e2d','children':["
            + leafJson
            + "],'names':{}},{'value':{'$hex':'ff'},'children':[],'names':{}}],"
            + "'names':{'n':[null,null]}}",
        record(tree, 2.5, List.of(text, bytes), Map.of("n", nulls)));
    add(leafJson, leaf);
  }
}
