package savvy.flink.probe;

import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorFactoryUtil;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.tasks.StreamTask;

/** Creates the operator of another factory, with a {@link Probe} beside it. */
public final class ProbingFactory<T> implements StreamOperatorFactory<T> {
  private static final long serialVersionUID = 1;

  private final StreamOperatorFactory<T> wrapped;

  private ProbingFactory(StreamOperatorFactory<T> wrapped) {
    this.wrapped = wrapped;
  }

  /** Puts a probe beside every operator of a job that has no coordinator: all but sources. */
  public static void addTo(StreamGraph graph) throws ReflectiveOperationException {
    for (StreamNode node : graph.getStreamNodes()) {
      StreamOperatorFactory<?> factory = node.getOperatorFactory();
      if (factory != null && !(factory instanceof CoordinatedOperatorFactory)) {
        Hidden.set(node, "operatorFactory", new ProbingFactory<>(factory));
      }
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public <S extends StreamOperator<T>> S createStreamOperator(
      StreamOperatorParameters<T> parameters) {
    S operator =
        (S)
            StreamOperatorFactoryUtil.createOperator(
                    wrapped,
                    (StreamTask<T, ?>)
                        parameters.getContainingTask(),
                    parameters.getStreamConfig(),
                    parameters.getOutput(),
                    parameters.getOperatorEventDispatcher())
                .f0;
    Probes.add(Probe.beside(operator, parameters));
    return operator;
  }

  @Override
  public void setChainingStrategy(ChainingStrategy strategy) {
    wrapped.setChainingStrategy(strategy);
  }

  @Override
  public ChainingStrategy getChainingStrategy() {
    return wrapped.getChainingStrategy();
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return wrapped.getStreamOperatorClass(classLoader);
  }
}
