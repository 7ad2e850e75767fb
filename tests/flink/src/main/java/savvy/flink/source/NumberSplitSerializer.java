package savvy.flink.source;

import java.io.IOException;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** One split as bytes: a list of one. */
final class NumberSplitSerializer implements SimpleVersionedSerializer<NumberSplit> {
  private final NumberSplitsSerializer list = new NumberSplitsSerializer();

  @Override
  public int getVersion() {
    return list.getVersion();
  }

  @Override
  public byte[] serialize(NumberSplit split) {
    return list.serialize(List.of(split));
  }

  @Override
  public NumberSplit deserialize(int version, byte[] serialized) throws IOException {
    return list.deserialize(version, serialized).get(0);
  }
}
