// Entries in a fixed order: by state, then by composite key as unsigned bytes.
//
// Stored order differs between backends and runs (the heap backend writes hash-map order). Sorting
// makes the entries of equal state equal. Up to a budget in memory; beyond it sorted runs go to a
// temporary file and are merged.
//
// Values  every entry keeps its key group, which has a part in the order only where it is asked for
// Errors  those of the input; IoError if the temporary file cannot be written
// Lives   the input outlives the sorter, which reads all of it in load() or on the first call of
//         next()
// Memory  at most the budget, but for an entry that alone exceeds it; sorters that end leave theirs
//         to later ones, until the process ends

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "format/byte_reader.h"
#include "format/file_source.h"
#include "format/keyed_entry.h"
#include "readers/temp_file.h"

namespace savvy {

struct SortMemory {
  std::size_t budget_bytes;
  std::string temp_directory;
};

enum class EntryOrder {
  kByKey,          // entries of one key stay in the order of the input
  kByKeyAndValue,  // for elements of lists, which may repeat
  kKeyGroupFirst,  // key group by key group, as layouts store them
};

class EntrySorter final : public KeyedEntrySource {
 public:
  // `state_ranks`: the place of each state, by state id.
  EntrySorter(KeyedEntrySource& input, std::vector<std::size_t> state_ranks, SortMemory memory,
              EntryOrder order = EntryOrder::kByKey);
  // For entries that are given with add().
  EntrySorter(std::vector<std::size_t> state_ranks, SortMemory memory, EntryOrder order);
  ~EntrySorter() override { give_back_buffers(); }
  EntrySorter(const EntrySorter&) = delete;
  EntrySorter& operator=(const EntrySorter&) = delete;

  // Copies an entry; all come before load() and next().
  void add(const KeyedEntry& entry);

  // Reads what there is of an input, and sorts, now.
  void load();
  // The state of the first entry of the loaded input that is undivided, if one is.
  std::optional<std::size_t> undivided_state() const { return undivided_state_; }

  bool next(KeyedEntry& entry) override;

 private:
  // Where an entry lies in the arena: its key, then its value.
  struct Record {
    std::size_t state;
    std::size_t offset;
    std::size_t key_size;
    std::size_t value_size;
    std::int32_t key_group;
    bool undivided;
    EntryIssue issue;
  };
  // The entries that are in memory.
  struct Buffers {
    ByteVector arena;
    std::vector<Record> records;
  };
  struct Spares {
    std::mutex mutex;
    std::vector<Buffers> buffers;
  };
  // A sorted stretch of the temporary file, read from its start.
  struct Run {
    std::unique_ptr<FileSource> source;
    std::unique_ptr<ByteReader> in;
    KeyedEntry entry;
    std::size_t number = 0;
  };

  static Spares& spares();
  void make_room(std::size_t entry_bytes);
  void reserve_budget();
  void give_back_buffers();
  void sort_records();
  void spill();
  void open_runs();
  static bool advance(Run& run);
  bool next_in_memory(KeyedEntry& entry);
  bool next_merged(KeyedEntry& entry);
  bool before(const KeyedEntry& a, const KeyedEntry& b) const;
  bool run_before(const Run& a, const Run& b) const;
  KeyedEntry entry_of(const Record& record) const;

  KeyedEntrySource* input_;
  std::vector<std::size_t> state_ranks_;
  SortMemory memory_;
  EntryOrder order_;
  bool loaded_ = false;
  std::optional<std::size_t> undivided_state_;
  Buffers held_;
  std::size_t next_record_ = 0;
  std::unique_ptr<TempFile> file_;
  std::vector<std::uint64_t> run_ends_;
  std::vector<Run> runs_;  // a heap, the smallest entry in front
  bool front_is_used_ = false;
};

}  // namespace savvy
