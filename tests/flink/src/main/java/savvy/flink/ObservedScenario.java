package savvy.flink;

import java.util.Map;
import java.util.Set;

/**
 * A scenario whose state belongs to operators of Flink: what a snapshot must hold is what Flink
 * itself restores from it, and the plan only says how much that must be. If it is a {@link
 * PlannedScenario} as well, that is the plan for when the restored job has run on.
 */
public interface ObservedScenario extends Scenario {

  /** The number of rows by state name, for the states whose number follows from the input. */
  Map<String, Integer> counts();

  /** The states that hold something else in each snapshot: only how much it is can be compared. */
  default Set<String> changingStates() {
    return Set.of();
  }

  /** The states with so many elements a subtask: at another parallelism there will be others. */
  default Set<String> statesOfSubtasks() {
    return Set.of();
  }
}
