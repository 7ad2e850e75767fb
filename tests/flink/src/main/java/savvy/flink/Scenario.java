package savvy.flink;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A job whose input is known before it runs, so that a snapshot of it can be judged. */
public interface Scenario {

  /** Also the name of the job. */
  String name();

  /** Adds the sources and operators of the job. */
  void build(StreamExecutionEnvironment env);

  /** Whether a type that falls back to Kryo is meant to; otherwise it is a mistake. */
  default boolean usesKryo() {
    return false;
  }

  /** How many snapshots are taken of the running job, one a step. */
  default int steps() {
    return 1;
  }

  /** The sources emit the numbers below this before the snapshot of a step, from 1 on. */
  default long limit(int step) {
    return Long.MAX_VALUE;
  }
}
