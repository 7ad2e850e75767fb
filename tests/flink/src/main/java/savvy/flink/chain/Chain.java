package savvy.flink.chain;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;
import savvy.flink.PlannedScenario;
import savvy.flink.source.NumberSource;

/** State that is overwritten and deleted from step to step, for snapshots that share files. */
public final class Chain implements PlannedScenario {
  private static final String UID = "ledger";
  private static final long NUMBERS_A_STEP = 50;

  private final int steps;

  public Chain(int steps) {
    this.steps = steps;
  }

  @Override
  public String name() {
    return "chain-" + steps;
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public long limit(int step) {
    return step * NUMBERS_A_STEP;
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    env.fromSource(
            new NumberSource(Integer.MAX_VALUE),
            WatermarkStrategy.noWatermarks(),
            "Numbers",
            Types.LONG)
        .uid("numbers")
        .keyBy(Ledger::key, Types.INT)
        .process(new KeepLedger(), Types.VOID)
        .uid(UID)
        .name("Ledger");
  }

  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    Ledger.after(limit(rows.step()))
        .forEach(
            (key, ledger) -> {
              var row = operator.key(key).map("entries", ledger.entries());
              row.timers("event_user-timers", ledger.timers());
              ledger.last().ifPresent(last -> row.value("last", last));
            });
  }
}
