#include "format/state_handles.h"

namespace savvy {
namespace {

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

void visit_files(const std::vector<LocalFile>& files, StreamRole role, const StreamVisitor& visit) {
  for (const LocalFile& file : files) visit({role, file.local_path, file.handle});
}

}  // namespace

const StreamHandle& innermost(const StreamHandle& handle) {
  const StreamHandle* inner = &handle;
  while (const auto* groups = handle_as<NestedKeyGroupsHandle>(*inner)) inner = &groups->delegate;
  return *inner;
}

const std::string* path_in(const StreamHandle& handle) {
  if (const auto* file = handle_as<FileHandle>(handle)) return &file->path;
  if (const auto* relative = handle_as<RelativeFileHandle>(handle)) return &relative->path;
  if (const auto* segment = handle_as<SegmentHandle>(handle)) return &segment->path;
  return nullptr;
}

std::optional<std::int64_t> recorded_size(const StreamHandle& handle) {
  using Size = std::optional<std::int64_t>;
  const auto known = [](std::int64_t size) { return size < 0 ? Size() : Size(size); };
  return std::visit(
      Overloaded{
          [](std::monostate) { return Size(); },
          [](const ByteStreamHandle& h) { return Size(static_cast<std::int64_t>(h.data.size())); },
          [&](const FileHandle& h) { return known(h.size_bytes); },
          [&](const RelativeFileHandle& h) { return known(h.size_bytes); },
          [&](const Boxed<SegmentHandle>& h) { return known(h->size_bytes); },
          [](const EmptySegmentHandle&) { return Size(0); },
          [](const Boxed<NestedKeyGroupsHandle>& h) {
            return recorded_size(innermost(h->delegate));
          },
      },
      handle);
}

std::optional<KeyGroupRange> key_group_range(const KeyedHandle& handle) {
  return std::visit(Overloaded{
                        [](std::monostate) { return std::optional<KeyGroupRange>(); },
                        [](const auto& h) { return std::optional(h->range); },
                    },
                    handle);
}

std::optional<KeyedCode> keyed_code(const KeyedHandle& handle) {
  return std::visit(Overloaded{
                        [](std::monostate) { return std::optional<KeyedCode>(); },
                        [](const Boxed<InMemoryChangelogHandle>&) {
                          return std::optional(KeyedCode::kInMemoryChangelog);
                        },
                        [](const auto& h) { return std::optional(h->code); },
                    },
                    handle);
}

void for_each_stream(const KeyedHandle& handle, const StreamVisitor& visit) {
  std::visit(Overloaded{
                 [](std::monostate) {},
                 [&](const Boxed<KeyGroupsHandle>& h) {
                   visit({StreamRole::kKeyGroups, {}, h->delegate});
                 },
                 [&](const Boxed<IncrementalHandle>& h) {
                   visit({StreamRole::kIncrementalMeta, {}, h->meta});
                   visit_files(h->shared_files, StreamRole::kSharedFile, visit);
                   visit_files(h->private_files, StreamRole::kPrivateFile, visit);
                 },
                 [&](const Boxed<ChangelogHandle>& h) {
                   for (const KeyedHandle& part : h->materialized) for_each_stream(part, visit);
                   for (const KeyedHandle& part : h->non_materialized) for_each_stream(part, visit);
                 },
                 [](const Boxed<InMemoryChangelogHandle>&) {},
                 [&](const Boxed<ChangelogStreamHandle>& h) {
                   for (const ChangelogSegment& segment : h->segments) {
                     visit({StreamRole::kChangelogSegment, {}, segment.handle});
                   }
                 },
             },
             handle);
}

void for_each_stream(const OperatorHandle& handle, const StreamVisitor& visit) {
  visit({StreamRole::kOperatorState, {}, handle.delegate});
}

void for_each_stream(const ChannelHandle& handle, const StreamVisitor& visit) {
  std::visit([&](const auto& h) { visit({StreamRole::kChannelState, {}, h.delegate}); }, handle);
}

}  // namespace savvy
