package savvy.flink;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** The job of a scenario as a graph, to be run or to be looked at. */
final class ScenarioGraph {
  private ScenarioGraph() {}

  static StreamGraph of(Scenario scenario, int parallelism, Configuration options) {
    Configuration jobOptions = new Configuration(options);
    jobOptions.setString("pipeline.generic-types", String.valueOf(scenario.usesKryo()));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(jobOptions);
    env.setParallelism(parallelism);
    scenario.build(env);
    StreamGraph graph = env.getStreamGraph();
    graph.setJobName(scenario.name());
    return graph;
  }
}
