package savvy.flink.types;

import java.lang.reflect.Constructor;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ObservedScenario;
import savvy.flink.source.NumberSource;

/**
 * Values of Scala's own types, by the serializers of Flink's Scala API. Only Flink 1.x has that, so
 * its classes, and those of Scala, are called by name.
 */
public final class ScalaTypes implements ObservedScenario {
  private static final int NUMBERS = 16;
  private static final String SERIALIZERS = "org.apache.flink.api.scala.typeutils.";

  @Override
  public String name() {
    return "scala-types";
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    env.fromSource(
            new NumberSource(NUMBERS), WatermarkStrategy.noWatermarks(), "Numbers", Types.LONG)
        .uid("numbers")
        .keyBy(Long::intValue, Types.INT)
        .process(new Fill(), Types.VOID)
        .uid("scala")
        .name("Scala");
  }

  @Override
  public Map<String, Integer> counts() {
    return Map.of("case-class", NUMBERS, "option", NUMBERS);
  }

  private static final class Fill extends KeyedProcessFunction<Integer, Long, Void> {
    private transient ValueState<Object> caseClass;
    private transient ValueState<Object> option;

    @Override
    public void open(OpenContext context) throws Exception {
      caseClass =
          getRuntimeContext()
              .getState(new ValueStateDescriptor<>("case-class", pairSerializer()));
      option =
          getRuntimeContext()
              .getState(new ValueStateDescriptor<>("option", optionSerializer(pairSerializer())));
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
      caseClass.update(pair("text of " + n, n));
      option.update(n % 2 == 0 ? none() : some(pair("optional " + n, -n)));
    }
  }

  /** {@code Tuple2} is a case class like any other. */
  private static TypeSerializer<Object> pairSerializer() throws ReflectiveOperationException {
    return serializer(
        "ScalaCaseClassSerializer",
        Class.forName("scala.Tuple2"),
        new TypeSerializer<?>[] {StringSerializer.INSTANCE, LongSerializer.INSTANCE});
  }

  private static TypeSerializer<Object> optionSerializer(TypeSerializer<?> element)
      throws ReflectiveOperationException {
    return serializer("OptionSerializer", element);
  }

  @SuppressWarnings("unchecked")
  private static TypeSerializer<Object> serializer(String name, Object... arguments)
      throws ReflectiveOperationException {
    return (TypeSerializer<Object>) construct(SERIALIZERS + name, arguments);
  }

  private static Object pair(Object first, Object second) throws ReflectiveOperationException {
    return construct("scala.Tuple2", first, second);
  }

  private static Object some(Object value) throws ReflectiveOperationException {
    return construct("scala.Some", value);
  }

  private static Object none() throws ReflectiveOperationException {
    return Class.forName("scala.None$").getField("MODULE$").get(null);
  }

  private static Object construct(String type, Object... arguments)
      throws ReflectiveOperationException {
    for (Constructor<?> constructor : Class.forName(type).getConstructors()) {
      if (constructor.getParameterCount() == arguments.length) {
        return constructor.newInstance(arguments);
      }
    }
    throw new NoSuchMethodException(type);
  }
}
