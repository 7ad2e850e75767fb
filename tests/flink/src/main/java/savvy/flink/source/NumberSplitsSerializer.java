package savvy.flink.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A list of splits as bytes, 24 a split: the state of the enumerator. */
final class NumberSplitsSerializer implements SimpleVersionedSerializer<List<NumberSplit>> {
  private static final int SPLIT_SIZE = 2 * Integer.BYTES + 2 * Long.BYTES;

  @Override
  public int getVersion() {
    return 1;
  }

  @Override
  public byte[] serialize(List<NumberSplit> splits) {
    ByteBuffer bytes = ByteBuffer.allocate(splits.size() * SPLIT_SIZE);
    for (NumberSplit split : splits) {
      bytes.putInt(split.index()).putInt(split.step()).putLong(split.next()).putLong(split.end());
    }
    return bytes.array();
  }

  @Override
  public List<NumberSplit> deserialize(int version, byte[] serialized) throws IOException {
    if (version != getVersion()) {
      throw new IOException("version of splits = " + version + ", expected " + getVersion());
    }
    ByteBuffer bytes = ByteBuffer.wrap(serialized);
    List<NumberSplit> splits = new ArrayList<>();
    while (bytes.hasRemaining()) {
      splits.add(new NumberSplit(bytes.getInt(), bytes.getInt(), bytes.getLong(), bytes.getLong()));
    }
    return splits;
  }
}
