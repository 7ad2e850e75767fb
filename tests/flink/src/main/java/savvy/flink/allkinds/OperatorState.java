package savvy.flink.allkinds;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import savvy.flink.ExpectedRows;
import savvy.flink.OperatorRows;

/** List and union list state; what a subtask holds follows from its index. */
final class OperatorState implements Part {
  private static final String UID = "operator-state";

  @Override
  public void addTo(DataStream<Long> numbers) {
    numbers.process(new Fill()).returns(Types.VOID).uid(UID).name("Operator state");
  }

  @Override
  public void expect(ExpectedRows rows) {
    OperatorRows operator = rows.operator(UID);
    for (int subtask = 0; subtask < rows.layout().parallelism(); subtask++) {
      operator.list(subtask, "profiles", profiles(subtask));
      operator.union(subtask, "offsets", offsets(subtask));
    }
  }

  private static List<Profile> profiles(int subtask) {
    return LongStream.range(0, 5 + subtask)
        .mapToObj(i -> Contents.profile(subtask * 10 + i))
        .toList();
  }

  private static List<Long> offsets(int subtask) {
    return LongStream.range(0, Math.max(0, 4 - subtask))
        .map(i -> Contents.number(subtask + i))
        .boxed()
        .toList();
  }

  private static final class Fill extends ProcessFunction<Long, Void>
      implements CheckpointedFunction {
    private transient ListState<Long> offsets;
    private transient List<Long> ownOffsets;

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      OperatorStateStore store = context.getOperatorStateStore();
      var profiles =
          store.getListState(new ListStateDescriptor<>("profiles", Types.POJO(Profile.class)));
      offsets = store.getUnionListState(new ListStateDescriptor<>("offsets", Types.LONG));
      store.getListState(new ListStateDescriptor<>("empty", Types.STRING));
      TaskInfo task = getRuntimeContext().getTaskInfo();
      if (context.isRestored()) {
        ownOffsets = share(offsets.get(), task);
      } else {
        ownOffsets = offsets(task.getIndexOfThisSubtask());
        profiles.addAll(profiles(task.getIndexOfThisSubtask()));
      }
    }

    /** After a restore every subtask holds the whole union; it must store its share only. */
    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      offsets.update(ownOffsets);
    }

    /** Sorted, because a union does not have the same order on every subtask. */
    private static List<Long> share(Iterable<Long> all, TaskInfo task) {
      List<Long> sorted = new ArrayList<>();
      all.forEach(sorted::add);
      Collections.sort(sorted);
      return IntStream.range(0, sorted.size())
          .filter(i -> i % task.getNumberOfParallelSubtasks() == task.getIndexOfThisSubtask())
          .mapToObj(sorted::get)
          .toList();
    }

    @Override
    public void processElement(Long n, Context context, Collector<Void> out) {}
  }
}
