package savvy.flink;

/**
 * How a job is spread.
 *
 * @param parallelism subtasks of every operator
 * @param maxParallelism key groups; from 129 on their prefix in composite keys has two bytes
 */
public record Layout(int parallelism, int maxParallelism) {
  /** More than one subtask, and the most key groups that have a prefix of one byte. */
  static final Layout USUAL = new Layout(2, 128);
}
