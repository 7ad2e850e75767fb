package savvy.flink.types;

import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.formats.avro.typeutils.GenericRecordAvroTypeInfo;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ObservedScenario;
import savvy.flink.source.NumberSource;

/** Values in formats of others: Avro, and Kryo for what Flink has no serializer for. */
public final class GenericTypes implements ObservedScenario {
  private static final int NUMBERS = 16;

  /** As text, because a schema is not serializable. */
  private static final String SCHEMA =
      SchemaBuilder.record("Order")
          .namespace("savvy")
          .fields()
          .requiredLong("id")
          .requiredString("customer")
          .optionalString("note")
          .name("amounts")
          .type()
          .array()
          .items()
          .intType()
          .noDefault()
          .endRecord()
          .toString();

  @Override
  public String name() {
    return "generic-types";
  }

  @Override
  public boolean usesKryo() {
    return true;
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    env.fromSource(
            new NumberSource(NUMBERS), WatermarkStrategy.noWatermarks(), "Numbers", Types.LONG)
        .uid("numbers")
        .keyBy(Long::intValue, Types.INT)
        .process(new Fill(), Types.VOID)
        .uid("types")
        .name("Types");
  }

  @Override
  public Map<String, Integer> counts() {
    return Map.of("avro", NUMBERS, "kryo", NUMBERS);
  }

  private static GenericRecord order(long n, Schema schema) {
    GenericRecord order = new GenericData.Record(schema);
    order.put("id", n);
    order.put("customer", "customer " + n);
    order.put("note", n % 2 == 0 ? null : "note " + n);
    order.put("amounts", List.of((int) n, (int) -n));
    return order;
  }

  private static final class Fill extends KeyedProcessFunction<Integer, Long, Void> {
    private transient Schema schema;
    private transient ValueState<GenericRecord> avro;
    private transient ValueState<Token> kryo;

    @Override
    public void open(OpenContext context) {
      schema = new Schema.Parser().parse(SCHEMA);
      avro =
          getRuntimeContext()
              .getState(new ValueStateDescriptor<>("avro", new GenericRecordAvroTypeInfo(schema)));
      kryo =
          getRuntimeContext()
              .getState(new ValueStateDescriptor<>("kryo", Types.GENERIC(Token.class)));
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
      avro.update(order(n, schema));
      kryo.update(new Token("token of " + n, n.intValue()));
    }
  }
}
