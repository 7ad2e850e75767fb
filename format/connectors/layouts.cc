#include "format/connectors/layouts.h"

#include <fmt/format.h>

#include <algorithm>

#include "format/errors.h"

namespace savvy {
namespace {

constexpr std::string_view kOwnLayout = "layout of the connector's own serializer";

// A trial costs a few bytes: values are small.
bool fits(const Layout& layout, Bytes bytes) {
  ByteReader in(bytes, layout.name);
  NullSink nowhere;
  try {
    layout.parse(in, nowhere);
    return in.at_end();
  } catch (const FormatError&) {
    // That it does not fit is the answer.
    return false;
  }
}

}  // namespace

const std::vector<Layout>& split_layouts() {
  static const std::vector<Layout> layouts = {{"KafkaPartitionSplit", 0, parse_kafka_split},
                                              {"NumberSequenceSplit", 1, parse_number_split},
                                              {"FileSourceSplit", 1, parse_file_split}};
  return layouts;
}

const std::vector<Layout>& enumerator_layouts() {
  static const std::vector<Layout> layouts = {
      {"KafkaSourceEnumState", 0, parse_kafka_splits_of_subtasks},
      {"KafkaSourceEnumState", 1, parse_kafka_partitions},
      {"KafkaSourceEnumState", 2, parse_kafka_partition_statuses},
      {"KafkaSourceEnumState", 3, parse_kafka_split_statuses},
      {"NumberSequenceSplits", 1, parse_number_enumerator},
      {"PendingSplitsCheckpoint", 1, parse_pending_file_splits}};
  return layouts;
}

const std::vector<Layout>& writer_layouts() {
  static const std::vector<Layout> layouts = {{"KafkaWriterState", 2, parse_kafka_writer}};
  return layouts;
}

const std::vector<Layout>& committable_layouts() {
  static const std::vector<Layout> layouts = {{"KafkaCommittable", 1, parse_kafka_committable}};
  return layouts;
}

void emit_by_shape(const std::vector<Layout>& layouts, std::int32_t version, Bytes bytes,
                   std::string_view what, ValueSink& sink) {
  const Layout* found = nullptr;
  int fitting = 0;
  for (const Layout& layout : layouts) {
    if (layout.version != version || bytes.empty() || !fits(layout, bytes)) continue;
    found = &layout;
    ++fitting;
  }
  if (bytes.empty()) return sink.bytes(bytes);
  if (fitting != 1) return sink.opaque(bytes, what, kOwnLayout);
  ByteReader in(bytes, found->name);
  sink.begin_object();
  sink.field("$layout");
  sink.string(found->name);
  found->parse(in, sink);
  sink.end_object();
}

void expect_plausible(ByteReader& in, bool plausible, std::string_view field) {
  if (!plausible) in.fail(fmt::format("{} is not plausible", field));
}

bool is_kafka_topic(std::string_view name) {
  constexpr std::size_t kMaxLength = 249;
  return !name.empty() && name.size() <= kMaxLength &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

}  // namespace savvy
