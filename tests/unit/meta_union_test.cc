#include "redistribute/meta_union.h"

#include <catch2/catch.hpp>

#include "format/errors.h"
#include "tests/support/hex.h"
#include "tests/support/message_of.h"
#include "tests/support/meta_bytes.h"
#include "tests/support/snapshot_bytes.h"

namespace savvy {
namespace {

using namespace testing;
using Ids = std::vector<std::size_t>;

const SerializerRegistry& registry() {
  static const SerializerRegistry all = make_serializer_registry();
  return all;
}

SerializerSnapshot serializer(const Snapshot& inner) {
  const ByteVector bytes = proxy_of(inner);
  ByteReader in(bytes, "snapshot");
  return read_serializer_snapshot(in, registry());
}

Snapshot void_namespace() {
  return snapshot(
      "org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot", 3);
}

Snapshot pojo_that_met(const std::vector<std::string>& names) {
  std::vector<PartBytes> cache;
  for (const std::string& name : names) cache.push_back({name, pojo_of(name, {})});
  return pojo_of("example.Base", {{"age", base_snapshot("Int")}}, {}, cache);
}

StateMeta value_state(const std::string& name, const Snapshot& value,
                      const std::string& kind = "VALUE") {
  return {name,
          BackendStateType::kKeyValue,
          {{std::string(kKeyedStateType), kind}},
          {{std::string(kValueSerializer), serializer(value)},
           {std::string(kNamespaceSerializer), serializer(void_namespace())}}};
}

StateMeta queue_state(const std::string& name) {
  const Snapshot timer =
      composite("org.apache.flink.streaming.api.operators.TimerSerializerSnapshot", 2,
                {base_snapshot("Int"), void_namespace()});
  return {name,
          BackendStateType::kPriorityQueue,
          {},
          {{std::string(kValueSerializer), serializer(timer)}}};
}

StateMeta list_state(const std::string& name, const Snapshot& value, const std::string& mode) {
  return {name,
          BackendStateType::kOperator,
          {{std::string(kDistributionMode), mode}},
          {{std::string(kValueSerializer), serializer(value)}}};
}

StateMeta broadcast_state(const std::string& name) {
  return {name,
          BackendStateType::kBroadcast,
          {{std::string(kDistributionMode), "BROADCAST"}},
          {{std::string(kValueSerializer), serializer(base_snapshot("Int"))},
           {std::string(kKeySerializer), serializer(base_snapshot("String"))}}};
}

KeyedMetaBlock block_of(std::vector<StateMeta> states, const Snapshot& key = base_snapshot("Int")) {
  return {false, serializer(key), std::move(states)};
}

UnitedKeyedMeta unite(const std::vector<KeyedMetaBlock>& blocks) {
  std::vector<KeyedMetaSource> sources;
  for (const KeyedMetaBlock& block : blocks) {
    sources.push_back({&block, "subtask " + std::to_string(sources.size())});
  }
  return unite_keyed(sources, registry(), "operator \"a\"");
}

UnitedOperatorHead unite(const std::vector<OperatorStreamHead>& heads) {
  std::vector<OperatorHeadSource> sources;
  for (const OperatorStreamHead& head : heads) {
    sources.push_back({&head, "subtask " + std::to_string(sources.size())});
  }
  return unite_operator_heads(sources, registry(), "operator \"a\"");
}

template <typename T>
std::string refusal(const std::vector<T>& sources) {
  return message_of<UnsupportedError>([&] { unite(sources); });
}

std::vector<std::string> names(const std::vector<StateMeta>& states) {
  std::vector<std::string> result;
  for (const StateMeta& state : states) result.push_back(state.name);
  return result;
}

const Snapshot kInt = base_snapshot("Int");
const Snapshot kLong = base_snapshot("Long");

}  // namespace

TEST_CASE("streams with the same states are copied as they are", "[meta_union]") {
  const KeyedMetaBlock block = block_of({value_state("a", kInt), queue_state("q")});
  const UnitedKeyedMeta united = unite({block, block});
  CHECK(united.same_ids);
  CHECK(united.same_bytes);
  CHECK(united.same_compression);
  CHECK(united.ids == StateIds{{0, 1}, {0, 1}});
  CHECK(names(united.block.states) == std::vector<std::string>{"a", "q"});
}

TEST_CASE("states are numbered by their first appearance", "[meta_union]") {
  const UnitedKeyedMeta united =
      unite({block_of({value_state("b", kInt), queue_state("q")}),
             block_of({value_state("c", kLong), value_state("b", kInt)}), block_of({}),
             block_of({queue_state("q"), value_state("a", kInt), value_state("b", kInt)})});
  CHECK(names(united.block.states) == std::vector<std::string>{"b", "q", "c", "a"});
  CHECK(united.ids == StateIds{{0, 1}, {2, 0}, {}, {1, 3, 0}});
  CHECK_FALSE(united.same_ids);
  CHECK_FALSE(united.same_bytes);
}

TEST_CASE("a stream that lacks a state has other ids", "[meta_union]") {
  const UnitedKeyedMeta united = unite({block_of({value_state("a", kInt), value_state("b", kInt)}),
                                        block_of({value_state("a", kInt)})});
  CHECK(united.ids == StateIds{{0, 1}, {0}});
  CHECK_FALSE(united.same_ids);
}

TEST_CASE("a value state and a queue may share a name", "[meta_union]") {
  const UnitedKeyedMeta united = unite(
      {block_of({value_state("x", kInt)}), block_of({queue_state("x"), value_state("x", kInt)})});
  CHECK(united.ids == StateIds{{0}, {1, 0}});
  CHECK(united.block.states[1].type == BackendStateType::kPriorityQueue);
}

TEST_CASE("options and serializers in another order are the same", "[meta_union]") {
  StateMeta turned = value_state("a", kInt);
  std::swap(turned.serializers[0], turned.serializers[1]);
  const UnitedKeyedMeta united = unite({block_of({value_state("a", kInt)}), block_of({turned})});
  CHECK(united.same_ids);
  CHECK_FALSE(united.same_bytes);
  CHECK(united.block.states[0].serializers[0].first == kValueSerializer);
}

TEST_CASE("compression is that of the first stream, and a difference is said", "[meta_union]") {
  KeyedMetaBlock compressed = block_of({value_state("a", kInt)});
  compressed.compressed = true;
  const UnitedKeyedMeta united = unite({compressed, block_of({value_state("a", kInt)})});
  CHECK(united.block.compressed);
  CHECK_FALSE(united.same_compression);
  CHECK_FALSE(united.same_bytes);
  CHECK(united.same_ids);
}

TEST_CASE("what POJO serializers have met is united in keys and values", "[meta_union]") {
  const auto block = [](const std::vector<std::string>& key,
                        const std::vector<std::string>& value) {
    return block_of({value_state("a", list_of(pojo_that_met(value)), "LIST")}, pojo_that_met(key));
  };
  const UnitedKeyedMeta united =
      unite({block({"x.A"}, {}), block({"x.B"}, {"x.C"}), block({"x.A"}, {"x.D", "x.C"})});
  CHECK(united.block.key.stored == proxy_of(pojo_that_met({"x.A", "x.B"})));
  CHECK(united.block.states[0].serializers[0].second.stored ==
        proxy_of(list_of(pojo_that_met({"x.C", "x.D"}))));
  CHECK(united.same_ids);
  CHECK_FALSE(united.same_bytes);
  // The type knows what its bytes say: a value of x.D, which has no fields.
  const TypePtr type = united.block.states[0].serializer(kValueSerializer);
  const ByteVector list = from_hex("00000001 04 0003 782e44 02");
  ByteReader in(list, "value");
  type->skip(in);
  CHECK(in.at_end());
}

TEST_CASE("streams that contradict each other are refused", "[meta_union]") {
  CHECK(refusal<KeyedMetaBlock>({block_of({}), block_of({}, kLong)}) ==
        "operator \"a\": the key serializer is Int in subtask 0 and Long in subtask 1; such "
        "streams cannot be merged");
  CHECK(refusal<KeyedMetaBlock>({block_of({}), block_of({value_state("s", kInt)}),
                                 block_of({value_state("s", kLong)})}) ==
        "operator \"a\": the VALUE_SERIALIZER of state \"s\" is Int in subtask 1 and Long in "
        "subtask 2; such streams cannot be merged");
  CHECK(refusal<KeyedMetaBlock>({block_of({value_state("s", pojo_of("x.A", {{"f", kInt}}))}),
                                 block_of({value_state("s", pojo_of("x.A", {{"f", kLong}}))})}) ==
        "operator \"a\": the VALUE_SERIALIZER of state \"s\" is A in subtask 0 and A with another "
        "snapshot in subtask 1; such streams cannot be merged");
  CHECK(refusal<KeyedMetaBlock>(
            {block_of({value_state("s", kInt)}), block_of({value_state("s", kInt, "REDUCING")})}) ==
        "operator \"a\": state \"s\" is KEYED_STATE_TYPE=VALUE in subtask 0 and "
        "KEYED_STATE_TYPE=REDUCING in subtask 1; such streams cannot be merged");
  StateMeta v2 = value_state("s", kInt);
  v2.type = BackendStateType::kKeyValueV2;
  CHECK(refusal<KeyedMetaBlock>({block_of({value_state("s", kInt)}), block_of({v2})}) ==
        "operator \"a\": state \"s\" is a KEY_VALUE state in subtask 0 and a KEY_VALUE_V2 state in "
        "subtask 1; such streams cannot be merged");
  StateMeta less = value_state("s", kInt);
  less.serializers.pop_back();
  CHECK(refusal<KeyedMetaBlock>({block_of({value_state("s", kInt)}), block_of({less})}) ==
        "operator \"a\": state \"s\" is described by NAMESPACE_SERIALIZER, VALUE_SERIALIZER in "
        "subtask 0 and described by VALUE_SERIALIZER in subtask 1; such streams cannot be merged");
}

TEST_CASE("heads of operator streams are united", "[meta_union]") {
  const OperatorStreamHead first{
      6, false, {list_state("l", kInt, "SPLIT_DISTRIBUTE")}, {broadcast_state("b")}};
  const OperatorStreamHead second{
      6,
      false,
      {list_state("m", kLong, "UNION"), list_state("l", kInt, "SPLIT_DISTRIBUTE")},
      {broadcast_state("c"), broadcast_state("b")}};
  const UnitedOperatorHead united = unite({first, second});
  CHECK(names(united.head.list_states) == std::vector<std::string>{"l", "m"});
  CHECK(names(united.head.broadcast_states) == std::vector<std::string>{"b", "c"});
  CHECK(united.list_ids == StateIds{{0}, {1, 0}});
  CHECK(united.broadcast_ids == StateIds{{0}, {1, 0}});
  CHECK_FALSE(united.same_ids);
  const UnitedOperatorHead same = unite({second, second});
  CHECK(same.same_ids);
  CHECK(same.same_bytes);
}

TEST_CASE("the newest version of the heads is taken", "[meta_union]") {
  const std::vector<StateMeta> lists = {list_state("l", kInt, "UNION")};
  const UnitedOperatorHead united =
      unite({OperatorStreamHead{5, false, lists, {}}, OperatorStreamHead{6, true, lists, {}}});
  CHECK(united.head.version == 6);
  CHECK_FALSE(united.head.compressed);
  CHECK_FALSE(united.same_compression);
  CHECK_FALSE(united.same_bytes);
  CHECK(united.same_ids);
}

TEST_CASE("heads that contradict each other are refused", "[meta_union]") {
  CHECK(
      refusal<OperatorStreamHead>({{6, false, {list_state("l", kInt, "UNION")}, {}},
                                   {6, false, {list_state("l", kInt, "SPLIT_DISTRIBUTE")}, {}}}) ==
      "operator \"a\": state \"l\" is OPERATOR_STATE_DISTRIBUTION_MODE=UNION in subtask 0 and "
      "OPERATOR_STATE_DISTRIBUTION_MODE=SPLIT_DISTRIBUTE in subtask 1; such streams cannot be "
      "merged");
  CHECK(refusal<OperatorStreamHead>({{6, false, {list_state("x", kInt, "UNION")}, {}},
                                     {6, false, {}, {broadcast_state("x")}}}) ==
        "operator \"a\": \"x\" is a list state and a broadcast state");
}

}  // namespace savvy
