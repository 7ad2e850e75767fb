package savvy.flink.probe;

import static savvy.flink.RowField.OPERATOR_ID;
import static savvy.flink.RowField.SUBTASK;

import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorV2;
import org.apache.flink.streaming.api.operators.InternalTimeServiceManager;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import savvy.flink.Row;
import savvy.flink.RowList;

/**
 * Reads the state of one subtask of an operator, in its own thread and through its own state
 * objects. The first reading is queued before the operator is opened, so it runs when the operator
 * has been restored and opened and before the first record.
 */
final class Probe {
  private static final long TIMEOUT_SECONDS = 60;

  private final StreamOperator<?> operator;
  private final Subtask subtask;
  private final MailboxExecutor mailbox;
  private final Future<List<Row>> restored;

  private Probe(StreamOperator<?> operator, Subtask subtask, MailboxExecutor mailbox) {
    this.operator = operator;
    this.subtask = subtask;
    this.mailbox = mailbox;
    this.restored = mailbox.submit(this::read, "read restored state");
  }

  static Probe beside(StreamOperator<?> operator, StreamOperatorParameters<?> parameters) {
    var task = parameters.getContainingTask();
    Row row =
        Row.EMPTY
            .with(OPERATOR_ID, parameters.getStreamConfig().getOperatorID().toHexString())
            .with(SUBTASK, task.getEnvironment().getTaskInfo().getIndexOfThisSubtask());
    int priority = parameters.getStreamConfig().getChainIndex();
    return new Probe(
        operator,
        new Subtask(row, task.getEnvironment().getTaskInfo().getMaxNumberOfParallelSubtasks()),
        task.getMailboxExecutorFactory().createExecutor(priority));
  }

  List<Row> restored() throws Exception {
    return restored.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  void fireProcessingTimers() throws Exception {
    if (wasFinished()) {
      return;
    }
    mailbox
        .submit(() -> Timers.of(timers(), subtask).fireProcessingTimers(), "fire processing timers")
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private List<Row> read() throws Exception {
    RowList rows = new RowList();
    if (wasFinished()) {
      return rows.all();
    }
    if (keyedBackend() != null) {
      new KeyedReader<>(keyedBackend(), subtask, rows).read();
      Timers timers = Timers.of(timers(), subtask);
      timers.addTo(rows);
      timers.reportFirings();
    }
    if (operatorBackend() != null) {
      OperatorReader.read(operatorBackend(), subtask, rows);
    }
    return rows.all();
  }

  /** An operator that had ended before the snapshot is not given any state. */
  private boolean wasFinished() throws ReflectiveOperationException {
    return Hidden.has(operator, "stateHandler") && Hidden.get(operator, "stateHandler") == null;
  }

  private KeyedStateBackend<?> keyedBackend() {
    if (operator instanceof AbstractStreamOperator<?> known) {
      return known.getKeyedStateBackend();
    }
    return operator instanceof AbstractStreamOperatorV2<?> known
        ? known.getKeyedStateBackend()
        : null;
  }

  private OperatorStateBackend operatorBackend() {
    if (operator instanceof AbstractStreamOperator<?> known) {
      return known.getOperatorStateBackend();
    }
    return operator instanceof AbstractStreamOperatorV2<?> known
        ? known.getOperatorStateBackend()
        : null;
  }

  private InternalTimeServiceManager<?> timers() throws ReflectiveOperationException {
    return Hidden.get(operator, "timeServiceManager");
  }
}
