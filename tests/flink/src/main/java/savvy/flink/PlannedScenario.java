package savvy.flink;

/** A scenario that knows every entry; each of its operators with state has a uid. */
public interface PlannedScenario extends Scenario {

  /** Says what a snapshot must hold, from the plan of the contents and never from the state. */
  void expect(ExpectedRows rows);
}
