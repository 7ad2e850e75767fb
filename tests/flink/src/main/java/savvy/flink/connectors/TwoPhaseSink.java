package savvy.flink.connectors;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Counts what it is given; commits the count, as text, to nowhere. A proxy, because the interface
 * of a sink in Flink 1.20 asks for a method whose argument is of a type that later ones lack.
 */
final class TwoPhaseSink implements InvocationHandler, Serializable {
  private static final long serialVersionUID = 1;

  private TwoPhaseSink() {}

  @SuppressWarnings("unchecked")
  static Sink<Long> create() {
    Class<?>[] parts = {Sink.class, SupportsCommitter.class, SupportsWriterState.class};
    return (Sink<Long>)
        Proxy.newProxyInstance(TwoPhaseSink.class.getClassLoader(), parts, new TwoPhaseSink());
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "createWriter":
        return new CountingWriter(0);
      case "restoreWriter":
        long count = 0;
        for (Object state : (Collection<?>) arguments[1]) {
          count += Long.parseLong((String) state);
        }
        return new CountingWriter(count);
      case "createCommitter":
        return new NoCommitter();
      case "getCommittableSerializer", "getWriterStateSerializer":
        return new TextSerializer();
      case "hashCode":
        return System.identityHashCode(proxy);
      case "equals":
        return proxy == arguments[0];
      case "toString":
        return "two-phase sink";
      default:
        return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
  }

  private static final class CountingWriter
      implements CommittingSinkWriter<Long, String>, StatefulSinkWriter<Long, String> {
    private long count;

    private CountingWriter(long count) {
      this.count = count;
    }

    @Override
    public void write(Long n, Context context) {
      count++;
    }

    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public Collection<String> prepareCommit() {
      return List.of(count + " records");
    }

    @Override
    public List<String> snapshotState(long checkpointId) {
      return List.of(String.valueOf(count));
    }

    @Override
    public void close() {}
  }

  private static final class NoCommitter implements Committer<String> {
    @Override
    public void commit(Collection<CommitRequest<String>> requests) {}

    @Override
    public void close() {}
  }

  private static final class TextSerializer implements SimpleVersionedSerializer<String> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String deserialize(int version, byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
