package savvy.flink.bench;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a restored job found in the keys it was asked for. Static, because the cluster runs in this
 * JVM and the job has no other way to say it.
 */
final class Sample {
  /** Numbers that a source emits beyond those that fill the state. */
  static final long NUMBERS = 1000;

  private static final AtomicLong RIGHT = new AtomicLong();
  private static final AtomicLong WRONG = new AtomicLong();

  private Sample() {}

  static void clear() {
    RIGHT.set(0);
    WRONG.set(0);
  }

  static void add(boolean isRight) {
    (isRight ? RIGHT : WRONG).incrementAndGet();
  }

  /** Keys that were looked at. */
  static long count() {
    return RIGHT.get() + WRONG.get();
  }

  static long wrong() {
    return WRONG.get();
  }
}
