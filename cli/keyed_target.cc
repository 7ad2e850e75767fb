#include "cli/keyed_target.h"

#include <fmt/format.h>

#include <utility>

#include "format/errors.h"
#include "writers/canonical_writer.h"
#include "writers/heap_writer.h"
#include "writers/rocksdb_writer.h"

namespace savvy {
namespace {

// Writers of streams: a target hands on to them.
template <typename Writer>
class StreamTarget final : public KeyedTarget {
 public:
  template <typename... Arguments>
  StreamTarget(const KeyedMetaBlock& meta, KeyedPlace place, Arguments&&... arguments)
      : meta_(meta), place_(std::move(place)), writer_(std::forward<Arguments>(arguments)...) {}

  void begin_key_group(std::int32_t key_group) override { writer_.begin_key_group(key_group); }
  void add(const KeyedEntry& entry) override {
    require_whole_entry(entry, meta_, place_);
    writer_.add(entry);
  }
  KeyedHandle finish() override { return writer_.finish(); }

 private:
  const KeyedMetaBlock& meta_;
  KeyedPlace place_;
  Writer writer_;
};

class RocksdbTargetWriter final : public KeyedTarget {
 public:
  RocksdbTargetWriter(OutputFolder& folder, const KeyedMetaBlock& meta, KeyedPlace place)
      : meta_(meta),
        place_(std::move(place)),
        writer_(folder, place_.file_name, meta, place_.range, place_.checkpoint_id,
                RocksdbTarget{place_.prefix_bytes}) {}

  void begin_key_group(std::int32_t) override {}
  void add(const KeyedEntry& entry) override {
    require_whole_entry(entry, meta_, place_);
    writer_.add(entry.state, entry.composite_key, entry.value);
  }
  KeyedHandle finish() override {
    IncrementalHandle handle = writer_.finish();
    handle.code = place_.code;
    return Boxed<IncrementalHandle>(std::move(handle));
  }

 private:
  const KeyedMetaBlock& meta_;
  KeyedPlace place_;
  RocksdbWriter writer_;
};

}  // namespace

std::string_view to_string(StoredLayout layout) {
  switch (layout) {
    case StoredLayout::kCanonical:
      return "canonical";
    case StoredLayout::kHeap:
      return "hashmap";
    case StoredLayout::kRocksdb:
      break;
  }
  return "rocksdb";
}

std::unique_ptr<KeyedTarget> make_keyed_target(OutputFolder& folder, const KeyedMetaBlock& meta,
                                               const KeyedPlace& place) {
  switch (place.layout) {
    case StoredLayout::kCanonical:
      return std::make_unique<StreamTarget<CanonicalWriter>>(meta, place, folder, place.file_name,
                                                             meta, place.range, place.code);
    case StoredLayout::kHeap:
      return std::make_unique<StreamTarget<HeapWriter>>(
          meta, place, folder, place.file_name, meta, place.range, place.code, place.prefix_bytes);
    case StoredLayout::kRocksdb:
      break;
  }
  return std::make_unique<RocksdbTargetWriter>(folder, meta, place);
}

void require_whole_entry(const KeyedEntry& entry, const KeyedMetaBlock& meta,
                         const KeyedPlace& place) {
  const std::string& state = meta.states[entry.state].name;
  if (entry.undivided) {
    throw UnsupportedError(fmt::format(
        "{}: state \"{}\": key group {} holds values of a type that cannot be walked, so its "
        "entries cannot be told apart and written anew",
        place.description, state, entry.key_group));
  }
  if (entry.issue == EntryIssue::kNone) return;
  throw UnsupportedError(fmt::format(
      "{}: state \"{}\": the change log holds changes of key group {} that cannot be applied: "
      "they need the job's own functions, or the key's type, which the log does not name; take a "
      "savepoint with the job, or wait for its next materialization",
      place.description, state, entry.key_group));
}

}  // namespace savvy
