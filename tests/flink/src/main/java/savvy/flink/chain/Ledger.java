package savvy.flink.chain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one key holds after some numbers, worked out without Flink. Each number does one of four
 * things to its key: see {@link #add}.
 */
final class Ledger {
  private static final int ENTRIES = 4;

  /** 2100-01-01T00:00:00Z: no timer fires while the job runs. */
  private static final long YEAR_2100 = 4_102_444_800_000L;

  private final Map<Long, String> entries = new TreeMap<>();
  private Long last;

  /** One of so many keys, half of them negative. */
  static int key(long n, int keys) {
    return (int) (n % keys) - keys / 2;
  }

  static boolean clearsLast(long n) {
    return n % 5 == 0;
  }

  static boolean removesEntry(long n) {
    return n % 7 < 3;
  }

  static long entry(long n, int keys) {
    return n / keys % ENTRIES;
  }

  static String text(long n) {
    return "entry of " + n;
  }

  static long timer(long n) {
    return YEAR_2100 + n;
  }

  /** Those of the keys that the numbers below a limit have touched. */
  static Map<Integer, Ledger> after(long limit, int keys) {
    Map<Integer, Ledger> ledgers = new TreeMap<>();
    for (long n = 0; n < limit; n++) {
      ledgers.computeIfAbsent(key(n, keys), key -> new Ledger()).add(n, entry(n, keys));
    }
    return ledgers;
  }

  Map<Long, String> entries() {
    return entries;
  }

  Optional<Long> last() {
    return Optional.ofNullable(last);
  }

  /** The timer of the last number, if that is still known. */
  List<Long> timers() {
    return last().map(Ledger::timer).map(List::of).orElse(List.of());
  }

  private void add(long n, long entry) {
    last = clearsLast(n) ? null : Long.valueOf(n);
    if (removesEntry(n)) {
      entries.remove(entry);
    } else {
      entries.put(entry, text(n));
    }
  }
}
