package savvy.flink.opinion;

import static savvy.flink.RowField.LIST_INDEX;
import static savvy.flink.RowField.LIST_VALUE;
import static savvy.flink.RowField.MAP_KEY;
import static savvy.flink.RowField.MAP_VALUE;
import static savvy.flink.RowField.STATE_KIND;
import static savvy.flink.RowField.STATE_VALUE;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.CompositeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.runtime.state.ttl.TtlStateFactory;
import savvy.flink.Row;
import savvy.flink.probe.Hidden;
import savvy.flink.probe.Values;

/**
 * A keyed state to be read through the API of jobs.
 *
 * @param kind as Flink calls it, for example {@code AGGREGATING}
 * @param serializer that of the stored values
 */
record KeyedState(String name, StateDescriptor.Type kind, TypeSerializer<?> serializer)
    implements Serializable {

  /** Reads the rows of the current key. */
  interface Reader {
    List<Row> read(Row key) throws Exception;
  }

  /** Registers the state; to be called where a job would. */
  Reader register(RuntimeContext context) throws ReflectiveOperationException {
    return switch (kind) {
      case VALUE -> value(context, userSerializer(serializer));
      case LIST -> list(context, ((ListSerializer<?>) serializer).getElementSerializer());
      case MAP -> map(context, (MapSerializer<?, ?>) serializer);
      case REDUCING -> reducing(context, userSerializer(serializer));
      case AGGREGATING -> aggregating(context, userSerializer(serializer));
      default -> throw new IllegalStateException("state " + name + " is a " + kind);
    };
  }

  private <T> Reader value(RuntimeContext context, TypeSerializer<T> type) {
    ValueState<T> state = context.getState(likeStored(new ValueStateDescriptor<>(name, type)));
    return key -> single(key, "value", state.value(), type);
  }

  private <T> Reader reducing(RuntimeContext context, TypeSerializer<T> type) {
    ReducingState<T> state =
        context.getReducingState(
            likeStored(new ReducingStateDescriptor<>(name, (a, b) -> a, type)));
    return key -> single(key, "reducing", state.get(), type);
  }

  private <T> Reader aggregating(RuntimeContext context, TypeSerializer<T> type) {
    AggregatingState<T, T> state =
        context.getAggregatingState(
            likeStored(new AggregatingStateDescriptor<>(name, new Accumulator<T>(), type)));
    return key -> single(key, "aggregating", state.get(), type);
  }

  private <S> Reader list(RuntimeContext context, TypeSerializer<S> stored)
      throws ReflectiveOperationException {
    TypeSerializer<Object> type = userSerializer(stored);
    ListState<Object> state =
        context.getListState(likeStored(new ListStateDescriptor<>(name, type)));
    return key -> {
      List<Row> rows = new ArrayList<>();
      for (Object element : state.get()) {
        rows.add(
            key.with(STATE_KIND, "list")
                .with(LIST_INDEX, rows.size())
                .with(LIST_VALUE, Values.plain(element, type)));
      }
      return rows;
    };
  }

  private <K> Reader map(RuntimeContext context, MapSerializer<K, ?> types)
      throws ReflectiveOperationException {
    TypeSerializer<Object> valueType = userSerializer(types.getValueSerializer());
    MapState<K, Object> state =
        context.getMapState(
            likeStored(new MapStateDescriptor<>(name, types.getKeySerializer(), valueType)));
    return key -> {
      List<Row> rows = new ArrayList<>();
      for (Map.Entry<K, Object> entry : state.entries()) {
        rows.add(
            key.with(STATE_KIND, "map")
                .with(MAP_KEY, Values.plain(entry.getKey(), types.getKeySerializer()))
                .with(MAP_VALUE, Values.plain(entry.getValue(), valueType)));
      }
      return rows;
    };
  }

  private static <T> List<Row> single(Row key, String kind, T value, TypeSerializer<T> type) {
    return value == null
        ? List.of()
        : List.of(key.with(STATE_KIND, kind).with(STATE_VALUE, Values.plain(value, type)));
  }

  /** With a TTL where the stored values have one; a century, so that nothing expires here. */
  private <D extends StateDescriptor<?, ?>> D likeStored(D descriptor) {
    TypeSerializer<?> stored = serializer;
    if (stored instanceof ListSerializer<?> list) {
      stored = list.getElementSerializer();
    } else if (stored instanceof MapSerializer<?, ?> map) {
      stored = map.getValueSerializer();
    }
    if (TtlStateFactory.TtlSerializer.isTtlStateSerializer(stored)) {
      descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(36_500)).build());
    }
    return descriptor;
  }

  /** What a TTL wraps, or the serializer itself. */
  @SuppressWarnings("unchecked")
  private static TypeSerializer<Object> userSerializer(TypeSerializer<?> stored)
      throws ReflectiveOperationException {
    if (stored instanceof CompositeSerializer
        && TtlStateFactory.TtlSerializer.isTtlStateSerializer(stored)) {
      return Hidden.<TypeSerializer<Object>[]>get(stored, "fieldSerializers")[1];
    }
    return (TypeSerializer<Object>) stored;
  }
}
