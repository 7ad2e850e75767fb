package savvy.flink.allkinds;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;

/** Long keys, of fixed size, with states of simple types. */
final class KeyedLong implements Part {
  private static final String UID = "keyed-long";

  @Override
  public void addTo(DataStream<Long> numbers) {
    numbers
        .keyBy(Contents::number, Types.LONG)
        .process(new Fill(), Types.VOID)
        .uid(UID)
        .name("Keyed by Long");
  }

  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    for (long n = 0; n < AllKinds.NUMBERS; n++) {
      operator
          .key(Contents.number(n))
          .value("text", Contents.text(n))
          .value("number", n)
          .map("scores", Contents.scores(n))
          .list("numbers", Contents.numbers(n));
    }
  }

  private static final class Fill extends KeyedProcessFunction<Long, Long, Void> {
    private transient ValueState<String> text;
    private transient ValueState<Long> number;
    private transient MapState<Integer, Double> scores;
    private transient ListState<Long> numbers;

    @Override
    public void open(OpenContext context) {
      var state = getRuntimeContext();
      text = state.getState(new ValueStateDescriptor<>("text", Types.STRING));
      number = state.getState(new ValueStateDescriptor<>("number", Types.LONG));
      scores = state.getMapState(new MapStateDescriptor<>("scores", Types.INT, Types.DOUBLE));
      numbers = state.getListState(new ListStateDescriptor<>("numbers", Types.LONG));
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
      text.update(Contents.text(n));
      number.update(n);
      scores.putAll(Contents.scores(n));
      numbers.addAll(Contents.numbers(n));
    }
  }
}
