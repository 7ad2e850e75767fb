package savvy.flink.allkinds;

import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.java.tuple.Tuple2;

/** The mean of longs; the accumulator is their sum and count, another type than the result. */
final class Average implements AggregateFunction<Long, Tuple2<Long, Long>, Double> {

  @Override
  public Tuple2<Long, Long> createAccumulator() {
    return Tuple2.of(0L, 0L);
  }

  @Override
  public Tuple2<Long, Long> add(Long value, Tuple2<Long, Long> sumAndCount) {
    return Tuple2.of(sumAndCount.f0 + value, sumAndCount.f1 + 1);
  }

  @Override
  public Double getResult(Tuple2<Long, Long> sumAndCount) {
    return (double) sumAndCount.f0 / sumAndCount.f1;
  }

  @Override
  public Tuple2<Long, Long> merge(Tuple2<Long, Long> a, Tuple2<Long, Long> b) {
    return Tuple2.of(a.f0 + b.f0, a.f1 + b.f1);
  }
}
