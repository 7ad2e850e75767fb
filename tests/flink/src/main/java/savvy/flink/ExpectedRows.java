package savvy.flink;

import static savvy.flink.RowField.OPERATOR;
import static savvy.flink.RowField.OPERATOR_ID;

import java.util.List;

/** Collects the rows that {@code savvy dump} must print for the states of a scenario. */
public final class ExpectedRows {
  private final OperatorNames names;
  private final Layout layout;
  private final int step;
  private final RowList rows = new RowList();

  ExpectedRows(OperatorNames names, Layout layout, int step) {
    this.names = names;
    this.layout = layout;
    this.step = step;
  }

  /** How the job is spread that the snapshot is taken of. */
  public Layout layout() {
    return layout;
  }

  /** The step after which the snapshot is taken. */
  public int step() {
    return step;
  }

  /** The rows of the operator with this uid. */
  public OperatorRows operator(String uid) {
    String id = names.id(uid);
    Row operator = Row.EMPTY.with(OPERATOR, names.shownOfId(id)).with(OPERATOR_ID, id);
    return new OperatorRows(operator, layout, rows);
  }

  List<Row> all() {
    return rows.all();
  }
}
