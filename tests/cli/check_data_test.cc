// check --read-data: nothing on what Flink wrote, and every kind of damage by its code and place.

#include "tests/support/check_data.h"

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "readers/check/sample.h"
#include "tests/cli/testdata.h"
#include "tests/support/data_snapshot.h"
#include "tests/support/hex.h"

namespace savvy {
namespace {

using namespace testing;
using Codes = std::vector<std::string>;

constexpr std::int32_t kMaxParallelism = 128;

// The rule of a snapshot's folder, as snapshot_arguments() gives it to the program.
PathMap path_map_of(const std::filesystem::path& snapshot) {
  PathMap paths;
  const std::filesystem::path map = folder_of(snapshot) / "map";
  if (!std::filesystem::exists(map)) return paths;
  std::string rule = read_text(map);
  rule.erase(rule.find_last_not_of('\n') + 1);
  rule.insert(rule.rfind('=') + 1, SAVVY_SOURCE_DIR "/");
  paths.add_rule(rule);
  return paths;
}

// A snapshot of keyed state in the file "state".
class KeyedSnapshot {
 public:
  explicit KeyedSnapshot(KeyedBytes built) : built_(std::move(built)) {}

  KeyedBytes& built() { return built_; }
  const PlacedEntry& entry(std::size_t index) const { return built_.entries.at(index); }

  std::vector<Finding> check(CheckDepth depth = all_data()) const {
    KeyGroupsHandle handle = built_.handle;
    handle.delegate = stored_file(folder_, "state", built_.bytes);
    Subtask subtask;
    subtask.managed_keyed_state = Boxed<KeyGroupsHandle>(handle);
    write_subtask(folder_, subtask, built_.handle.range.count);
    return findings_of(folder_.path(), depth);
  }
  std::string file() const { return folder_.path("state"); }

 private:
  TempFolder folder_;
  KeyedBytes built_;
};

KeyedSnapshot keyed(StreamForm form = StreamForm::kSavepoint, Packed packed = Packed::kNo,
                    const std::vector<SmallEntry>& entries = some_entries()) {
  return KeyedSnapshot(keyed_bytes(entries, form, packed));
}

// The one finding there is, which names the file and the subtask.
Finding only(const std::vector<Finding>& findings, const std::string& file) {
  INFO(text_of_findings(findings));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].place.file == file);
  CHECK(findings[0].place.operator_label == "op");
  CHECK(findings[0].place.subtask == 0);
  return findings[0];
}

Finding only(const KeyedSnapshot& snapshot) {
  const Finding finding = only(snapshot.check(), snapshot.file());
  CHECK(finding.place.slot == "managed_keyed");
  return finding;
}

std::size_t index_of(std::uint64_t offset) { return static_cast<std::size_t>(offset); }

}  // namespace

TEST_CASE("data: nothing is found on what Flink wrote", "[check][data]") {
  std::string all;
  std::map<std::string, std::set<std::string>> found;
  for (const std::filesystem::path& snapshot : testdata_snapshots()) {
    const std::string name = snapshot.lexically_relative(SAVVY_TESTDATA);
    const auto findings = findings_of(snapshot, all_data(2), path_map_of(snapshot));
    for (const Finding& finding : findings) found[name].insert(code_word(finding.code));
    if (!findings.empty()) all += name + "\n" + text_of_findings(findings);
  }
  INFO(all);
  CHECK(found.empty());
}

TEST_CASE("data: nothing is found on streams that are built whole", "[check][data]") {
  for (const StreamForm form : {StreamForm::kSavepoint, StreamForm::kRocksdb, StreamForm::kHeap}) {
    for (const Packed packed : {Packed::kNo, Packed::kYes}) {
      INFO(static_cast<int>(form) << " " << static_cast<int>(packed));
      const auto findings = keyed(form, packed).check();
      INFO(text_of_findings(findings));
      CHECK(findings.empty());
    }
  }
}

// Its first bytes are those of a hashmap's key group 0.
TEST_CASE("data: a canonical stream whose key group 0 alone holds entries", "[check][data]") {
  int number = 0;
  while (hashed_key_group(std::to_string(number), kMaxParallelism) != 0) ++number;
  const std::string key = std::to_string(number);
  for (const Packed packed : {Packed::kNo, Packed::kYes}) {
    const auto findings = keyed(StreamForm::kRocksdb, packed, {value_entry(key, 1)}).check();
    INFO(text_of_findings(findings));
    CHECK(findings.empty());
  }
}

TEST_CASE("SV201: the head of a keyed stream", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  snapshot.built().bytes[3] = 99;
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV201");
  CHECK(finding.place.offset == 0);
}

TEST_CASE("SV201: a stream without a head does not hide another one", "[check][data]") {
  const TempFolder folder;
  KeyedBytes built = keyed_bytes(some_entries(), StreamForm::kSavepoint);
  KeyGroupsHandle handle = built.handle;
  built.bytes.push_back(0);
  handle.delegate = stored_file(folder, "state", built.bytes);
  OperatorHandle list = small_operator_handle({{"a"}, {}, {}});
  ByteVector bytes = handle_as<ByteStreamHandle>(list.delegate)->data;
  bytes[3] = 99;
  list.delegate = stored_file(folder, "list", bytes);
  Subtask subtask;
  subtask.managed_keyed_state = Boxed<KeyGroupsHandle>(handle);
  subtask.managed_operator_state = Boxed<OperatorHandle>(list);
  write_subtask(folder, subtask);
  const auto findings = findings_of(folder.path());
  INFO(text_of_findings(findings));
  REQUIRE(codes_of(findings) == Codes{"SV201", "SV207"});
  CHECK(findings[0].place.file == folder.path("list"));
  CHECK(findings[0].place.slot == "managed_operator");
  CHECK(findings[1].place.file == folder.path("state"));
}

TEST_CASE("SV202: the number of a heap key group", "[check][data]") {
  KeyedSnapshot snapshot = keyed(StreamForm::kHeap);
  const std::int64_t at = snapshot.built().handle.offsets[7];
  snapshot.built().bytes[index_of(static_cast<std::uint64_t>(at)) + 3] = 9;
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV202");
  CHECK(finding.place.offset == static_cast<std::uint64_t>(at));
  CHECK(finding.place.key_group == 7);
  CHECK(finding.found == "key group 9");
}

TEST_CASE("SV202: two canonical key groups whose offsets are swapped", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  auto& offsets = snapshot.built().handle.offsets;
  const auto anna = static_cast<std::size_t>(hashed_key_group("anna", kMaxParallelism));
  const auto bo = static_cast<std::size_t>(hashed_key_group("bo", kMaxParallelism));
  std::swap(offsets[anna], offsets[bo]);
  const auto findings = snapshot.check();
  INFO(text_of_findings(findings));
  REQUIRE(codes_of(findings) == Codes{"SV202", "SV202"});
  for (const Finding& finding : findings) {
    CHECK(finding.place.file == snapshot.file());
    const auto group = static_cast<std::size_t>(finding.place.key_group.value());
    CHECK((group == anna || group == bo));
  }
}

TEST_CASE("SV202: an offset behind the end of the stream", "[check][data]") {
  KeyedSnapshot snapshot = keyed(StreamForm::kSavepoint);
  snapshot.built().handle.offsets[0] = 1'000'000;
  const auto group = hashed_key_group("anna", kMaxParallelism);
  REQUIRE(group != 0);
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV202");
  CHECK(finding.place.key_group == 0);
}

TEST_CASE("SV202: two key groups at one place", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  const auto anna = static_cast<std::size_t>(hashed_key_group("anna", kMaxParallelism));
  auto& offsets = snapshot.built().handle.offsets;
  REQUIRE(offsets[127] == 0);
  offsets[127] = offsets[anna];
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV202");
  CHECK(finding.place.key_group == 127);
}

TEST_CASE("SV203: a length that does not fit", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  const PlacedEntry& entry = snapshot.entry(0);
  snapshot.built().bytes[index_of(entry.value_at) - 4] = 0x7F;
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV203");
  CHECK(finding.place.offset == entry.value_at - 4);
  CHECK(finding.place.key_group == entry.key_group);
}

TEST_CASE("SV203: behind it the next key group is checked", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  std::set<std::int32_t> groups;
  for (const PlacedEntry& entry : snapshot.built().entries) {
    if (!groups.insert(entry.key_group).second) continue;
    snapshot.built().bytes[index_of(entry.value_at) - 4] = 0x7F;
  }
  REQUIRE(groups.size() == 2);
  CHECK(codes_of(snapshot.check()) == Codes{"SV203", "SV203"});
}

TEST_CASE("SV203: a state twice in a key group", "[check][data]") {
  for (const StreamForm form : {StreamForm::kSavepoint, StreamForm::kHeap}) {
    KeyedSnapshot snapshot =
        keyed(form, Packed::kNo, {value_entry("anna", 1), list_entry("anna", {"x"})});
    const PlacedEntry& list = snapshot.entry(1);
    // The state's id stands in front of its count, or of the key's length.
    const std::uint64_t id_at = list.key_at - 6;
    snapshot.built().bytes[index_of(id_at) + 1] = kCount;
    const Finding finding = only(snapshot);
    CHECK(code_word(finding.code) == "SV203");
    CHECK(finding.place.offset == id_at);
    CHECK(finding.place.state == "count");
  }
}

TEST_CASE("SV204: a key in another key group", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  const PlacedEntry& entry = snapshot.entry(0);
  snapshot.built().bytes[index_of(entry.key_at)] ^= 0x01;
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV204");
  CHECK(finding.place.offset == entry.key_at);
  CHECK(finding.place.key_group == entry.key_group);
  CHECK(finding.place.state == "count");
}

TEST_CASE("SV204: another key where the heap has one", "[check][data]") {
  KeyedSnapshot snapshot = keyed(StreamForm::kHeap);
  const PlacedEntry& entry = snapshot.entry(0);
  snapshot.built().bytes[index_of(entry.key_at) + 2] ^= 0x01;  // behind namespace and length
  REQUIRE(hashed_key_group("`nna", kMaxParallelism) != entry.key_group);
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV204");
  CHECK(finding.place.offset == entry.key_at + 1);
  CHECK(finding.place.state == "count");
}

TEST_CASE("SV205: keys that RocksDB would not write in this order", "[check][data]") {
  const std::vector<SmallEntry> entries = {map_entry("anna", "q", 20), map_entry("anna", "p", 10)};
  KeyedSnapshot snapshot = keyed(StreamForm::kRocksdb, Packed::kNo, entries);
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV205");
  CHECK(finding.place.offset == snapshot.entry(1).key_at);
  CHECK(finding.place.state == "prices");
  // A savepoint may be the heap's, which has them in any order.
  CHECK(keyed(StreamForm::kSavepoint, Packed::kNo, entries).check().empty());
}

TEST_CASE("SV205: a key twice", "[check][data]") {
  KeyedSnapshot snapshot =
      keyed(StreamForm::kSavepoint, Packed::kNo, {value_entry("anna", 1), value_entry("anna", 2)});
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV205");
  CHECK(finding.place.offset == snapshot.entry(1).key_at);
  CHECK(finding.place.state == "count");
}

TEST_CASE("SV206: a state that the stream does not describe", "[check][data]") {
  for (const StreamForm form : {StreamForm::kSavepoint, StreamForm::kHeap}) {
    KeyedSnapshot snapshot = keyed(form);
    const PlacedEntry& entry = snapshot.entry(0);
    const std::uint64_t id_at = entry.section_at + (form == StreamForm::kHeap ? 4 : 0);
    snapshot.built().bytes[index_of(id_at) + 1] = 9;
    const Finding finding = only(snapshot);
    CHECK(code_word(finding.code) == "SV206");
    CHECK(finding.place.offset == id_at);
    CHECK(finding.place.key_group == entry.key_group);
    CHECK(finding.found == "state id 9");
  }
}

TEST_CASE("SV207: bytes behind the last key group", "[check][data]") {
  for (const StreamForm form : {StreamForm::kSavepoint, StreamForm::kHeap}) {
    KeyedSnapshot snapshot = keyed(form);
    const std::uint64_t end = snapshot.built().bytes.size();
    snapshot.built().bytes.push_back(0);
    const Finding finding = only(snapshot);
    CHECK(code_word(finding.code) == "SV207");
    CHECK(finding.place.offset == end);
  }
}

TEST_CASE("SV207: a key group whose offset is lost", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  const auto anna = static_cast<std::size_t>(hashed_key_group("anna", kMaxParallelism));
  const auto bo = static_cast<std::size_t>(hashed_key_group("bo", kMaxParallelism));
  auto& offsets = snapshot.built().handle.offsets;
  // The first group leaves a gap behind the head, another one bytes behind the group in front of it.
  const auto first = std::min(anna, bo);
  const auto second = std::max(anna, bo);
  const auto lost_at = [&](std::size_t group) {
    KeyedSnapshot one = keyed();
    const std::int64_t at = std::exchange(one.built().handle.offsets[group], 0);
    const Finding finding = only(one);
    CHECK(code_word(finding.code) == "SV207");
    CHECK(finding.place.offset == static_cast<std::uint64_t>(at));
  };
  REQUIRE(offsets[first] != 0);
  lost_at(first);
  lost_at(second);
}

TEST_CASE("SV208: a compressed block", "[check][data]") {
  for (const StreamForm form : {StreamForm::kSavepoint, StreamForm::kHeap}) {
    KeyedSnapshot snapshot = keyed(form, Packed::kYes);
    const auto group = hashed_key_group("anna", kMaxParallelism);
    const auto at = static_cast<std::uint64_t>(
        snapshot.built().handle.offsets[static_cast<std::size_t>(group)]);
    // Behind the stream's identifier, in the checksum of its first chunk.
    const std::uint64_t chunk = at + (form == StreamForm::kHeap ? 4 : 0) + 10;
    snapshot.built().bytes[index_of(chunk) + 4] ^= 1;
    const Finding finding = only(snapshot);
    CHECK(code_word(finding.code) == "SV208");
    CHECK(finding.place.offset == chunk);
    CHECK(finding.place.key_group == group);
  }
}

TEST_CASE("SV208: a later block, and what is in front of it is checked", "[check][data]") {
  KeyedBytes plain =
      keyed_bytes({value_entry("anna", 1), value_entry("bo", 2)}, StreamForm::kSavepoint);
  // The same in blocks of 16 bytes.
  KeyedSnapshot snapshot = keyed();
  KeyedBytes& packed = snapshot.built();
  const auto begin = plain.bytes.begin();
  packed.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(plain.head_bytes));
  packed.bytes[4] = 1;
  packed.handle = plain.handle;
  for (std::size_t i = 0; i < plain.entries.size(); ++i) {
    const std::uint64_t from = plain.entries[i].section_at;
    const std::uint64_t to =
        i + 1 < plain.entries.size() ? plain.entries[i + 1].section_at : plain.bytes.size();
    const auto group = static_cast<std::size_t>(plain.entries[i].key_group);
    packed.handle.offsets[group] = static_cast<std::int64_t>(packed.bytes.size());
    const ByteVector blocks =
        framed({begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to)},
               ChunkKind::kPlain, 16);
    packed.bytes.insert(packed.bytes.end(), blocks.begin(), blocks.end());
  }
  REQUIRE(snapshot.check().empty());
  // The last block of the stream holds what is left of 16 bytes.
  const std::uint64_t size = plain.bytes.size() - plain.entries.back().section_at;
  const std::uint64_t last = packed.bytes.size() - (8 + size % 16);
  packed.bytes.back() ^= 1;
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV208");
  CHECK(finding.place.offset == last);
  CHECK(finding.place.key_group == plain.entries.back().key_group);
}

TEST_CASE("SV208: an element of compressed operator state", "[check][data]") {
  const TempFolder folder;
  OperatorStreamHead head;
  head.compressed = true;
  head.list_states = {small_operator_meta("offsets", "SPLIT_DISTRIBUTE")};
  ByteWriter out;
  encode_operator_stream_head(head, out);
  out.raw(from_hex(kSnappyIdentifier));
  OperatorHandle handle;
  handle.states = {{"offsets", DistributionMode::kSplit, {}}};
  for (const std::string element : {"a", "bc", "d"}) {
    handle.states[0].offsets.push_back(static_cast<std::int64_t>(out.size()));
    out.raw(chunk(ChunkKind::kPlain, string_bytes(element)));
  }
  ByteVector bytes = out.take();
  const auto check = [&] {
    handle.delegate = stored_file(folder, "list", bytes);
    Subtask subtask;
    subtask.managed_operator_state = Boxed<OperatorHandle>(handle);
    write_subtask(folder, subtask);
    return findings_of(folder.path());
  };
  REQUIRE(check().empty());
  const auto second = static_cast<std::uint64_t>(handle.states[0].offsets[1]);
  bytes[index_of(second) + 9] ^= 1;
  const Finding finding = only(check(), folder.path("list"));
  CHECK(code_word(finding.code) == "SV208");
  CHECK(finding.place.offset == second);
  CHECK(finding.place.state == "offsets");
}

TEST_CASE("data: how much is read is a percentage", "[check][data]") {
  const std::string snapshot =
      "check " + shell_word(testdata_folder("flink2.3-hashmap-canonical")) + " --format json";
  const auto percent_of = [&](const std::string& option) {
    const Run run = run_savvy(snapshot + option);
    CHECK(run.err.empty());
    return Json::parse(run.out).at("read_data_percent").get<double>();
  };
  CHECK(percent_of("") == 0);
  CHECK(percent_of(" --read-data") == 100);
  CHECK(percent_of(" --read-data=5") == 5);
  CHECK(percent_of(" --read-data=2.5%") == 2.5);
  for (const std::string bad : {"0", "-1", "101", "much", "5x"}) {
    CHECK(run_savvy(snapshot + " --read-data=" + bad).exit_code == 2);
  }
}

TEST_CASE("SV209: values that their types do not take", "[check][data]") {
  const SmallEntry long_value = {kCount, "anna", {}, {0, 0, 0, 1, 9}};
  const SmallEntry bad_list = {kNames, "anna", {}, {2, 'x', ';', 2, 'y'}};
  const SmallEntry bad_flag = {kPrices, "anna", string_bytes("p"), {7, 0, 0, 0, 1}};
  const SmallEntry timer = timer_entry("anna", 5);
  const SmallEntry timer_with_value = {kTimers, "anna", timer.rest, {1}};
  const std::vector<std::pair<SmallEntry, std::uint64_t>> cases = {
      {long_value, 4}, {bad_list, 2}, {bad_flag, 0}, {timer_with_value, 0}};
  const std::vector<std::string> names = {"count", "names", "prices", "_timer_state/event_t"};
  for (const auto& [entry, offset] : cases) {
    KeyedSnapshot snapshot = keyed(StreamForm::kSavepoint, Packed::kNo, {entry});
    const Finding finding = only(snapshot);
    CHECK(code_word(finding.code) == "SV209");
    CHECK(finding.place.offset == snapshot.entry(0).value_at + offset);
    CHECK(finding.place.state == names[entry.state]);
    CHECK(finding.place.key_group == snapshot.entry(0).key_group);
  }
}

TEST_CASE("SV209: a value of the heap, and the next one is not made up", "[check][data]") {
  KeyedSnapshot snapshot = keyed(StreamForm::kHeap);
  const auto& entries = snapshot.built().entries;
  const PlacedEntry& list = *std::find_if(entries.begin(), entries.end(), [](const auto& placed) {
    return placed.entry.state == kNames;
  });
  snapshot.built().bytes[index_of(list.value_at)] = 0x7F;  // the count of the list
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV209");
  CHECK(finding.place.offset == list.value_at);
  CHECK(finding.place.state == "names");
}

TEST_CASE("SV210: a key with more than its parts", "[check][data]") {
  SmallEntry entry = value_entry("anna", 1);
  entry.rest = {5};
  KeyedSnapshot snapshot = keyed(StreamForm::kSavepoint, Packed::kNo, {entry});
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV210");
  CHECK(finding.place.offset == snapshot.entry(0).key_at + 1 + 5 + 1);
  CHECK(finding.place.state == "count");
}

TEST_CASE("SV210: a namespace that is none, and a map key that is cut off", "[check][data]") {
  KeyedSnapshot snapshot = keyed(StreamForm::kSavepoint, Packed::kNo, {value_entry("anna", 1)});
  const std::uint64_t at = snapshot.entry(0).key_at + 1 + 5;
  snapshot.built().bytes[index_of(at)] = 3;
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV210");
  CHECK(finding.place.offset == at);

  SmallEntry entry = map_entry("anna", "p", 1);
  entry.rest = {5, 'p'};
  CHECK(code_word(only(keyed(StreamForm::kSavepoint, Packed::kNo, {entry})).code) == "SV210");
}

namespace {

// A snapshot of operator state in the file "list".
std::vector<Finding> check_operator(
    const TempFolder& folder, const std::function<void(OperatorHandle&, ByteVector&)>& damage) {
  OperatorHandle handle = small_operator_handle({{"a", "bc"}, {"u"}, {{"k", "v"}}});
  ByteVector bytes = handle_as<ByteStreamHandle>(handle.delegate)->data;
  damage(handle, bytes);
  handle.delegate = stored_file(folder, "list", bytes);
  Subtask subtask;
  subtask.managed_operator_state = Boxed<OperatorHandle>(handle);
  write_subtask(folder, subtask);
  return findings_of(folder.path());
}

}  // namespace

TEST_CASE("SV217: an element that does not end where the next one begins", "[check][data]") {
  const TempFolder folder;
  std::uint64_t at = 0;
  const auto findings = check_operator(folder, [&](OperatorHandle& handle, ByteVector& bytes) {
    at = static_cast<std::uint64_t>(handle.states[0].offsets[0]);
    bytes[index_of(at)] = 9;  // the length of "a"
  });
  const Finding finding = only(findings, folder.path("list"));
  CHECK(code_word(finding.code) == "SV217");
  CHECK(finding.place.state == "offsets");
  CHECK(finding.place.slot == "managed_operator");
  CHECK(finding.place.offset.value() >= at);
  CHECK(finding.place.offset.value() <= at + 2);
}

TEST_CASE("SV217: a broadcast map with bytes left over", "[check][data]") {
  const TempFolder folder;
  std::uint64_t end = 0;
  const auto findings = check_operator(folder, [&](OperatorHandle&, ByteVector& bytes) {
    end = bytes.size();
    bytes.push_back(1);
  });
  const Finding finding = only(findings, folder.path("list"));
  CHECK(code_word(finding.code) == "SV217");
  CHECK(finding.place.state == "rules");
  CHECK(finding.place.offset == end);
}

TEST_CASE("SV218: names and modes of handle and stream", "[check][data]") {
  const TempFolder folder;
  const auto named = check_operator(
      folder, [](OperatorHandle& handle, ByteVector&) { handle.states[1].name = "other"; });
  INFO(text_of_findings(named));
  REQUIRE(codes_of(named) == Codes{"SV218", "SV217"});  // its bytes are now another state's
  CHECK(named[0].place.state == "other");
  const auto mode = check_operator(folder, [](OperatorHandle& handle, ByteVector&) {
    handle.states[0].mode = DistributionMode::kUnion;
  });
  const Finding finding = only(mode, folder.path("list"));
  CHECK(code_word(finding.code) == "SV218");
  CHECK(finding.place.state == "offsets");
}

TEST_CASE("SV207: bytes between head and elements", "[check][data]") {
  const TempFolder folder;
  const auto findings = check_operator(folder, [](OperatorHandle& handle, ByteVector&) {
    handle.states[0].offsets.erase(handle.states[0].offsets.begin());
  });
  CHECK(code_word(only(findings, folder.path("list")).code) == "SV207");
}

namespace {

// Changes of "count", announced first: anna = 1, bo = 2.
std::vector<StateChange> some_changes() {
  ByteWriter announce;
  announce.u8(8);
  announce.i32(7);
  encode_state_meta(small_meta().states[kCount], announce);
  announce.u8(0);
  announce.u8(0);
  announce.i16(0);
  announce.u8(0);
  std::vector<StateChange> changes = {{-1, announce.take()}};
  for (const auto& [key, value] : {std::pair<std::string, int>{"anna", 1}, {"bo", 2}}) {
    ByteWriter set;
    set.u8(1);
    set.i16(0);
    set.raw(string_bytes(key));
    set.u8(0);
    set.raw(int_bytes(value));
    changes.push_back({hashed_key_group(key, kMaxParallelism), set.take()});
  }
  return changes;
}

InMemoryChangelogHandle inline_log() {
  InMemoryChangelogHandle log;
  log.range = {0, kMaxParallelism};
  log.from = 4;
  log.to = 7;
  log.changes = some_changes();
  log.handle_id = "log";
  return log;
}

// One file with a set for each change.
ChangelogStreamHandle file_log(const TempFolder& folder) {
  ChangelogStreamHandle log;
  log.range = {0, kMaxParallelism};
  log.handle_id = "log";
  ByteWriter out;
  out.u8(0);
  std::vector<std::int64_t> offsets;
  for (const StateChange& change : some_changes()) {
    offsets.push_back(static_cast<std::int64_t>(out.size()) - 1);
    out.count(1);
    out.count(1);
    out.i32(change.key_group);
    out.blob(change.data);
    log.size_bytes += static_cast<std::int64_t>(change.data.size());
  }
  const StreamHandle file = stored_file(folder, "log", out.take());
  for (const std::int64_t offset : offsets) log.segments.push_back({offset, file});
  return log;
}

std::vector<Finding> check_changelog(const TempFolder& folder, KeyedHandle log) {
  ChangelogHandle handle;
  handle.range = {0, kMaxParallelism};
  handle.handle_id = "changelog";
  KeyedBytes base = keyed_bytes(some_entries(), StreamForm::kSavepoint);
  base.handle.delegate = stored_file(folder, "base", base.bytes);
  handle.materialized = {Boxed<KeyGroupsHandle>(base.handle)};
  handle.non_materialized = {std::move(log)};
  Subtask subtask;
  subtask.managed_keyed_state = Boxed<ChangelogHandle>(handle);
  write_subtask(folder, subtask);
  return findings_of(folder.path());
}

}  // namespace

TEST_CASE("data: nothing is found in whole change logs", "[check][data]") {
  const TempFolder folder;
  const auto in_memory = check_changelog(folder, Boxed<InMemoryChangelogHandle>(inline_log()));
  INFO(text_of_findings(in_memory));
  CHECK(in_memory.empty());
  const auto in_files = check_changelog(folder, Boxed<ChangelogStreamHandle>(file_log(folder)));
  INFO(text_of_findings(in_files));
  CHECK(in_files.empty());
}

TEST_CASE("SV219: a change that is missing", "[check][data]") {
  const TempFolder folder;
  InMemoryChangelogHandle log = inline_log();
  log.changes.pop_back();
  const auto in_memory = check_changelog(folder, Boxed<InMemoryChangelogHandle>(log));
  INFO(text_of_findings(in_memory));
  REQUIRE(codes_of(in_memory) == Codes{"SV219"});
  CHECK(in_memory[0].place.slot == "managed_keyed");
  CHECK(in_memory[0].found == "2 changes");
  ChangelogStreamHandle files = file_log(folder);
  files.segments.pop_back();
  const auto in_files = check_changelog(folder, Boxed<ChangelogStreamHandle>(files));
  INFO(text_of_findings(in_files));
  CHECK(codes_of(in_files) == Codes{"SV219"});
}

TEST_CASE("SV220: a change log that cannot be read", "[check][data]") {
  const TempFolder folder;
  ChangelogStreamHandle log = file_log(folder);
  const auto at = static_cast<std::uint64_t>(log.segments[1].offset) + 1 + 16;
  std::string bytes = read_text(folder.path("log"));
  bytes[index_of(at)] = 99;  // the operation
  folder.add("log", bytes);
  const Finding damaged =
      only(check_changelog(folder, Boxed<ChangelogStreamHandle>(log)), folder.path("log"));
  CHECK(code_word(damaged.code) == "SV220");
  CHECK(damaged.place.offset == at);

  InMemoryChangelogHandle unannounced = inline_log();
  std::swap(unannounced.changes[0], unannounced.changes[1]);
  const auto findings = check_changelog(folder, Boxed<InMemoryChangelogHandle>(unannounced));
  CHECK(codes_of(findings) == Codes{"SV220"});

  InMemoryChangelogHandle no_value = inline_log();
  no_value.changes[1].data.resize(5);  // in the middle of the key
  CHECK(codes_of(check_changelog(folder, Boxed<InMemoryChangelogHandle>(no_value))) ==
        Codes{"SV220"});
}

TEST_CASE("SV204: a logged change of a key in another key group", "[check][data]") {
  const TempFolder folder;
  InMemoryChangelogHandle log = inline_log();
  log.changes[2].key_group = (log.changes[2].key_group + 1) % kMaxParallelism;
  const auto findings = check_changelog(folder, Boxed<InMemoryChangelogHandle>(log));
  INFO(text_of_findings(findings));
  CHECK(codes_of(findings) == Codes{"SV204"});
}

namespace {

// A key group of raw timers: one event-time timer of `key`.
ByteVector raw_timers(const std::string& key) {
  ByteWriter out;
  out.raw(from_hex("f1cd859f00000002"));
  out.count(1);
  out.utf("t");
  out.raw(base_snapshot("String"));
  out.raw(void_namespace_snapshot());
  out.count(1);
  out.raw(string_bytes(key));
  out.u8(0);
  out.i64(5);
  out.count(0);
  return out.take();
}

std::vector<Finding> check_raw_keyed(const TempFolder& folder, const ByteVector& bytes,
                                     std::int32_t key_group) {
  KeyGroupsHandle handle;
  handle.code = KeyedCode::kKeyGroupsV2;
  handle.range = {0, kMaxParallelism};
  handle.offsets.assign(kMaxParallelism, -1);
  handle.offsets[static_cast<std::size_t>(key_group)] = 0;
  handle.delegate = stored_file(folder, "raw", bytes);
  Subtask subtask;
  subtask.raw_keyed_state = Boxed<KeyGroupsHandle>(handle);
  write_subtask(folder, subtask);
  return findings_of(folder.path());
}

std::vector<Finding> check_channel(const TempFolder& folder, std::int64_t recorded,
                                   const std::vector<std::int64_t>& offsets = {4}) {
  PlainChannelHandle handle;
  handle.channel.offsets = offsets;
  handle.channel.size_bytes = recorded;
  handle.delegate = stored_file(folder, "channel", from_hex("00000000 00000002 abcd"));
  Subtask subtask;
  subtask.input_channel_state = {handle};
  write_subtask(folder, subtask);
  return findings_of(folder.path());
}

}  // namespace

TEST_CASE("SV221: timers in raw keyed state", "[check][data]") {
  const TempFolder folder;
  const std::int32_t group = hashed_key_group("anna", kMaxParallelism);
  CHECK(check_raw_keyed(folder, raw_timers("anna"), group).empty());
  ByteVector bytes = raw_timers("anna");
  const std::uint64_t end = bytes.size();
  bytes.push_back(0);
  const Finding finding = only(check_raw_keyed(folder, bytes, group), folder.path("raw"));
  CHECK(code_word(finding.code) == "SV221");
  CHECK(finding.place.slot == "raw_keyed");
  CHECK(finding.place.key_group == group);
  CHECK(finding.place.offset == end);
  const auto moved = check_raw_keyed(folder, raw_timers("anna"), (group + 1) % kMaxParallelism);
  CHECK(code_word(only(moved, folder.path("raw")).code) == "SV204");
}

TEST_CASE("SV221: buffers of a channel", "[check][data]") {
  const TempFolder folder;
  CHECK(check_channel(folder, 6).empty());
  CHECK(code_word(only(check_channel(folder, 12, {4, 4}), folder.path("channel")).code) == "SV221");
  const Finding finding = only(check_channel(folder, 7), folder.path("channel"));
  CHECK(code_word(finding.code) == "SV221");
  CHECK(finding.place.slot == "channel_input");
}

TEST_CASE("SV221: the coordinator of a source", "[check][data]") {
  const TempFolder folder;
  OperatorHandle readers = small_operator_handle({{}, {}, {}});
  Subtask subtask;
  readers.states = {{"SourceReaderState", DistributionMode::kSplit, {}}};
  OperatorStreamHead head;
  head.list_states = {small_operator_meta("SourceReaderState", "SPLIT_DISTRIBUTE")};
  ByteWriter out;
  encode_operator_stream_head(head, out);
  readers.delegate = stored_file(folder, "readers", out.take());
  subtask.managed_operator_state = Boxed<OperatorHandle>(readers);
  const auto check = [&](const std::string& hex) {
    write_subtask(folder, subtask, kMaxParallelism, ByteStreamHandle{"coordinator", from_hex(hex)});
    return findings_of(folder.path());
  };
  CHECK(check("00000001 00000003 00000002 abcd").empty());
  const auto findings = check("00000001 00000003 00000002 abcdef");
  INFO(text_of_findings(findings));
  REQUIRE(codes_of(findings) == Codes{"SV221"});
  CHECK(findings[0].place.slot == "coordinator");
  CHECK(findings[0].place.file == "coordinator");
  CHECK(findings[0].place.offset == 14);
}

TEST_CASE("SV222: what savvy does not read", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  snapshot.built().bytes[3] = 5;  // Flink 1.6
  const Finding finding = only(snapshot);
  CHECK(code_word(finding.code) == "SV222");
  CHECK(finding.found.find("Flink 1.6") != std::string::npos);
}

// A later Flink may write it; then what the serializer wrote is bytes to savvy, which must be said.
TEST_CASE("SV222: a version unknown here of each of Flink's serializer snapshots",
          "[check][data]") {
  const TempFolder folder;
  const std::filesystem::path copy = folder.path("snapshot");
  std::filesystem::copy(testdata_folder("flink2.3-hashmap-canonical"), copy);
  const std::regex snapshot_class(R"(org\.apache\.flink[\w.$]*Snapshot\x00\x00\x00)");
  std::set<std::string> seen;
  for (const auto& entry : std::filesystem::directory_iterator(copy)) {
    if (entry.path().filename() == "_metadata") continue;
    std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
    const std::string bytes = read_text(entry.path());
    for (std::sregex_iterator found(bytes.begin(), bytes.end(), snapshot_class), end; found != end;
         ++found) {
      if (!seen.insert(found->str()).second) continue;
      std::string changed = bytes;
      changed[static_cast<std::size_t>(found->position() + found->length())] = 77;
      std::ofstream(entry.path(), std::ios::binary) << changed;
      INFO(found->str());
      CHECK_FALSE(findings_of(copy, all_data(2)).empty());
    }
    std::ofstream(entry.path(), std::ios::binary) << bytes;
  }
  CHECK(seen.size() > 10);
  CHECK(findings_of(copy, all_data(2)).empty());
}

TEST_CASE("data: a file that is missing is left to the check of the files", "[check][data]") {
  KeyedSnapshot snapshot = keyed();
  REQUIRE(snapshot.check().empty());
  std::filesystem::remove(snapshot.file());
  CHECK(findings_of(std::filesystem::path(snapshot.file()).parent_path()).empty());
}

TEST_CASE("data: the same findings for any number of threads", "[check][data]") {
  const TempFolder folder;
  for (const std::string name : {"flink2.3-hashmap-canonical", "flink2.3-hashmap-native"}) {
    std::filesystem::copy(testdata_folder(name), folder.path(name),
                          std::filesystem::copy_options::recursive);
    for (const auto& entry : std::filesystem::directory_iterator(folder.path(name))) {
      std::string bytes = read_text(entry.path());
      if (entry.path().filename() == "_metadata" || bytes.size() < 4000) continue;
      for (std::size_t i = 3000; i < bytes.size(); i += 997) bytes[i] ^= 0x10;
      std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
      std::ofstream(entry.path(), std::ios::binary) << bytes;
    }
    const auto alone = findings_of(folder.path(name), all_data(1));
    CHECK(alone.size() > 5);
    CHECK(findings_of(folder.path(name), all_data(8)) == alone);
    CheckDepth first = all_data(8);
    first.after_error = AfterError::kStop;
    const auto stopped = findings_of(folder.path(name), first);
    REQUIRE(stopped.size() >= 1);
    CHECK(stopped.front() == alone.front());
    first.jobs = 1;
    CHECK(findings_of(folder.path(name), first) == stopped);
  }
}

TEST_CASE("data: a sample is part of every larger one", "[check][data]") {
  // A damaged length in every key group of a stream: what is found tells what was read.
  std::vector<SmallEntry> entries;
  for (int i = 0; i < 400; ++i) entries.push_back(value_entry("key" + std::to_string(i), i));
  KeyedSnapshot snapshot = keyed(StreamForm::kRocksdb, Packed::kNo, entries);
  std::set<std::int32_t> groups;
  for (const PlacedEntry& entry : snapshot.built().entries) {
    if (groups.insert(entry.key_group).second) {
      snapshot.built().bytes[index_of(entry.value_at) - 4] = 0x7F;
    }
  }
  const auto read = [&](double percent) {
    CheckDepth depth = all_data(2);
    depth.data_percent = percent;
    std::uint64_t count = 0;
    for (const Finding& finding : snapshot.check(depth)) count += 1 + finding.more;
    return count;
  };
  CHECK(read(100) == groups.size());
  CHECK(read(0.000001) == 1);
  std::uint64_t before = 0;
  for (const double percent : {1.0, 5.0, 10.0, 50.0}) {
    const std::uint64_t count = read(percent);
    CHECK(count == read(percent));
    CHECK(count >= before);
    before = count;
  }
  CHECK(before > groups.size() / 4);
  CHECK(before < groups.size() * 3 / 4);
}

TEST_CASE("a sample takes what a smaller one takes", "[check][data]") {
  Sample five(5);
  Sample ten(10);
  int of_five = 0;
  int of_ten = 0;
  for (std::uint64_t piece = 0; piece < 10'000; ++piece) {
    const bool in_five = five.takes({"op", 1, "slot", "state"}, piece);
    const bool in_ten = ten.takes({"op", 1, "slot", "state"}, piece);
    CHECK((!in_five || in_ten));
    of_five += in_five;
    of_ten += in_ten;
  }
  CHECK(of_five > 400);
  CHECK(of_five < 600);
  CHECK(of_ten > 850);
  CHECK(of_ten < 1150);
}

}  // namespace savvy
