package savvy.flink.connectors;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.common.TopicPartition;

/**
 * What a Kafka source keeps, written by the serializers of the connector but without a broker: the
 * splits under the state name of all sources, and the enumerator's state beside them.
 */
final class KafkaState extends ProcessFunction<Long, Void> implements CheckpointedFunction {
  static final int PARTITIONS = 3;

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    var splits = context.getOperatorStateStore().getListState(bytes("SourceReaderState"));
    var enumerator = context.getOperatorStateStore().getListState(bytes("EnumeratorState"));
    if (!context.isRestored()) {
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      splits.addAll(splits(subtask));
      enumerator.add(enumerator(subtask));
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) {}

  @Override
  public void processElement(Long n, Context context, Collector<Void> out) {}

  private static ListStateDescriptor<byte[]> bytes(String name) {
    return new ListStateDescriptor<>(
        name, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  }

  private static List<byte[]> splits(int subtask) throws IOException {
    List<byte[]> splits = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      splits.add(
          SimpleVersionedSerialization.writeVersionAndSerialize(
              new KafkaPartitionSplitSerializer(),
              new KafkaPartitionSplit(topicPartition(subtask, partition), 1000L * partition)));
    }
    return splits;
  }

  private static byte[] enumerator(int subtask) throws IOException {
    return SimpleVersionedSerialization.writeVersionAndSerialize(
        new KafkaSourceEnumStateSerializer(),
        new KafkaSourceEnumState(
            Set.of(topicPartition(subtask, 0)), Set.of(topicPartition(subtask, 1)), true));
  }

  private static TopicPartition topicPartition(int subtask, int partition) {
    return new TopicPartition("orders-" + subtask, partition);
  }
}
