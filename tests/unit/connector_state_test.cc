#include "format/connectors/connector_state.h"

#include <catch2/catch.hpp>

#include "format/connectors/layouts.h"
#include "tests/support/json_sink.h"
#include "tests/support/meta_bytes.h"
#include "tests/support/snapshot_bytes.h"
#include "tests/support/test_types.h"

namespace savvy {
namespace {

using namespace testing;
using Json = testing::JsonSink::Json;

TypePtr byte_array() {
  return read_type(proxy_of(snapshot(
      flink_base("array.BytePrimitiveArraySerializer$BytePrimitiveArraySerializerSnapshot"), 3)));
}

std::string size_hex(const std::string& hex) {
  ByteWriter out;
  out.count(hex.size() / 2);
  return to_hex_text(out.bytes());
}

// i32 total | i32 version | i32 n | n bytes.
Json element(const std::string& state, const std::string& version, const std::string& hex) {
  const std::string framed = version + size_hex(hex) + hex;
  return decode_json(*with_connector_layouts(state, byte_array()),
                     from_hex(size_hex(framed) + framed));
}

Json split(const std::string& version, const std::string& hex) {
  return element("SourceReaderState", version, hex).at("split");
}

Json enumerator(const std::string& version, const std::string& hex) {
  JsonSink sink;
  emit_coordinator_state(from_hex("00000001" + version + size_hex(hex) + hex), sink);
  return sink.document().at("enumerator");
}

bool is_bytes(const Json& json, const std::string& hex) {
  return json.contains("$reason") && json.at("$hex") == hex;
}

const std::string kTopic = utf_hex("topic");
const std::string kSplit = kTopic +
                           "00000008"
                           "000000000000000a"
                           "8000000000000000";

}  // namespace

TEST_CASE("a split of Kafka", "[connectors]") {
  const Json json = element("SourceReaderState", "00000000", kSplit);
  CHECK(json.dump() ==
        R"({"version":0,"split":{"$layout":"KafkaPartitionSplit","topic":"topic","partition":8,)"
        R"("starting_offset":10,"stopping_offset":null},"$bytes":{"$hex":"000000000000001b)" +
            kSplit + R"("}})");
  const auto offset = [](const std::string& start) {
    return split("00000000", kTopic + "00000000" + start + "8000000000000000")
        .at("starting_offset");
  };
  CHECK(offset("fffffffffffffffe") == "earliest");
  CHECK(offset("ffffffffffffffff") == "latest");
  CHECK(offset("fffffffffffffffd") == "committed");
}

TEST_CASE("what is not quite a split of Kafka stays bytes", "[connectors]") {
  for (std::size_t size = 2; size < kSplit.size(); size += 2) {
    const std::string prefix = kSplit.substr(0, size);
    CHECK(is_bytes(split("00000000", prefix), prefix));
  }
  CHECK(is_bytes(split("00000000", kSplit + "00"), kSplit + "00"));
  // Of another version, a partition below 0, a topic that Kafka would refuse, an offset of -4.
  CHECK(is_bytes(split("00000001", kSplit), kSplit));
  for (const std::string& hex : {kTopic + "ffffffff"
                                          "000000000000000a"
                                          "8000000000000000",
                                 utf_hex("a topic") + "00000000"
                                                      "000000000000000a"
                                                      "8000000000000000",
                                 kTopic + "00000000"
                                          "fffffffffffffffc"
                                          "8000000000000000"}) {
    CHECK(is_bytes(split("00000000", hex), hex));
  }
}

TEST_CASE("enumerators of Kafka", "[connectors]") {
  const std::string partition = kTopic + "00000003";
  CHECK(enumerator("00000001", "00000001" + partition).dump() ==
        R"({"$layout":"KafkaSourceEnumState","assigned":[{"topic":"topic","partition":3}]})");
  CHECK(enumerator("00000002",
                   "00000002" + partition + "00000000" + kTopic + "00000004" + "00000001" + "01")
            .dump() == R"({"$layout":"KafkaSourceEnumState","partitions":[)"
                       R"({"topic":"topic","partition":3,"status":"assigned"},)"
                       R"({"topic":"topic","partition":4,"status":"unassigned"}],)"
                       R"("initial_discovery_finished":true})");
  CHECK(enumerator("00000003",
                   "00000001"
                   "00000000" +
                       size_hex(kSplit) + kSplit + "00000001" + "00")
            .dump() ==
        R"({"$layout":"KafkaSourceEnumState","splits":[{"topic":"topic","partition":8,)"
        R"("starting_offset":10,"stopping_offset":null,"status":"unassigned"}],)"
        R"("initial_discovery_finished":false})");
  // Nothing assigned: the same bytes as other enumerators write.
  CHECK(is_bytes(enumerator("00000001", "00000000"), "00000000"));
  CHECK(is_bytes(enumerator("00000002", "00000001" + partition + "00000002" + "01"),
                 "00000001" + partition + "00000002" + "01"));
}

TEST_CASE("the coordinator of Flink 1.12 has lists behind its enumerator", "[connectors]") {
  const std::string splits =
      "00000001"
      "00000000"
      "00000002"
      "00000001" +
      size_hex(kSplit) + kSplit;
  const std::string lists =
      "00000000"
      "00000000"
      "00000000";
  JsonSink sink;
  emit_coordinator_state(from_hex("0000000000000000" + size_hex(splits) + splits + lists), sink);
  CHECK(sink.document().at("enumerator").dump() ==
        R"({"$layout":"KafkaSourceEnumState","of_subtasks":[{"subtask":2,"splits":[)"
        R"({"topic":"topic","partition":8,"starting_offset":10,"stopping_offset":null}]}]})");
}

TEST_CASE("offsets of the legacy Kafka consumer", "[connectors]") {
  const std::string hex = "5701d6cfec021a016162e30000000000004180";
  const TypePtr carrier = byte_array();
  const TypePtr type = with_connector_layouts("topic-partition-offset-states", carrier);
  CHECK(decode_json(*type, from_hex(hex)).dump() ==
        R"({"$layout":"KafkaTopicPartition","topic":"abc","partition":13,)"
        R"("last_processed_offset":16768,"$bytes":{"$hex":")" +
            hex + R"("}})");
  // A hash that is not that of topic and partition: the state's own type reads it.
  CHECK(decode_json(*type, from_hex("0000000157")).dump() == R"({"$hex":"57"})");
  CHECK_THROWS_AS(decode_json(*type, from_hex("5701d6cfec021c016162e30000000000004180")),
                  FormatError);
}

TEST_CASE("splits of numbers and files", "[connectors]") {
  const std::string numbers = utf_hex("7") +
                              "0000000000000005"
                              "0000000000000009";
  CHECK(split("00000001", numbers).dump() ==
        R"({"$layout":"NumberSequenceSplit","split_id":"7","next":5,"last":9})");
  CHECK(enumerator("00000001", "00000001" + numbers).at("$layout") == "NumberSequenceSplits");
  const std::string file = utf_hex("0000000001") +
                           "01"
                           "01" +
                           utf_hex("file") +
                           "00"
                           "00"
                           "ffffffff"
                           "01" +
                           utf_hex("/data/part-0") +
                           "00"
                           "00"
                           "0000000000000000"
                           "0000000000000064"
                           "0000000000000001" +
                           "0000000000000064"
                           "00000001" +
                           utf_hex("localhost") + "01" +
                           "000000000000000a"
                           "0000000000000002";
  CHECK(split("00000001", file).dump() ==
        R"({"$layout":"FileSourceSplit","split_id":"0000000001","path":"file:/data/part-0",)"
        R"("offset":0,"length":100,"modification_time":1,"file_size":100,"hosts":["localhost"],)"
        R"("reader_offset":10,"records_to_skip":2})");
  const std::string path = "2f646174612f61";  // "/data/a"
  const std::string pending =
      "efbeadde"
      "01000000"
      "01000000"
      "01000000" +
      size_hex(numbers).substr(6) + "000000" + numbers + "07000000" + path;
  const Json json = enumerator("00000001", pending);
  CHECK(json.at("splits")[0].at("split_id") == "7");
  CHECK(json.at("processed_paths") == Json::array({"/data/a"}));
}

TEST_CASE("committables of a two-phase sink", "[connectors]") {
  // epoch, producer, transactional id
  const std::string committable =
      "0003"
      "0000000000000009" +
      utf_hex("tx-1");
  const std::string request = "00000001" + size_hex(committable) + committable +
                              "00000000"
                              "00000000";
  const std::string subtask =
      "00000000"
      "00000000"
      "00000001" +
      size_hex(request) + request +
      "00000001"
      "00000000";
  const std::string checkpoint =
      "0000000000000007"
      "00000002"
      "00000002"
      "00000001" +
      size_hex(subtask) + subtask;
  const std::string collector =
      "b91f252c"
      "00000001"
      "00000001" +
      size_hex(checkpoint) + checkpoint;
  const Json json =
      element("streaming_committer_raw_states", "00000002", collector).at("committables");
  CHECK(json.dump() ==
        R"({"$layout":"CommittableCollector","checkpoints":[{"checkpoint":7,"subtasks":2,)"
        R"("of_subtasks":[{"subtask":0,"requests":[{"committable":{"$layout":"KafkaCommittable",)"
        R"("epoch":3,"producer_id":9,"transactional_id":"tx-1"},"retries":0,"state":0}],)"
        R"("committables":1,"failed":0}]}]})");
  for (std::size_t size = 2; size < collector.size(); size += 2) {
    const std::string prefix = collector.substr(0, size);
    CHECK(is_bytes(element("streaming_committer_raw_states", "00000002", prefix).at("committables"),
                   prefix));
  }
}

TEST_CASE("the writer of a Kafka sink", "[connectors]") {
  const std::string writer = utf_hex("prefix") +
                             "00000001"
                             "00000002"
                             "00000000"
                             "00000001" +
                             utf_hex("tx-9") + "0000000000000004";
  CHECK(element("writer_raw_states", "00000002", writer).at("writer").dump() ==
        R"({"$layout":"KafkaWriterState","transactional_id_prefix":"prefix","owned_subtask":1,)"
        R"("subtasks":2,"ownership":"by subtask",)"
        R"("transactions":[{"transactional_id":"tx-9","checkpoint":4}]})");
}

TEST_CASE("coordinators that are no source", "[connectors]") {
  const auto coordinator = [](const std::string& hex) {
    JsonSink sink;
    emit_coordinator_state(from_hex(hex), sink);
    return sink.document();
  };
  CHECK(coordinator("").dump() == R"({"$hex":""})");
  CHECK(is_bytes(coordinator("0000000100000001000000050000"), "0000000100000001000000050000"));
  CHECK(is_bytes(coordinator("0102"), "0102"));
  CHECK(coordinator("aced0005740003616263").dump() == "\"abc\"");
}

TEST_CASE("state of other names keeps its own type", "[connectors]") {
  const TypePtr type = byte_array();
  CHECK(with_connector_layouts("orders", type) == type);
  CHECK(with_connector_layouts("SourceReaderState", std::make_shared<IntType>())->describe().name ==
        "Int");
}

}  // namespace savvy
