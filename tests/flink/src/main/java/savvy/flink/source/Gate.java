package savvy.flink.source;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Says how far the sources of the running job may go, and whether they have got there. Static,
 * because the cluster runs in this JVM and whoever takes the snapshot has no other way to reach a
 * source.
 */
public final class Gate {
  private static final AtomicInteger BUSY_SPLITS = new AtomicInteger();
  private static final List<NumberReader> READERS = new CopyOnWriteArrayList<>();
  private static volatile long limit = Long.MAX_VALUE;

  private Gate() {}

  /** For the sources of the next job: only numbers below the limit may pass. */
  public static void reset(long newLimit) {
    READERS.clear();
    BUSY_SPLITS.set(0);
    limit = newLimit;
  }

  /** Lets the sources of the running job go on, up to a higher limit. */
  public static void open(long newLimit) {
    limit = newLimit;
    READERS.forEach(NumberReader::goOn);
  }

  /** Whether every source has emitted all it may. */
  public static boolean isReached() {
    return BUSY_SPLITS.get() == 0;
  }

  static boolean isOpenFor(NumberSplit split) {
    return split.next() < Math.min(limit, split.end());
  }

  static void add(NumberReader reader) {
    READERS.add(reader);
  }

  static void addBusy(int splits) {
    BUSY_SPLITS.addAndGet(splits);
  }
}
