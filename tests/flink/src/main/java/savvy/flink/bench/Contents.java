package savvy.flink.bench;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** What the state of a key holds: all of it follows from the number that the key stands for. */
final class Contents {
  private static final int PAYLOAD_BYTES = 100;
  private static final int SCORES = 4;

  private Contents() {}

  /** Another key for every number, in no order: the steps of SplitMix64 can be undone. */
  static long key(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  /** Bytes that do not compress, so that a layout has no fewer to read because it is compressed. */
  static byte[] payload(long key) {
    byte[] payload = new byte[PAYLOAD_BYTES];
    new SplittableRandom(key).nextBytes(payload);
    return payload;
  }

  static Map<Integer, Long> scores(long key) {
    Map<Integer, Long> scores = new TreeMap<>();
    for (int i = 0; i < SCORES; i++) {
      scores.put(i, key(key + i));
    }
    return scores;
  }
}
