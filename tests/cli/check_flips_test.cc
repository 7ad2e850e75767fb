// Every single bit of small snapshots, flipped: the check finds it, or it lies where any bytes could
// stand (text, numbers, times that no checksum covers).

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "format/errors.h"
#include "tests/support/check_data.h"
#include "tests/support/data_snapshot.h"

namespace savvy {
namespace {

using namespace testing;

// What of a head is text that nothing else repeats: the names of states, and of the classes of
// serializers, which may be the job's own.
std::vector<PayloadSpan> spans_of_names(const ByteVector& bytes, std::uint64_t head_bytes,
                                        const std::vector<std::string>& names) {
  std::vector<PayloadSpan> spans;
  const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(head_bytes);
  for (const std::string& name : names) {
    const auto found = std::search(bytes.begin(), end, name.begin(), name.end());
    REQUIRE(found != end);
    const auto begin = static_cast<std::uint64_t>(found - bytes.begin());
    spans.push_back({begin, begin + name.size()});
  }
  constexpr std::string_view kClass = "org.apache.flink.";
  auto from = bytes.begin();
  while (true) {
    from = std::search(from, end, kClass.begin(), kClass.end());
    if (from == end) return spans;
    const auto begin = static_cast<std::uint64_t>(from - bytes.begin());
    const std::size_t size = from[-2] * 256U + from[-1];
    spans.push_back({begin - 2, begin + size});  // with its length: a longer name is a name too
    from += static_cast<std::ptrdiff_t>(size);
  }
}

const std::vector<std::string> kKeyedNames = {"count", "names", "prices", "_timer_state/event_t"};

struct Share {
  std::size_t flips = 0;
  std::size_t found = 0;
  std::size_t flips_in_data = 0;  // behind the head
  std::size_t found_in_data = 0;
  std::vector<std::size_t> missed;  // bits that are not found and could not stand there
};

class FlippedFile {
 public:
  FlippedFile(Subtask subtask, std::int32_t max_parallelism, ByteVector bytes)
      : bytes_(std::move(bytes)) {
    write_subtask(folder_, std::move(subtask), max_parallelism);
    folder_.add("state", {bytes_.begin(), bytes_.end()});
    snapshot_ = std::make_unique<savvy::Snapshot>(folder_.path(), PathMap(), storage_);
    REQUIRE(findings_of(*snapshot_, all_data()).empty());
  }

  Share flip_all(const std::vector<PayloadSpan>& payload, std::uint64_t head_bytes) {
    Share share;
    share.flips = bytes_.size() * 8;
    share.flips_in_data = share.flips - head_bytes * 8;
    for (std::size_t bit = 0; bit < share.flips; ++bit) {
      std::string flipped(bytes_.begin(), bytes_.end());
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      folder_.add("state", flipped);
      const bool found = !findings_of(*snapshot_, all_data()).empty();
      const bool could_stand_there = std::any_of(
          payload.begin(), payload.end(),
          [&](const PayloadSpan& span) { return bit / 8 >= span.begin && bit / 8 < span.end; });
      if (found) ++share.found;
      if (found && bit / 8 >= head_bytes) ++share.found_in_data;
      if (!found && !could_stand_there) share.missed.push_back(bit);
    }
    return share;
  }

 private:
  TempFolder folder_;
  LocalStorage storage_;
  std::unique_ptr<savvy::Snapshot> snapshot_;
  ByteVector bytes_;
};

void report(const std::string& what, const Share& share) {
  std::string missed;  // byte.bit
  for (const std::size_t bit : share.missed) missed += fmt::format(" {}.{}", bit / 8, bit % 8);
  INFO(what << ": missed" << missed);
  CHECK(share.missed.empty());
  const auto percent = [](std::size_t part, std::size_t all) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(all);
  };
  WARN(fmt::format(
      "{}: {} of {} flipped bits found ({:.1f} %); behind the head {} of {} ({:.1f} %)", what,
      share.found, share.flips, percent(share.found, share.flips), share.found_in_data,
      share.flips_in_data, percent(share.found_in_data, share.flips_in_data)));
}

Share flip_keyed(StreamForm form, Packed packed, std::int32_t max_parallelism) {
  KeyedBytes built = keyed_bytes(some_entries(), form, packed, max_parallelism);
  built.handle.delegate =
      RelativeFileHandle{"state", static_cast<std::int64_t>(built.bytes.size())};
  Subtask subtask;
  subtask.managed_keyed_state = Boxed<KeyGroupsHandle>(built.handle);
  std::vector<PayloadSpan> payload = built.payload;
  for (const PayloadSpan& span : spans_of_names(built.bytes, built.head_bytes, kKeyedNames)) {
    payload.push_back(span);
  }
  return FlippedFile(subtask, max_parallelism, built.bytes).flip_all(payload, built.head_bytes);
}

}  // namespace

TEST_CASE("flipped bits of a canonical stream of RocksDB", "[check][data][flips]") {
  report("canonical", flip_keyed(StreamForm::kRocksdb, Packed::kNo, 128));
}

TEST_CASE("flipped bits of a compressed canonical stream", "[check][data][flips]") {
  report("canonical, snappy", flip_keyed(StreamForm::kSavepoint, Packed::kYes, 128));
}

TEST_CASE("flipped bits of a heap stream", "[check][data][flips]") {
  report("heap", flip_keyed(StreamForm::kHeap, Packed::kNo, 8));
}

TEST_CASE("flipped bits of operator state", "[check][data][flips]") {
  OperatorHandle handle = small_operator_handle({{"a", "bc"}, {"u"}, {{"k", "v"}}});
  const ByteVector bytes = handle_as<ByteStreamHandle>(handle.delegate)->data;
  handle.delegate = RelativeFileHandle{"state", static_cast<std::int64_t>(bytes.size())};
  const auto head_bytes = static_cast<std::uint64_t>(handle.states[0].offsets[0]);
  std::vector<PayloadSpan> payload = spans_of_names(bytes, head_bytes, {"offsets", "all", "rules"});
  for (const std::size_t state : {0U, 1U}) {
    for (const std::int64_t offset : handle.states[state].offsets) {
      const auto at = static_cast<std::uint64_t>(offset);
      payload.push_back({at + 1, at + bytes[static_cast<std::size_t>(offset)]});
    }
  }
  const auto map = static_cast<std::uint64_t>(handle.states[2].offsets[0]);
  payload.push_back({map + 5, map + 6});
  payload.push_back({map + 7, map + 8});
  Subtask subtask;
  subtask.managed_operator_state = Boxed<OperatorHandle>(handle);
  report("operator state", FlippedFile(subtask, 128, bytes).flip_all(payload, head_bytes));
}

TEST_CASE("flipped bits of a _metadata file end in findings or an error", "[check][data][flips]") {
  const TempFolder folder;
  KeyedBytes built = keyed_bytes(some_entries(), StreamForm::kHeap, Packed::kNo, 8);
  built.handle.delegate = stored_file(folder, "state", built.bytes);
  Subtask subtask;
  subtask.managed_keyed_state = Boxed<KeyGroupsHandle>(built.handle);
  subtask.managed_operator_state =
      Boxed<OperatorHandle>(small_operator_handle({{"a"}, {"u"}, {{"k", "v"}}}));
  write_subtask(folder, subtask, 8);
  const std::string whole = [&] {
    std::ifstream in(folder.path("_metadata"), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  REQUIRE(findings_of(folder.path()).empty());
  std::size_t refused = 0;
  std::size_t found = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    folder.add("_metadata", flipped);
    try {
      if (!findings_of(folder.path()).empty()) ++found;
    } catch (const Error&) {
      ++refused;  // the metadata cannot be read: SV001 and SV002
    }
  }
  CHECK(refused > 0);
  WARN(fmt::format("_metadata: of {} flipped bits {} make it unreadable, {} are found in the data",
                   whole.size() * 8, refused, found));
}

}  // namespace savvy
