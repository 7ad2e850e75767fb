#include "format/handle_mapping.h"

#include <utility>

namespace savvy {
namespace {

StreamHandle map_stream(const StreamHandle& stream, StreamRole role, std::string_view local_path,
                        const StreamMapping& mapping) {
  if (is_null(stream)) return stream;
  if (const auto* nested = handle_as<NestedKeyGroupsHandle>(stream)) {
    NestedKeyGroupsHandle mapped = *nested;
    mapped.delegate = map_stream(nested->delegate, role, local_path, mapping);
    return Boxed<NestedKeyGroupsHandle>(std::move(mapped));
  }
  return mapping({role, local_path, stream});
}

void map_files(std::vector<LocalFile>& files, StreamRole role, const StreamMapping& mapping) {
  for (LocalFile& file : files) {
    file.handle = map_stream(file.handle, role, file.local_path, mapping);
  }
}

KeyedHandle map_handle(KeyGroupsHandle handle, const StreamMapping& mapping) {
  handle.delegate = map_stream(handle.delegate, StreamRole::kKeyGroups, {}, mapping);
  return Boxed<KeyGroupsHandle>(std::move(handle));
}

KeyedHandle map_handle(IncrementalHandle handle, const StreamMapping& mapping) {
  handle.meta = map_stream(handle.meta, StreamRole::kIncrementalMeta, {}, mapping);
  map_files(handle.shared_files, StreamRole::kSharedFile, mapping);
  map_files(handle.private_files, StreamRole::kPrivateFile, mapping);
  return Boxed<IncrementalHandle>(std::move(handle));
}

KeyedHandle map_handle(ChangelogHandle handle, const StreamMapping& mapping) {
  for (auto* parts : {&handle.materialized, &handle.non_materialized}) {
    for (KeyedHandle& part : *parts) part = map_streams(part, mapping);
  }
  return Boxed<ChangelogHandle>(std::move(handle));
}

KeyedHandle map_handle(ChangelogStreamHandle handle, const StreamMapping& mapping) {
  for (ChangelogSegment& segment : handle.segments) {
    segment.handle = map_stream(segment.handle, StreamRole::kChangelogSegment, {}, mapping);
  }
  return Boxed<ChangelogStreamHandle>(std::move(handle));
}

}  // namespace

KeyedHandle map_streams(const KeyedHandle& handle, const StreamMapping& mapping) {
  if (const auto* groups = handle_as<KeyGroupsHandle>(handle)) return map_handle(*groups, mapping);
  if (const auto* files = handle_as<IncrementalHandle>(handle)) return map_handle(*files, mapping);
  if (const auto* log = handle_as<ChangelogHandle>(handle)) return map_handle(*log, mapping);
  if (const auto* log = handle_as<ChangelogStreamHandle>(handle)) return map_handle(*log, mapping);
  return handle;  // nothing, or changes inline
}

KeyedHandle with_private_files(const KeyedHandle& handle) {
  if (const auto* files = handle_as<IncrementalHandle>(handle)) {
    IncrementalHandle own = *files;
    own.private_files.insert(own.private_files.begin(), own.shared_files.begin(),
                             own.shared_files.end());
    own.shared_files.clear();
    return Boxed<IncrementalHandle>(std::move(own));
  }
  if (const auto* log = handle_as<ChangelogHandle>(handle)) {
    ChangelogHandle own = *log;
    for (KeyedHandle& part : own.materialized) part = with_private_files(part);
    return Boxed<ChangelogHandle>(std::move(own));
  }
  return handle;
}

OperatorHandle map_streams(const OperatorHandle& handle, const StreamMapping& mapping) {
  OperatorHandle mapped = handle;
  mapped.delegate = map_stream(handle.delegate, StreamRole::kOperatorState, {}, mapping);
  mapped.directories.reset();
  return mapped;
}

ChannelHandle map_streams(const ChannelHandle& handle, const StreamMapping& mapping) {
  ChannelHandle mapped = handle;
  std::visit(
      [&](auto& channel) {
        channel.delegate = map_stream(channel.delegate, StreamRole::kChannelState, {}, mapping);
      },
      mapped);
  return mapped;
}

}  // namespace savvy
