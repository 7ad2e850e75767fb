package savvy.flink;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamGraphHasherV2;
import org.apache.flink.streaming.api.graph.StreamNode;

/** Operator ids by uid, as Flink itself derives them from the graph of the job. */
public final class OperatorNames {
  private final Map<String, String> idByUid = new HashMap<>();
  private final Map<String, String> shownById = new HashMap<>();

  OperatorNames(StreamGraph graph) {
    Map<Integer, byte[]> hashes =
        new StreamGraphHasherV2().traverseStreamGraphAndGenerateHashes(graph);
    for (StreamNode node : graph.getStreamNodes()) {
      String id = HexFormat.of().formatHex(hashes.get(node.getId()));
      String uid = node.getTransformationUID();
      if (uid != null) {
        idByUid.put(uid, id);
      }
      shownById.put(id, shown(id, uid == null ? node.getOperatorName() : uid));
    }
  }

  /** The names in the job of a scenario. */
  public static OperatorNames of(Scenario scenario, int parallelism) {
    return new OperatorNames(ScenarioGraph.of(scenario, parallelism, new Configuration()));
  }

  /** The operator id, 32 hexadecimal digits. */
  String id(String uid) {
    String id = idByUid.get(uid);
    if (id == null) {
      throw new IllegalArgumentException("the job has no operator with uid " + uid);
    }
    return id;
  }

  /** What a reader of the snapshot can call the operator: its uid or name, where that is stored. */
  String shownOfId(String id) {
    return shownById.get(id);
  }

  /** The uid of an operator, or its id where it has no uid. */
  public String uid(String id) {
    return idByUid.entrySet().stream()
        .filter(entry -> entry.getValue().equals(id))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(id);
  }

  private static String shown(String id, String name) {
    return FlinkRelease.storesUids() ? name : id;
  }
}
