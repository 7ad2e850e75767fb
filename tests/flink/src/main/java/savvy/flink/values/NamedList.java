package savvy.flink.values;

import java.util.ArrayList;

/** A collection of the job that has a field beside its elements. */
final class NamedList extends ArrayList<Object> {
  private static final long serialVersionUID = 1;

  private final String name;

  NamedList(String name) {
    this.name = name;
  }

  @Override
  public String toString() {
    return name + super.toString();
  }
}
