#include "tests/bench/checkpoint_folder.h"

#include <fmt/format.h>

#include <utility>

#include "tests/support/folder_output.h"

namespace savvy::bench {

namespace fs = std::filesystem;

void write_metadata(const fs::path& folder, std::vector<OperatorState> operators) {
  Metadata metadata;
  metadata.checkpoint_id = 1;
  metadata.operators = std::move(operators);
  testing::PlainOutputFile file("_metadata", folder / "_metadata");
  file.append(encode_metadata(metadata));
  file.finish();
}

IncrementalHandle checkpoint_handle(const fs::path& folder, const std::string& name,
                                    const KeyedMetaBlock& meta, KeyGroupRange range) {
  ByteWriter bytes;
  encode_keyed_meta_block(meta, bytes);
  testing::PlainOutputFile file("meta", folder / name / "meta");
  file.append(bytes.bytes());
  file.finish();
  IncrementalHandle handle;
  handle.range = range;
  handle.checkpoint_id = 1;
  handle.backend_id = fmt::format("00000000-0000-0000-0000-{:012}", range.first);
  handle.handle_id = handle.backend_id;
  handle.checkpointed_size_bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder / name)) {
    const std::string local = entry.path().filename().string();
    const auto size = static_cast<std::int64_t>(entry.file_size());
    handle.checkpointed_size_bytes += size;
    const RelativeFileHandle stored{fmt::format("{}/{}", name, local), size};
    if (local == "meta") {
      handle.meta = stored;
    } else {
      const bool sst = entry.path().extension() == ".sst";
      (sst ? handle.shared_files : handle.private_files).push_back({local, stored});
    }
  }
  return handle;
}

}  // namespace savvy::bench
