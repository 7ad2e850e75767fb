// Kafka's sources and sinks.
//
// Bytes   split 0: utf topic | i32 partition | i64 start | i64 stop
//         enumerator 0: i32 n | i32 split version | n x (i32 subtask | i32 k, k x (i32 size, split));
//         1: i32 n, n x (utf topic | i32 partition), all assigned; 2: the same with an
//         i32 status each | bool initial discovery finished; 3: i32 n | i32 split version | n x
//         (i32 size, split | i32 status) | bool
//         writer 2: utf prefix | i32 owned subtask | i32 subtasks | i32 ownership | i32 n, n x (utf
//         id | i64 checkpoint)
//         committable 1: i16 epoch | i64 producer | utf transactional id
//         legacy offset: Kryo class, mark, cached hash, partition, mark, topic | i64 offset
// Source  KafkaPartitionSplitSerializer, KafkaSourceEnumStateSerializer, KafkaWriterStateSerializer,
//         KafkaCommittableSerializer, KafkaTopicPartition, FlinkKafkaConsumerBase

#include <limits>
#include <string>

#include "format/connectors/layouts.h"
#include "format/types/kryo_input.h"

namespace savvy {
namespace {

constexpr std::int64_t kNoStop = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLeastMarker = -3;  // committed; -2 earliest, -1 latest
constexpr std::size_t kLeastPartitionBytes = 2 + 1 + 4;

void put(ValueSink& sink, std::string_view name, std::string_view text) {
  sink.field(name);
  sink.string(text);
}

void put_offset(ValueSink& sink, std::string_view name, std::int64_t offset) {
  sink.field(name);
  switch (offset) {
    case -1:
      return sink.string("latest");
    case -2:
      return sink.string("earliest");
    case kLeastMarker:
      return sink.string("committed");
    case kNoStop:
      return sink.null();
    default:
      return sink.int64(offset);
  }
}

void emit_partition(ByteReader& in, ValueSink& sink) {
  const std::string topic = in.utf("topic");
  expect_plausible(in, is_kafka_topic(topic), "topic");
  put(sink, "topic", topic);
  const std::int32_t partition = in.i32("partition");
  expect_plausible(in, partition >= 0, "partition");
  sink.field("partition");
  sink.int32(partition);
}

void emit_status(ByteReader& in, ValueSink& sink) {
  const std::int32_t status = in.i32("status");
  expect_plausible(in, status == 0 || status == 1, "status");
  put(sink, "status", status == 0 ? "assigned" : "unassigned");
}

void emit_flag(ByteReader& in, ValueSink& sink, std::string_view name) {
  const std::uint8_t flag = in.u8(name);
  expect_plausible(in, flag <= 1, name);
  sink.field(name);
  sink.boolean(flag == 1);
}

}  // namespace

void parse_kafka_split(ByteReader& in, ValueSink& sink) {
  emit_partition(in, sink);
  const std::int64_t start = in.i64("starting offset");
  const std::int64_t stop = in.i64("stopping offset");
  expect_plausible(in, start >= kLeastMarker || start == kNoStop, "starting offset");
  expect_plausible(in, stop >= kLeastMarker || stop == kNoStop, "stopping offset");
  put_offset(sink, "starting_offset", start);
  put_offset(sink, "stopping_offset", stop);
}

void parse_kafka_splits_of_subtasks(ByteReader& in, ValueSink& sink) {
  const std::size_t size = in.count(8, "subtasks");
  expect_plausible(in, size > 0, "subtasks");
  const std::int32_t version = in.i32("split version");
  expect_plausible(in, version == 0, "split version");
  sink.field("of_subtasks");
  sink.begin_array();
  for (std::size_t i = 0; i < size; ++i) {
    const std::int32_t subtask = in.i32("subtask");
    expect_plausible(in, subtask >= 0, "subtask");
    sink.begin_object();
    sink.field("subtask");
    sink.int32(subtask);
    sink.field("splits");
    sink.begin_array();
    const std::size_t splits = in.count(4 + kLeastPartitionBytes, "splits");
    for (std::size_t k = 0; k < splits; ++k) {
      ByteReader split = in.sub(in.count(1, "split size"), "split");
      sink.begin_object();
      parse_kafka_split(split, sink);
      sink.end_object();
      split.expect_end("a split");
    }
    sink.end_array();
    sink.end_object();
  }
  sink.end_array();
}

void parse_kafka_partitions(ByteReader& in, ValueSink& sink) {
  const std::size_t size = in.count(kLeastPartitionBytes, "partitions");
  expect_plausible(in, size > 0, "partitions");
  sink.field("assigned");
  sink.begin_array();
  for (std::size_t i = 0; i < size; ++i) {
    sink.begin_object();
    emit_partition(in, sink);
    sink.end_object();
  }
  sink.end_array();
}

void parse_kafka_partition_statuses(ByteReader& in, ValueSink& sink) {
  const std::size_t size = in.count(kLeastPartitionBytes + 4, "partitions");
  sink.field("partitions");
  sink.begin_array();
  for (std::size_t i = 0; i < size; ++i) {
    sink.begin_object();
    emit_partition(in, sink);
    emit_status(in, sink);
    sink.end_object();
  }
  sink.end_array();
  emit_flag(in, sink, "initial_discovery_finished");
}

void parse_kafka_split_statuses(ByteReader& in, ValueSink& sink) {
  const std::size_t size = in.count(4 + kLeastPartitionBytes + 4, "splits");
  const std::int32_t version = in.i32("split version");
  expect_plausible(in, version == 0, "split version");
  sink.field("splits");
  sink.begin_array();
  for (std::size_t i = 0; i < size; ++i) {
    ByteReader split = in.sub(in.count(1, "split size"), "split");
    sink.begin_object();
    parse_kafka_split(split, sink);
    split.expect_end("a split");
    emit_status(in, sink);
    sink.end_object();
  }
  sink.end_array();
  emit_flag(in, sink, "initial_discovery_finished");
}

void parse_kafka_writer(ByteReader& in, ValueSink& sink) {
  put(sink, "transactional_id_prefix", in.utf("transactional id prefix"));
  const std::int32_t owned = in.i32("owned subtask");
  const std::int32_t total = in.i32("subtasks");
  const std::int32_t ownership = in.i32("ownership");
  expect_plausible(in, owned >= 0 && owned < total, "owned subtask");
  expect_plausible(in, ownership == 0 || ownership == 1, "ownership");
  sink.field("owned_subtask");
  sink.int32(owned);
  sink.field("subtasks");
  sink.int32(total);
  put(sink, "ownership", ownership == 0 ? "by subtask" : "by state");
  sink.field("transactions");
  sink.begin_array();
  const std::size_t size = in.count(10, "transactions");
  for (std::size_t i = 0; i < size; ++i) {
    sink.begin_object();
    put(sink, "transactional_id", in.utf("transactional id"));
    sink.field("checkpoint");
    sink.int64(in.i64("checkpoint"));
    sink.end_object();
  }
  sink.end_array();
}

void parse_kafka_committable(ByteReader& in, ValueSink& sink) {
  const std::int16_t epoch = in.i16("epoch");
  const std::int64_t producer = in.i64("producer id");
  const std::string id = in.utf("transactional id");
  expect_plausible(in, epoch >= 0 && producer >= 0 && !id.empty(), "transaction");
  sink.field("epoch");
  sink.int32(epoch);
  sink.field("producer_id");
  sink.int64(producer);
  put(sink, "transactional_id", id);
}

void parse_legacy_kafka_offset(ByteReader& in, ValueSink& sink) {
  // The same in both releases of Kryo.
  KryoInput kryo(in, KryoRelease::kKryo2);
  expect_plausible(in, kryo.varint("class") >= 2, "class");
  expect_plausible(in, kryo.varint("mark") == 1, "mark");
  const std::int32_t cached_hash = kryo.zigzag("cached hash");
  const std::int32_t partition = kryo.zigzag("partition");
  expect_plausible(in, kryo.varint("mark") == 1, "mark");
  const std::string topic = kryo.required_string("topic");
  expect_plausible(in, is_kafka_topic(topic) && partition >= 0, "topic and partition");
  std::uint32_t hash = 0;
  for (const char c : topic) hash = 31 * hash + static_cast<unsigned char>(c);
  hash = 31 * hash + static_cast<std::uint32_t>(partition);
  expect_plausible(in, static_cast<std::int32_t>(hash) == cached_hash, "cached hash");
  put(sink, "topic", topic);
  sink.field("partition");
  sink.int32(partition);
  sink.field("last_processed_offset");
  sink.int64(in.i64("offset"));
}

}  // namespace savvy
