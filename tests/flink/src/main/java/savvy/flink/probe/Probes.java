package savvy.flink.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import savvy.flink.Row;

/**
 * The probes of the running job. Static, because operators reach the cluster serialized and there
 * is no other way back from one to whoever judges it.
 */
public final class Probes {
  private static final List<Probe> PROBES = new CopyOnWriteArrayList<>();
  private static final List<Row> FIRED = new CopyOnWriteArrayList<>();

  private Probes() {}

  /** Forgets the probes of the job before. */
  public static void clear() {
    PROBES.clear();
    FIRED.clear();
  }

  static void add(Probe probe) {
    PROBES.add(probe);
  }

  static void fired(Row timer) {
    FIRED.add(timer);
  }

  /** What the operators held when they had been restored, and before they did anything. */
  public static List<Row> restored() throws Exception {
    List<Row> rows = new ArrayList<>();
    for (Probe probe : PROBES) {
      rows.addAll(probe.restored());
    }
    return rows;
  }

  /** Lets every processing-time timer fire, as if its time had come. */
  public static void fireProcessingTimers() throws Exception {
    for (Probe probe : PROBES) {
      probe.fireProcessingTimers();
    }
  }

  /** The timers that have fired in this job. */
  public static List<Row> fired() {
    return List.copyOf(FIRED);
  }
}
