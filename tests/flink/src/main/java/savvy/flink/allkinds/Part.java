package savvy.flink.allkinds;

import org.apache.flink.streaming.api.datastream.DataStream;
import savvy.flink.ExpectedRows;

/** One operator of the job (or two of a kind), and what its state must be. */
interface Part {

  /** Connects the operator to the stream of the numbers 0 to {@link AllKinds#NUMBERS} − 1. */
  void addTo(DataStream<Long> numbers);

  void expect(ExpectedRows rows);
}
