package savvy.flink.source;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * Every {@code step}th number from {@code next} up to, not including, {@code end}.
 *
 * @param index the subtask that gets the split
 */
record NumberSplit(int index, int step, long next, long end) implements SourceSplit {

  @Override
  public String splitId() {
    return "split-" + index;
  }

  NumberSplit advanced() {
    return new NumberSplit(index, step, next + step, end);
  }
}
