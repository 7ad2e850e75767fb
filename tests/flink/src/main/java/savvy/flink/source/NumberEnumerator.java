package savvy.flink.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Hands every reader the split of its index; its state is what has not been handed out. */
final class NumberEnumerator implements SplitEnumerator<NumberSplit, List<NumberSplit>> {
  private final SplitEnumeratorContext<NumberSplit> context;
  private final Map<Integer, NumberSplit> unassigned = new TreeMap<>();

  NumberEnumerator(SplitEnumeratorContext<NumberSplit> context, List<NumberSplit> unassigned) {
    this.context = context;
    unassigned.forEach(split -> this.unassigned.put(split.index(), split));
  }

  @Override
  public void start() {}

  @Override
  public void handleSplitRequest(int subtask, String host) {}

  @Override
  public void addReader(int subtask) {
    NumberSplit split = unassigned.remove(subtask);
    if (split != null) {
      context.assignSplit(split, subtask);
    }
    context.signalNoMoreSplits(subtask);
  }

  @Override
  public void addSplitsBack(List<NumberSplit> splits, int subtask) {
    splits.forEach(split -> unassigned.put(split.index(), split));
  }

  @Override
  public List<NumberSplit> snapshotState(long checkpointId) {
    return new ArrayList<>(unassigned.values());
  }

  @Override
  public void close() {}
}
