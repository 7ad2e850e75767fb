package savvy.flink.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;

/** Emits the numbers of its splits as far as the gate lets it; then waits, or ends if bounded. */
final class NumberReader implements SourceReader<Long, NumberSplit> {
  private final Boundedness boundedness;
  private final Deque<NumberSplit> busy = new ArrayDeque<>();
  private final List<NumberSplit> waiting = new ArrayList<>();
  private CompletableFuture<Void> moreToDo = new CompletableFuture<>();
  private boolean started;
  private boolean hasAllSplits;

  NumberReader(Boundedness boundedness) {
    this.boundedness = boundedness;
  }

  @Override
  public void start() {
    started = true;
    Gate.add(this);
  }

  @Override
  public synchronized InputStatus pollNext(ReaderOutput<Long> output) {
    if (busy.isEmpty()) {
      return boundedness == Boundedness.BOUNDED && hasAllSplits
          ? InputStatus.END_OF_INPUT
          : InputStatus.NOTHING_AVAILABLE;
    }
    NumberSplit split = busy.remove();
    output.collect(split.next());
    put(split.advanced());
    if (!Gate.isOpenFor(split.advanced())) {
      countBusy(-1);
    }
    return InputStatus.MORE_AVAILABLE;
  }

  @Override
  public synchronized List<NumberSplit> snapshotState(long checkpointId) {
    List<NumberSplit> splits = new ArrayList<>(waiting);
    splits.addAll(busy);
    return splits;
  }

  @Override
  public synchronized CompletableFuture<Void> isAvailable() {
    return busy.isEmpty() ? moreToDo : CompletableFuture.completedFuture(null);
  }

  /** Splits of a snapshot come before the start; the enumerator has counted all others. */
  @Override
  public synchronized void addSplits(List<NumberSplit> splits) {
    for (NumberSplit split : splits) {
      put(split);
      if (!started && Gate.isOpenFor(split)) {
        countBusy(1);
      } else if (started && !Gate.isOpenFor(split)) {
        countBusy(-1);
      }
    }
    wakeUp();
  }

  @Override
  public synchronized void notifyNoMoreSplits() {
    hasAllSplits = true;
    wakeUp();
  }

  /** Called when the gate opens further. */
  synchronized void goOn() {
    List<NumberSplit> splits = List.copyOf(waiting);
    waiting.clear();
    splits.forEach(this::put);
    countBusy(busy.size());
    wakeUp();
  }

  @Override
  public void close() {}

  /** A bounded source says by its end that it is done, and has no part in the count. */
  private void countBusy(int splits) {
    if (boundedness == Boundedness.CONTINUOUS_UNBOUNDED) {
      Gate.addBusy(splits);
    }
  }

  private void put(NumberSplit split) {
    if (Gate.isOpenFor(split)) {
      busy.addFirst(split);
    } else {
      waiting.add(split);
    }
  }

  private void wakeUp() {
    moreToDo.complete(null);
    moreToDo = new CompletableFuture<>();
  }
}
