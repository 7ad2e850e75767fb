package savvy.flink.chain;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;
import savvy.flink.PlannedScenario;
import savvy.flink.source.NumberSource;

/** State that is overwritten and deleted from step to step, for snapshots that share files. */
public final class Chain implements PlannedScenario {
  private static final String UID = "ledger";
  private final String name;
  private final int steps;
  private final int keys;
  private final long numbersAStep;

  private Chain(String name, int steps, int keys, long numbersAStep) {
    this.name = name;
    this.steps = steps;
    this.keys = keys;
    this.numbersAStep = numbersAStep;
  }

  /** Little enough to be kept in {@code testdata}. */
  public Chain(int steps) {
    this("chain-" + steps, steps, 12, 50);
  }

  /** Each step overwrites or deletes most of what there is, some of it several times. */
  public static Chain large() {
    return new Chain("chain-large", 8, 5_000, 20_000);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public long limit(int step) {
    return step * numbersAStep;
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    env.fromSource(
            new NumberSource(Integer.MAX_VALUE),
            WatermarkStrategy.noWatermarks(),
            "Numbers",
            Types.LONG)
        .uid("numbers")
        .keyBy(keyOf(keys), Types.INT)
        .process(new KeepLedger(keys), Types.VOID)
        .uid(UID)
        .name("Ledger");
  }

  /** Apart, so that the function that is shipped does not hold the scenario. */
  private static KeySelector<Long, Integer> keyOf(int keys) {
    return n -> Ledger.key(n, keys);
  }

  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    Ledger.after(limit(rows.step()), keys)
        .forEach(
            (key, ledger) -> {
              var row = operator.key(key).map("entries", ledger.entries());
              row.timers("event_user-timers", ledger.timers());
              ledger.last().ifPresent(last -> row.value("last", last));
            });
  }
}
