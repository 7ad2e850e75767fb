#include <fmt/format.h>

#include "format/detail/handle_codec.h"

namespace savvy::detail {
namespace {

// Written to disk, never change.
constexpr std::uint8_t kPartitionable = 4;
constexpr std::uint8_t kFileMerging = 17;

constexpr std::size_t kMinStateEntryBytes = 7;  // empty name, mode, no offsets

OperatorStateEntry decode_state_entry(ByteReader& in) {
  OperatorStateEntry entry;
  entry.name = in.utf("operator state name");
  const std::uint64_t mode_at = in.offset();
  const std::int8_t mode = in.i8("distribution mode");
  if (mode < 0 || mode > 2) {
    in.fail_at(mode_at, fmt::format("distribution mode = {} of operator state {:?} is none of "
                                    "0 (split), 1 (union), 2 (broadcast)",
                                    mode, entry.name));
  }
  entry.mode = static_cast<DistributionMode>(mode);
  entry.offsets = decode_offsets(in, in.count(sizeof(std::int64_t), "offset count"));
  return entry;
}

void encode_state_entry(const OperatorStateEntry& entry, ByteWriter& out) {
  out.utf(entry.name);
  out.i8(static_cast<std::int8_t>(entry.mode));
  out.count(entry.offsets.size());
  encode_offsets(entry.offsets, out);
}

FileMergingDirectories decode_directories(ByteReader& in) {
  FileMergingDirectories directories;
  directories.task_owned = decode_path(in, "task-owned directory");
  directories.shared = decode_path(in, "shared directory");
  directories.empty = in.u8("empty flag");
  return directories;
}

void encode_directories(const FileMergingDirectories& directories, ByteWriter& out) {
  out.utf(directories.task_owned);
  out.utf(directories.shared);
  out.u8(directories.empty);
}

OperatorHandle decode_operator_handle(ByteReader& in, const Layout& layout) {
  const std::uint64_t code_at = in.offset();
  const std::uint8_t code = in.u8("operator handle code");
  if (code == 0) in.fail_at(code_at, "operator handle is null (code 0) behind a flag other than 0");
  const bool merging = code == kFileMerging && layout.dialect == MetadataDialect::kCurrent;
  if (code != kPartitionable && !merging) {
    fail_unknown_code(in, code_at, "operator handle", static_cast<std::int8_t>(code),
                      "0, 4 and 17");
  }
  OperatorHandle handle;
  handle.states =
      decode_list<OperatorStateEntry>(in, kMinStateEntryBytes, "operator state count",
                                      [&in](std::size_t) { return decode_state_entry(in); });
  if (merging) handle.directories = decode_directories(in);
  const std::uint64_t delegate_at = in.offset();
  handle.delegate = decode_delegate(in, layout, 0);
  if (merging && handle_as<SegmentHandle>(handle.delegate) == nullptr &&
      handle_as<EmptySegmentHandle>(handle.delegate) == nullptr) {
    in.fail_at(delegate_at, "operator handle code 17 names a stream that is no segment (15 or 16)");
  }
  return handle;
}

void encode_operator_handle(const OperatorHandle& handle, ByteWriter& out) {
  out.u8(handle.directories ? kFileMerging : kPartitionable);
  out.count(handle.states.size());
  for (const OperatorStateEntry& entry : handle.states) encode_state_entry(entry, out);
  if (handle.directories) encode_directories(*handle.directories, out);
  encode_stream_handle(handle.delegate, out);
}

}  // namespace

Boxed<OperatorHandle> decode_optional_operator_handle(ByteReader& in, const Layout& layout) {
  const std::int32_t flag = in.i32("presence flag");
  if (flag == 0) return {};
  Boxed<OperatorHandle> handle(decode_operator_handle(in, layout));
  handle->presence_flag = flag;
  return handle;
}

void encode_optional_operator_handle(const Boxed<OperatorHandle>& handle, ByteWriter& out) {
  if (!handle) {
    out.i32(0);
    return;
  }
  out.i32(handle->presence_flag == 0 ? 1 : handle->presence_flag);
  encode_operator_handle(*handle, out);
}

}  // namespace savvy::detail
