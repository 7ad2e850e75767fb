package savvy.flink.opinion;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Lets an accumulator out as it is stored. Nothing is added to it. */
final class Accumulator<T> implements AggregateFunction<T, T, T> {
  private static final long serialVersionUID = 1;

  @Override
  public T createAccumulator() {
    throw new UnsupportedOperationException("only for reading");
  }

  @Override
  public T add(T value, T accumulator) {
    throw new UnsupportedOperationException("only for reading");
  }

  @Override
  public T getResult(T accumulator) {
    return accumulator;
  }

  @Override
  public T merge(T a, T b) {
    throw new UnsupportedOperationException("only for reading");
  }
}
