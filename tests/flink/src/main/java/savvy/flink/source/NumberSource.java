package savvy.flink.source;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Emits the numbers from 0 to {@code count} − 1 and then usually stays open: a job whose sources
 * have all ended would end too, and leave nothing to take a snapshot of.
 */
public final class NumberSource implements Source<Long, NumberSplit, List<NumberSplit>> {
  private static final long serialVersionUID = 1;

  private final long count;
  private final Boundedness boundedness;
  private final int spareSplits;

  private NumberSource(long count, Boundedness boundedness, int spareSplits) {
    this.count = count;
    this.boundedness = boundedness;
    this.spareSplits = spareSplits;
  }

  /** There must be a number for every subtask. */
  public NumberSource(long count) {
    this(count, Boundedness.CONTINUOUS_UNBOUNDED, 0);
  }

  /** A source that ends. */
  public static NumberSource bounded(long count) {
    return new NumberSource(count, Boundedness.BOUNDED, 0);
  }

  /** The numbers of some splits are never emitted: the splits stay with the enumerator. */
  public static NumberSource withSpareSplits(long count, int spareSplits) {
    return new NumberSource(count, Boundedness.CONTINUOUS_UNBOUNDED, spareSplits);
  }

  @Override
  public Boundedness getBoundedness() {
    return boundedness;
  }

  @Override
  public SplitEnumerator<NumberSplit, List<NumberSplit>> createEnumerator(
      SplitEnumeratorContext<NumberSplit> context) {
    return restoreEnumerator(context, splits(context.currentParallelism()));
  }

  /** All splits, those for the subtasks first. */
  private List<NumberSplit> splits(int subtasks) {
    int step = subtasks + spareSplits;
    return IntStream.range(0, step).mapToObj(i -> new NumberSplit(i, step, i, count)).toList();
  }

  @Override
  public SplitEnumerator<NumberSplit, List<NumberSplit>> restoreEnumerator(
      SplitEnumeratorContext<NumberSplit> context, List<NumberSplit> unassigned) {
    if (boundedness == Boundedness.CONTINUOUS_UNBOUNDED) {
      int subtasks = context.currentParallelism();
      Gate.addBusy((int) unassigned.stream().filter(split -> split.index() < subtasks).count());
    }
    return new NumberEnumerator(context, unassigned);
  }

  @Override
  public SimpleVersionedSerializer<NumberSplit> getSplitSerializer() {
    return new NumberSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<List<NumberSplit>> getEnumeratorCheckpointSerializer() {
    return new NumberSplitsSerializer();
  }

  @Override
  public SourceReader<Long, NumberSplit> createReader(SourceReaderContext context) {
    return new NumberReader(boundedness);
  }
}
