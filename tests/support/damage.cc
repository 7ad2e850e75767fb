#include "tests/support/damage.h"

#include <fstream>

#include "format/key_groups.h"
#include "format/metadata.h"
#include "readers/keyed_stream.h"
#include "readers/local_storage.h"
#include "readers/snapshot.h"
#include "tests/support/files.h"

namespace savvy::testing {
namespace {

namespace fs = std::filesystem;

void add_key_groups(const Snapshot& snapshot, const OperatorState& op, const Subtask& subtask,
                    std::vector<StoredKeyGroup>& found) {
  const auto* keyed = handle_as<KeyGroupsHandle>(subtask.managed_keyed_state);
  if (keyed == nullptr) return;
  const KeyedStream stream(snapshot.open(keyed->delegate), *keyed,
                           key_group_prefix_bytes(op.max_parallelism), make_serializer_registry());
  for (const KeyGroupSection& section : stream.sections()) {
    if (section.size_bytes == 0) continue;
    found.push_back({to_hex(op.id), subtask.index, section.key_group,
                     handle_as<RelativeFileHandle>(keyed->delegate)->path, section.offset});
  }
}

void make_absolute(StreamHandle& handle, const std::string& folder_uri) {
  const auto* relative = handle_as<RelativeFileHandle>(handle);
  if (relative != nullptr)
    handle = FileHandle{relative->size_bytes, folder_uri + "/" + relative->path};
}

}  // namespace

std::vector<StoredKeyGroup> stored_key_groups(const fs::path& snapshot,
                                              const std::string& operator_uid) {
  const LocalStorage storage;
  const Snapshot opened(snapshot.string(), {}, storage);
  std::vector<StoredKeyGroup> found;
  for (const OperatorState& op : opened.metadata().operators) {
    if (op.id != operator_id_of_uid(operator_uid)) continue;
    for (const Subtask& subtask : op.subtasks) add_key_groups(opened, op, subtask, found);
  }
  return found;
}

void copy_snapshot(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  fs::copy(from, to, fs::copy_options::recursive);
}

void overwrite(const fs::path& file, std::uint64_t offset, const std::string& bytes) {
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(offset));
  out << bytes;
}

void make_absolute(const fs::path& snapshot, const std::string& folder_uri) {
  const fs::path file = snapshot / "_metadata";
  const ByteVector bytes = read_file(file);
  ByteReader in(bytes, file.string());
  Metadata metadata = decode_metadata(in);
  for (OperatorState& op : metadata.operators) {
    for (Subtask& subtask : op.subtasks) {
      if (subtask.managed_operator_state) {
        make_absolute(subtask.managed_operator_state->delegate, folder_uri);
      }
      if (auto* keyed = std::get_if<Boxed<KeyGroupsHandle>>(&subtask.managed_keyed_state)) {
        make_absolute((*keyed)->delegate, folder_uri);
      }
    }
  }
  const ByteVector rewritten = encode_metadata(metadata);
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(rewritten.data()),
             static_cast<std::streamsize>(rewritten.size()));
}

}  // namespace savvy::testing
