package savvy.flink.allkinds;

import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/** What the windows collect. */
public class Visit {
  /** 2023-11-14T22:00:00Z, the start of the first window. */
  private static final long FIRST_WINDOW = 1_699_999_200_000L;

  static final long WINDOW_SIZE = 3_600_000;

  public String user;
  public long amount;
  public long time;

  public Visit() {}

  Visit(String user, long amount, long time) {
    this.user = user;
    this.amount = amount;
    this.time = time;
  }

  static String user(long n) {
    return Contents.text(n);
  }

  /** One to four visits, alternating between two windows. */
  static List<Visit> visits(long n) {
    return LongStream.rangeClosed(0, n % 4)
        .mapToObj(i -> new Visit(user(n), n * 10 + i, FIRST_WINDOW + i % 2 * WINDOW_SIZE + n))
        .toList();
  }

  TimeWindow window() {
    long start = time - Math.floorMod(time, WINDOW_SIZE);
    return new TimeWindow(start, start + WINDOW_SIZE);
  }

  /** Sum of the amounts, at the later time. */
  static Visit merge(Visit a, Visit b) {
    return new Visit(a.user, a.amount + b.amount, Math.max(a.time, b.time));
  }
}
