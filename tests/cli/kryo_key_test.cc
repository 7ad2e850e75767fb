// Keys whose class has a hashCode that is known, written by Kryo: their bytes are not those of the
// class's own serializer, so no command may take their hash from them.

#include <catch2/catch.hpp>

#include "tests/cli/check_run.h"
#include "tests/support/small_snapshot.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

// Its hashCode is 1, which Flink puts into key group 86 of 128.
const std::string kUuid = "00000000-0000-0001-0000-000000000000";
constexpr std::int32_t kKeyGroup = 86;
constexpr std::int32_t kMaxParallelism = 128;

ByteVector uuid_bytes() {
  ByteWriter out;
  out.i64(1);
  out.i64(0);
  return out.take();
}

// A class by its name, a new object, the object: Kryo 5 writes the lowest byte of a long first.
ByteVector kryo_uuid_bytes() {
  const ByteVector head = {0x01, 0x00, 'j', 'a', 'v', 'a', '.',        'u', 't',
                           'i',  'l',  '.', 'U', 'U', 'I', 'D' | 0x80, 0x01};
  return joined({head, {1, 0, 0, 0, 0, 0, 0, 0}, ByteVector(8)});
}

testing::Snapshot kryo_uuid_snapshot() {
  ByteWriter out;
  out.utf("java.util.UUID");
  for (int i = 0; i < 3; ++i) put_optional_map(out, {});
  return snapshot(flink_runtime("kryo.KryoSerializerSnapshot"), 2, out.bytes());
}

// A canonical stream of one value state with one entry: the key in this key group, the Int 7.
std::string write_keyed(const TempFolder& folder, const testing::Snapshot& key_type,
                        const ByteVector& key, std::int32_t key_group = kKeyGroup) {
  KeyedMetaBlock meta;
  meta.key = stored(key_type);
  meta.states = {small_state("count", "VALUE", base_snapshot("Int"))};
  ByteWriter out;
  encode_keyed_meta_block(meta, out);
  KeyGroupsHandle handle;
  handle.code = KeyedCode::kSavepointKeyGroups;
  handle.range = {0, kMaxParallelism};
  handle.offsets.resize(kMaxParallelism);
  handle.offsets[static_cast<std::size_t>(key_group)] = static_cast<std::int64_t>(out.size());
  out.u16(0);
  out.blob(joined({{static_cast<std::uint8_t>(0x80 | key_group)}, key, {0}}));
  out.blob(int_bytes(7));
  out.u16(0xFFFF);
  handle.delegate = ByteStreamHandle{"keyed", out.take()};
  OperatorState op = small_operator("keyed", 1, kMaxParallelism);
  op.subtasks[0].managed_keyed_state = Boxed<KeyGroupsHandle>(std::move(handle));
  return write_snapshot(folder, "snapshot", {op});
}

std::string write_kryo_keyed(const TempFolder& folder) {
  return write_keyed(folder, kryo_uuid_snapshot(), kryo_uuid_bytes());
}

Run check_data(const std::string& snapshot) {
  return run_savvy("check --read-data --format json " + shell_word(snapshot));
}

}  // namespace

TEST_CASE("check finds nothing on keys that Kryo wrote in their key group",
          "[cli][check][java_hash]") {
  const TempFolder folder;
  const Run run = check_data(write_kryo_keyed(folder));
  CAPTURE(run.out);
  CHECK(run.exit_code == 0);
  CHECK(findings_of(run).empty());
}

TEST_CASE("check finds a UUID of its own serializer in another key group",
          "[cli][check][java_hash]") {
  const TempFolder folder;
  const TempFolder damaged;
  CHECK(findings_of(check_data(write_keyed(folder, base_snapshot("Uuid"), uuid_bytes()))).empty());
  const Run run =
      check_data(write_keyed(damaged, base_snapshot("Uuid"), uuid_bytes(), kKeyGroup - 1));
  CHECK(codes_of(findings_of(run)) == std::vector<std::string>{"SV204"});
}

TEST_CASE("get finds a key that Kryo wrote in any key group", "[cli][get][java_hash]") {
  const TempFolder folder;
  const Run run = run_savvy("get " + shell_word(write_kryo_keyed(folder)) + " --key " +
                            shell_word('"' + kUuid + '"'));
  CHECK(run.exit_code == 0);
  CHECK(run.err ==
        "note: reading all key groups of operator keyed: the hashCode of UUID is not known here\n");
  const std::vector<Json> rows = parse_lines(run.out);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].at("state_key") == kUuid);
  CHECK(rows[0].at("key_group") == kKeyGroup);
  CHECK(rows[0].at("state_value") == 7);
}

TEST_CASE("rescale does not move keys that Kryo wrote to other key groups",
          "[cli][rescale][java_hash]") {
  const TempFolder folder;
  const fs::path there = folder.path("there");
  const Run run = run_savvy("rescale " + shell_word(write_kryo_keyed(folder)) + " " +
                            shell_word(there) + " --max-parallelism 256");
  CHECK(run.exit_code == 4);
  CHECK(run.out.empty());
  CHECK(run.err.find("the hashCode of its keys (UUID) cannot be computed from their bytes") !=
        std::string::npos);
  CHECK(!fs::exists(there));
}

}  // namespace savvy::testing
