package savvy.flink.probe;

import static savvy.flink.RowField.TIMER_TIMESTAMP;

import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.streaming.api.operators.InternalTimeServiceManager;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerServiceImpl;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.util.CloseableIterator;
import savvy.flink.Row;
import savvy.flink.RowList;

/** The timers of one subtask: what waits, and what fires. */
final class Timers {
  private final Map<String, InternalTimerServiceImpl<?, ?>> services;
  private final Subtask subtask;

  private Timers(Map<String, InternalTimerServiceImpl<?, ?>> services, Subtask subtask) {
    this.services = services;
    this.subtask = subtask;
  }

  /** The manager is null where an operator has no timers. */
  static Timers of(InternalTimeServiceManager<?> manager, Subtask subtask)
      throws ReflectiveOperationException {
    return new Timers(manager == null ? Map.of() : Hidden.get(manager, "timerServices"), subtask);
  }

  /** A row a waiting timer. */
  void addTo(RowList rows) throws Exception {
    for (var service : services.entrySet()) {
      addQueue("event", "eventTimeTimersQueue", service.getKey(), service.getValue(), rows);
      addQueue(
          "processing", "processingTimeTimersQueue", service.getKey(), service.getValue(), rows);
    }
  }

  /** From now on a timer that fires is reported before it is handled. */
  void reportFirings() throws ReflectiveOperationException {
    for (var service : services.entrySet()) {
      reportFirings(service.getKey(), service.getValue());
    }
  }

  /** The clock of the machine cannot be set, so its coming to the end of time is announced. */
  void fireProcessingTimers() throws Exception {
    for (InternalTimerServiceImpl<?, ?> service : services.values()) {
      Hidden.call(service, "onProcessingTime", Long.MAX_VALUE);
    }
  }

  private <K, N> void addQueue(
      String domain,
      String queueField,
      String name,
      InternalTimerServiceImpl<K, N> service,
      RowList rows)
      throws Exception {
    KeyGroupedInternalPriorityQueue<? extends InternalTimer<K, N>> queue =
        Hidden.get(service, queueField);
    try (CloseableIterator<? extends InternalTimer<K, N>> timers = queue.iterator()) {
      while (timers.hasNext()) {
        rows.add(row(domain, name, service, timers.next()));
      }
    }
  }

  private <K, N> void reportFirings(String name, InternalTimerServiceImpl<K, N> service)
      throws ReflectiveOperationException {
    Triggerable<K, N> target = Hidden.get(service, "triggerTarget");
    if (target == null) {
      return;
    }
    Hidden.set(
        service,
        "triggerTarget",
        new Triggerable<K, N>() {
          @Override
          public void onEventTime(InternalTimer<K, N> timer) throws Exception {
            Probes.fired(row("event", name, service, timer));
            target.onEventTime(timer);
          }

          @Override
          public void onProcessingTime(InternalTimer<K, N> timer) throws Exception {
            Probes.fired(row("processing", name, service, timer));
            target.onProcessingTime(timer);
          }
        });
  }

  private <K, N> Row row(
      String domain, String name, InternalTimerServiceImpl<K, N> service, InternalTimer<K, N> timer)
      throws ReflectiveOperationException {
    return subtask
        .at(
            subtask.state("timer", "_timer_state/" + domain + "_" + name),
            timer.getKey(),
            Hidden.<TypeSerializer<K>>get(service, "keySerializer"),
            timer.getNamespace(),
            Hidden.<TypeSerializer<N>>get(service, "namespaceSerializer"))
        .with(TIMER_TIMESTAMP, timer.getTimestamp());
  }
}
