package savvy.flink.allkinds;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;

/** POJO keys: their hash, and so their key group, is defined by user code. */
final class KeyedPojo implements Part {
  private static final String UID = "keyed-pojo";

  @Override
  public void addTo(DataStream<Long> numbers) {
    numbers
        .keyBy(Contents::address, Types.POJO(Address.class))
        .process(new Fill(), Types.VOID)
        .uid(UID)
        .name("Keyed by POJO");
  }

  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    for (long n = 0; n < AllKinds.NUMBERS; n++) {
      operator.key(Contents.address(n)).value("number", n);
    }
  }

  private static final class Fill extends KeyedProcessFunction<Address, Long, Void> {
    private transient ValueState<Long> number;

    @Override
    public void open(OpenContext context) {
      number = getRuntimeContext().getState(new ValueStateDescriptor<>("number", Types.LONG));
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) throws Exception {
      number.update(n);
    }
  }
}
