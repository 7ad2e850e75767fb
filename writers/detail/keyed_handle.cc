#include "writers/detail/keyed_handle.h"

#include <fmt/format.h>

#include <utility>

#include "format/derived_id.h"

namespace savvy {

RelativeFileHandle relative_handle(const OutputFile& file) {
  return {std::string(file.name()), static_cast<std::int64_t>(file.size())};
}

KeyGroupsHandle finish_key_groups(OutputFile& file, KeyedCode code, KeyGroupRange range,
                                  std::vector<std::int64_t> offsets) {
  file.finish();
  KeyGroupsHandle handle;
  handle.code = code;
  handle.range = range;
  handle.offsets = std::move(offsets);
  handle.delegate = relative_handle(file);
  if (code == KeyedCode::kKeyGroupsV2) {
    handle.handle_id = derived_id(
        fmt::format("{} {} {}", file.name(), file.size(), fmt::join(handle.offsets, " ")));
  }
  return handle;
}

}  // namespace savvy
