// The layouts that connectors use for their splits, enumerators and transactions.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "format/byte_reader.h"
#include "format/value_sink.h"

namespace savvy {

// Reports the fields of an open object. FormatError where the bytes are no such value; whoever
// calls checks that all are taken.
using LayoutParser = std::function<void(ByteReader&, ValueSink&)>;

struct Layout {
  std::string_view name;  // as the serializer calls its type
  std::int32_t version;
  LayoutParser parse;
};

// What the bytes may be.
const std::vector<Layout>& split_layouts();
const std::vector<Layout>& enumerator_layouts();
const std::vector<Layout>& writer_layouts();
const std::vector<Layout>& committable_layouts();

// Reports the value: an object if one layout of the version fits, else bytes with a reason.
void emit_by_shape(const std::vector<Layout>& layouts, std::int32_t version, Bytes bytes,
                   std::string_view what, ValueSink& sink);

// Refuses a field that no connector would have written.
void expect_plausible(ByteReader& in, bool plausible, std::string_view field);

// A topic as Kafka allows it: the name that tells Kafka's bytes from others.
bool is_kafka_topic(std::string_view name);

// The parsers, a file a connector.
void parse_kafka_split(ByteReader& in, ValueSink& sink);
void parse_kafka_splits_of_subtasks(ByteReader& in, ValueSink& sink);
void parse_kafka_partitions(ByteReader& in, ValueSink& sink);
void parse_kafka_partition_statuses(ByteReader& in, ValueSink& sink);
void parse_kafka_split_statuses(ByteReader& in, ValueSink& sink);
void parse_kafka_writer(ByteReader& in, ValueSink& sink);
void parse_kafka_committable(ByteReader& in, ValueSink& sink);
void parse_number_split(ByteReader& in, ValueSink& sink);
void parse_number_enumerator(ByteReader& in, ValueSink& sink);
void parse_file_split(ByteReader& in, ValueSink& sink);
void parse_pending_file_splits(ByteReader& in, ValueSink& sink);
// Of the whole bytes of an element: FlinkKafkaConsumer's offsets.
void parse_legacy_kafka_offset(ByteReader& in, ValueSink& sink);
// The frame around committables; `version` is that of the collector.
void parse_committable_collector(ByteReader& in, std::int32_t version, ValueSink& sink);

}  // namespace savvy
