package savvy.flink.values;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshotSerializationUtil;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;

/** What a snapshot holds of a serializer, and of a value. */
record SerializedValue(byte[] snapshot, byte[] value) {
  static <T> SerializedValue of(TypeSerializer<T> serializer, T value) throws IOException {
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    TypeSerializerSnapshotSerializationUtil.writeSerializerSnapshot(
        new DataOutputViewStreamWrapper(snapshot), serializer.snapshotConfiguration());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    serializer.serialize(value, new DataOutputViewStreamWrapper(bytes));
    return new SerializedValue(snapshot.toByteArray(), bytes.toByteArray());
  }

  void print(String json) {
    ValueTable.print(json, snapshot, value);
  }
}
