package savvy.flink.values;

import static savvy.flink.values.ByName.make;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.api.dataview.ListView;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.runtime.operators.window.CountWindow;
import org.apache.flink.table.runtime.typeutils.SortedMapSerializer;
import savvy.flink.FlinkRelease;

/**
 * Prints a table of values of operators and connectors, with the snapshots of Flink's serializers
 * of them. Most of these classes are not public or not in every release, and are found by name.
 */
public final class WriteFlinkValues {
  private static final boolean IS_1 = FlinkRelease.line().startsWith("1.");
  private static final String STREAMING = "org.apache.flink.streaming.";
  private static final String TWO_PHASES =
      STREAMING + "api.functions.sink." + (IS_1 ? "" : "legacy.") + "TwoPhaseCommitSinkFunction$";
  private static final String KAFKA = STREAMING + "connectors.kafka.FlinkKafkaProducer$";

  private WriteFlinkValues() {}

  public static void main(String[] args) throws ReflectiveOperationException, IOException {
    streamElements();
    operatorValues();
    twoPhaseCommits();
    tableValues();
    timesToLive();
    if (IS_1) {
      kafkaTransactions();
      scalaValues();
    } else {
      newTypes();
      SequencedRows.print();
    }
  }

  @SuppressWarnings("unchecked")
  private static TypeSerializer<Object> serializer(String name, Object... arguments)
      throws ReflectiveOperationException {
    return (TypeSerializer<Object>) make(name, arguments);
  }

  private static <T> void add(String json, TypeSerializer<T> serializer, T value)
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
    String union = IS_1 ? coGroup + "TaggedUnion" : "org.apache.flink.util.TaggedUnion";
    add("{'one':7}", unions, make(union, 7, null));
    add("{'two':'x'}", unions, make(union, null, "x"));
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

  private static void tableValues() throws ReflectiveOperationException, IOException {
    ListView<Integer> list = new ListView<>();
    list.setList(Arrays.asList(7, 8));
    String views = "org.apache.flink.table.dataview.";
    add(
        "[7,8]",
        serializer(views + "ListViewSerializer", new ListSerializer<>(IntSerializer.INSTANCE)),
        list);
    Map<String, Integer> entries = new TreeMap<>();
    entries.put("a", 7);
    entries.put("b", null);
    MapView<String, Integer> map = new MapView<>();
    map.setMap(entries);
    MapSerializer<String, Integer> maps =
        new MapSerializer<>(StringSerializer.INSTANCE, IntSerializer.INSTANCE);
    add("{'a':7,'b':null}", serializer(views + "MapViewSerializer", maps), map);
    Map<String, Integer> nulls = new HashMap<>();
    nulls.put(null, 7);
    add(
        "[[null,7]]",
        serializer(
            views + "NullAwareMapSerializer", StringSerializer.INSTANCE, IntSerializer.INSTANCE),
        nulls);
    add(
        "{'B':8,'a':7}",
        new SortedMapSerializer<>(
            String.CASE_INSENSITIVE_ORDER.reversed(),
            StringSerializer.INSTANCE,
            IntSerializer.INSTANCE),
        reversed());
    add("{'id':5}", new CountWindow.Serializer(), new CountWindow(5));
  }

  private static TreeMap<String, Integer> reversed() {
    TreeMap<String, Integer> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER.reversed());
    map.put("a", 7);
    map.put("B", 8);
    return map;
  }

  private static void timesToLive() throws ReflectiveOperationException, IOException {
    String ttl = "org.apache.flink.runtime.state.ttl.";
    // Where a state has a TTL, the time stands beside the value.
    add(
        "'x'",
        serializer(
            ttl + "TtlStateFactory$TtlSerializer",
            LongSerializer.INSTANCE,
            StringSerializer.INSTANCE),
        make(ttl + "TtlValue", "x", 5L));
    add(
        "['x','y']",
        serializer("org.apache.flink.runtime.state.ArrayListSerializer", StringSerializer.INSTANCE),
        new ArrayList<>(List.of("x", "y")));
  }

  private static void scalaValues() throws ReflectiveOperationException, IOException {
    String serializers = "org.apache.flink.api.scala.typeutils.";
    TypeSerializer<Object> either =
        serializer(
            serializers + "EitherSerializer", IntSerializer.INSTANCE, StringSerializer.INSTANCE);
    add("{'left':7}", either, make("scala.util.Left", 7));
    add("{'right':'x'}", either, make("scala.util.Right", "x"));
    TypeSerializer<Object> attempt =
        serializer(
            serializers + "TrySerializer", StringSerializer.INSTANCE, StringSerializer.INSTANCE);
    add("{'success':'x'}", attempt, make("scala.util.Success", "x"));
  }

  /** What came with Flink 2. */
  private static void newTypes() throws ReflectiveOperationException, IOException {
    String base = "org.apache.flink.api.common.typeutils.base.";
    TypeSerializer<Object> variants = serializer(base + "VariantSerializer");
    for (Map.Entry<String, Object> each : new Variants().byJson().entrySet()) {
      add(each.getKey(), variants, each.getValue());
    }
    Object bitmap =
        ByName.callStatic(
            "org.apache.flink.types.bitmap.Bitmap", "fromArray", (Object) new int[] {1, 70_000});
    String hex = HexFormat.of().formatHex((byte[]) ByName.call(bitmap, "toBytes"));
    add("{'$hex':'" + hex + "'}", serializer(base + "BitmapSerializer"), bitmap);
    String window = "org.apache.flink.table.runtime.operators.window.GlobalWindow";
    add("'GlobalWindow'", serializer(window + "$Serializer"), make(window));
    String state = "org.apache.flink.runtime.state.";
    add(
        "'x'",
        serializer(
            state + "v2.ttl.TtlStateFactory$TtlSerializer",
            LongSerializer.INSTANCE,
            StringSerializer.INSTANCE),
        make(state + "ttl.TtlValue", "x", 5L));
    add("'x'", serializer(state + "ttl.TtlAwareSerializer", StringSerializer.INSTANCE), "x");
  }
}
