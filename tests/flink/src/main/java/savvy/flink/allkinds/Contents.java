package savvy.flink.allkinds;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.api.java.tuple.Tuple2;

/**
 * What the state holds: pure functions of a number, called by the job when it fills its state and
 * by the plan of what must be found there. Collections differ in size, empty ones included.
 */
final class Contents {
  /** 2100-01-01T00:00:00Z: no timer fires while the job runs. */
  private static final long YEAR_2100 = 4_102_444_800_000L;

  private static final long MINUTE = 60_000;

  /** Texts that encoders get wrong; the last is long enough for a length of two bytes. */
  private static final List<String> HARD_TEXTS =
      List.of(
          "",
          " ",
          "käse",
          "日本語",
          "\uD83D\uDE00",
          "a\"b\\c",
          "tab\tnew\nline",
          "nul\u0000",
          "long ".repeat(40));

  private static final long[] HARD_LONGS = {
    0, -1, 127, 128, 1L << 53, Long.MIN_VALUE, Long.MAX_VALUE
  };

  private Contents() {}

  /** Distinct keys: first the texts that are hard to encode, then plain ones. */
  static String text(long n) {
    return n < HARD_TEXTS.size() ? HARD_TEXTS.get((int) n) : "key-" + n;
  }

  /** Distinct numbers: first the edges, then numbers of both signs. */
  static long number(long n) {
    if (n < HARD_LONGS.length) {
      return HARD_LONGS[(int) n];
    }
    return (n % 2 == 0 ? 1 : -1) * n * 1_000_000_007L;
  }

  static Tuple2<String, Integer> pair(long n) {
    return Tuple2.of(text(n % 10), (int) n - 20);
  }

  static Address address(long n) {
    return new Address("city-" + n % 7, (int) (10_000 + n));
  }

  static Profile profile(long n) {
    Profile profile = new Profile();
    profile.name = "name of " + text(n);
    profile.nickname = n % 3 == 0 ? null : text(n + 1);
    profile.visits = number(n);
    profile.level = (int) (n * n) - 50;
    profile.balance = n * 0.75 - 3.5;
    profile.active = n % 2 == 0;
    profile.age = n % 5 == 0 ? null : (int) (20 + n);
    profile.tier = n % 4 == 3 ? null : Tier.values()[(int) (n % 4)];
    profile.address = n % 6 == 0 ? null : address(n);
    profile.avatar = bytes(n);
    profile.tags = n % 7 == 0 ? null : texts(n % 4);
    return profile;
  }

  /** The first few texts. */
  private static List<String> texts(long count) {
    return LongStream.range(0, count).mapToObj(Contents::text).toList();
  }

  static List<Long> numbers(long n) {
    return LongStream.range(0, n % 5).map(i -> number(n + i)).boxed().toList();
  }

  static List<Tuple2<String, Long>> events(long n) {
    return LongStream.range(0, n % 4)
        .mapToObj(i -> Tuple2.of("event-" + n + "-" + i, number(n + i)))
        .toList();
  }

  static Map<String, Long> counters(long n) {
    Map<String, Long> counters = new LinkedHashMap<>();
    LongStream.range(0, n % 3).forEach(i -> counters.put(text(i), n * 100 + i));
    return counters;
  }

  static Map<Integer, Double> scores(long n) {
    Map<Integer, Double> scores = new LinkedHashMap<>();
    LongStream.range(0, n % 4).forEach(i -> scores.put((int) (i - n), n + i * 0.25));
    return scores;
  }

  /** Every second value is null: map state is the only keyed state that can hold one. */
  static Map<String, String> labels(long n) {
    Map<String, String> labels = new LinkedHashMap<>();
    LongStream.range(0, n % 4).forEach(i -> labels.put("label-" + i, i % 2 == 0 ? text(n) : null));
    return labels;
  }

  static Map<Long, Profile> friends(long n) {
    Map<Long, Profile> friends = new LinkedHashMap<>();
    LongStream.range(0, n % 3).forEach(i -> friends.put(number(i), i == 1 ? null : profile(n + i)));
    return friends;
  }

  /** What a reducing or aggregating state is fed; never empty. */
  static List<Long> amounts(long n) {
    return LongStream.rangeClosed(0, n % 3).map(i -> n * 10 - i).boxed().toList();
  }

  static long total(List<Long> amounts) {
    return amounts.stream().mapToLong(Long::longValue).sum();
  }

  static List<Long> eventTimers(long n) {
    return timers(n % 4, YEAR_2100 + n * MINUTE);
  }

  static List<Long> processingTimers(long n) {
    return timers(n % 3, YEAR_2100 + n * MINUTE + 500);
  }

  private static List<Long> timers(long count, long first) {
    return LongStream.range(0, count).map(i -> first + i * MINUTE * 60).boxed().toList();
  }

  private static byte[] bytes(long n) {
    byte[] bytes = new byte[(int) (n % 5)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (n * 16 + i);
    }
    return bytes;
  }
}
