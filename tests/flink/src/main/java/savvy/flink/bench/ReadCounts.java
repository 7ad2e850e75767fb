package savvy.flink.bench;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.SavepointReader;
import org.apache.flink.state.api.functions.KeyedStateReaderFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * The command: reads the state {@code count}, a Long for a Long, with the State Processor API and
 * makes a line of JSON of every entry, which goes nowhere. What {@code savvy dump} is compared with.
 */
public final class ReadCounts {
  private static final String USAGE = "usage: SNAPSHOT UID PARALLELISM";

  private ReadCounts() {}

  /** The entry of a key. */
  private static final class Reader extends KeyedStateReaderFunction<Long, String> {
    private static final long serialVersionUID = 1;
    private transient ValueState<Long> count;

    /** What Flink 1 calls. */
    @SuppressWarnings("deprecation")
    public void open(Configuration unused) {
      register();
    }

    @Override
    public void open(OpenContext unused) {
      register();
    }

    @Override
    public void readKey(Long key, Context context, Collector<String> out) throws Exception {
      out.collect("{\"state_key\":" + key + ",\"state_value\":" + count.value() + "}");
    }

    private void register() {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      System.err.println(USAGE);
      System.exit(2);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(Integer.parseInt(args[2]));
    SavepointReader.read(env, args[0])
        .readKeyedState(
            OperatorIdentifier.forUid(args[1]), new Reader(), Types.LONG, Types.STRING)
        .sinkTo(new DiscardingSink<>());
    env.execute();
  }
}
