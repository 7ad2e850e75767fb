package savvy.flink.values;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Prints a table of values of operators and connectors, with the snapshots of Flink's serializers
 * of them. Most of these classes are not public or not in every release, and are found by name.
 */
public final class WriteFlinkValues {
  private static final String STREAMING = "org.apache.flink.streaming.";
  private static final String TWO_PHASES =
      STREAMING + "api.functions.sink.TwoPhaseCommitSinkFunction$";
  private static final String KAFKA = STREAMING + "connectors.kafka.FlinkKafkaProducer$";

  private WriteFlinkValues() {}

  public static void main(String[] args) throws ReflectiveOperationException, IOException {
    streamElements();
    operatorValues();
    twoPhaseCommits();
    kafkaTransactions();
  }

  private static Object make(String name, Object... arguments) throws ReflectiveOperationException {
    for (Constructor<?> constructor : Class.forName(name).getDeclaredConstructors()) {
      if (!accepts(constructor, arguments)) {
        continue;
      }
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    }
    throw new NoSuchMethodException(name);
  }

  private static boolean accepts(Constructor<?> constructor, Object[] arguments) {
    Class<?>[] types = constructor.getParameterTypes();
    if (types.length != arguments.length) {
      return false;
    }
    for (int i = 0; i < types.length; i++) {
      if (arguments[i] != null && !types[i].isPrimitive() && !types[i].isInstance(arguments[i])) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("unchecked")
  private static TypeSerializer<Object> serializer(String name, Object... arguments)
      throws ReflectiveOperationException {
    return (TypeSerializer<Object>) make(name, arguments);
  }

  private static void add(String json, TypeSerializer<Object> serializer, Object value)
      throws IOException {
    SerializedValue.of(serializer, value).print(json);
  }

  private static void streamElements() throws ReflectiveOperationException, IOException {
    TypeSerializer<Object> elements =
        serializer(
            STREAMING + "runtime.streamrecord.StreamElementSerializer", StringSerializer.INSTANCE);
    OperatorID operator = new OperatorID(-1, 2);
    add("{'kind':'record','timestamp':5,'value':'v'}", elements, new StreamRecord<>("v", 5));
    add("{'kind':'record','value':'v'}", elements, new StreamRecord<>("v"));
    add("{'kind':'watermark','timestamp':-5}", elements, new Watermark(-5));
    add(
        "{'kind':'latency_marker','marked_time':5,'operator_id':'" + operator + "','subtask':3}",
        elements,
        new LatencyMarker(5, operator, 3));
    add(
        "{'kind':'watermark_status','status':-1}",
        elements,
        make(STREAMING + "runtime.watermarkstatus.WatermarkStatus", -1));
    add(
        "{'kind':'record_attributes','backlog':true}",
        elements,
        make(STREAMING + "runtime.streamrecord.RecordAttributes", true));
    add(
        "{'kind':'internal_watermark','subpartition':3,'timestamp':5}",
        elements,
        make(STREAMING + "api.watermark.InternalWatermark", 5L, 3));
  }

  private static void operatorValues() throws ReflectiveOperationException, IOException {
    String operators = STREAMING + "api.operators.";
    add(
        "{'timestamp':-5,'key':7,'namespace':'n'}",
        serializer(
            operators + "TimerSerializer", IntSerializer.INSTANCE, StringSerializer.INSTANCE),
        make(operators + "TimerHeapInternalTimer", -5L, 7, "n"));
    String join = operators + "co.IntervalJoinOperator$BufferEntry";
    add(
        "{'has_been_joined':true,'element':7}",
        serializer(join + "Serializer", IntSerializer.INSTANCE),
        make(join, 7, true));
    String coGroup = STREAMING + "api.datastream.CoGroupedStreams$";
    TypeSerializer<Object> unions =
        serializer(
            coGroup + "UnionSerializer", IntSerializer.INSTANCE, StringSerializer.INSTANCE);
    add("{'one':7}", unions, make(coGroup + "TaggedUnion", 7, null));
    add("{'two':'x'}", unions, make(coGroup + "TaggedUnion", null, "x"));
  }

  private static void twoPhaseCommits() throws ReflectiveOperationException, IOException {
    TypeSerializer<Object> states =
        serializer(
            TWO_PHASES + "StateSerializer",
            StringSerializer.INSTANCE,
            IntSerializer.INSTANCE,
            false);
    Object first = make(TWO_PHASES + "TransactionHolder", "a", 5L);
    Object second = make(TWO_PHASES + "TransactionHolder", "b", 6L);
    String firstJson = "{'handle':'a','transactionStartTime':5}";
    String secondJson = "{'handle':'b','transactionStartTime':6}";
    add(
        "{'pendingTransaction':"
            + firstJson
            + ",'pendingCommitTransactions':["
            + firstJson
            + ","
            + secondJson
            + "],'context':9}",
        states,
        make(TWO_PHASES + "State", first, List.of(first, second), Optional.of(9)));
    add(
        "{'pendingTransaction':" + secondJson + ",'pendingCommitTransactions':[],'context':null}",
        states,
        make(TWO_PHASES + "State", second, List.of(), Optional.empty()));
    TypeSerializer<Object> nullable =
        serializer(
            TWO_PHASES + "StateSerializer",
            StringSerializer.INSTANCE,
            IntSerializer.INSTANCE,
            true);
    add(
        "{'pendingTransaction':null,'pendingCommitTransactions':[],'context':9}",
        nullable,
        make(TWO_PHASES + "State", null, List.of(), Optional.of(9)));
    add(
        "{'pendingTransaction':" + firstJson + ",'pendingCommitTransactions':[],'context':null}",
        nullable,
        make(TWO_PHASES + "State", first, List.of(), Optional.empty()));
  }

  private static void kafkaTransactions() throws ReflectiveOperationException, IOException {
    TypeSerializer<Object> transactions = serializer(KAFKA + "TransactionStateSerializer");
    add(
        "{'transactionalId':'t','producerId':5,'epoch':6}",
        transactions,
        make(KAFKA + "KafkaTransactionState", "t", 5L, (short) 6, null));
    add(
        "{'transactionalId':null,'producerId':-1,'epoch':-1}",
        transactions,
        make(KAFKA + "KafkaTransactionState", null, -1L, (short) -1, null));
    add(
        "{'transactionalIds':['t']}",
        serializer(KAFKA + "ContextStateSerializer"),
        make(KAFKA + "KafkaTransactionContext", Set.of("t")));
    add(
        "{'nextFreeTransactionalId':5,'lastParallelism':6}",
        serializer(KAFKA + "NextTransactionalIdHintSerializer"),
        make(KAFKA + "NextTransactionalIdHint", 6, 5L));
  }
}
