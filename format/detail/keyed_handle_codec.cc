#include <fmt/format.h>

#include "format/detail/handle_codec.h"

namespace savvy::detail {
namespace {

constexpr std::size_t kMinFileBytes = 3;     // empty local path, code 16
constexpr std::size_t kMinChangeBytes = 8;   // key group, no bytes
constexpr std::size_t kMinSegmentBytes = 9;  // offset, code 16
constexpr std::size_t kMinKeyedBytes = 1;    // code 0

// Codes 3, 7, 12 ---------------------------------------------------------------------------------

KeyGroupsHandle decode_key_groups(ByteReader& in, const Layout& layout, KeyedCode code) {
  KeyGroupsHandle handle;
  handle.code = code;
  handle.range = decode_range(in, sizeof(std::int64_t));
  handle.offsets = decode_offsets(in, static_cast<std::size_t>(handle.range.count));
  handle.delegate = decode_delegate(in, layout, 0);
  if (code == KeyedCode::kKeyGroupsV2) handle.handle_id = in.utf("handle id");
  return handle;
}

void encode(const KeyGroupsHandle& handle, const Layout&, ByteWriter& out) {
  encode_range(handle.range, out);
  encode_offsets(handle.offsets, out);
  encode_stream_handle(handle.delegate, out);
  if (handle.code == KeyedCode::kKeyGroupsV2) out.utf(handle.handle_id);
}

// Codes 5, 11 ------------------------------------------------------------------------------------

std::vector<LocalFile> decode_files(ByteReader& in, const Layout& layout, std::string_view what,
                                    std::string_view count_field) {
  return decode_list<LocalFile>(in, kMinFileBytes, count_field, [&](std::size_t i) {
    Within place(in, what, static_cast<std::int64_t>(i));
    LocalFile file;
    file.local_path = in.utf("local path");
    file.handle = decode_delegate(in, layout, 0);
    return file;
  });
}

void encode_files(const std::vector<LocalFile>& files, ByteWriter& out) {
  out.count(files.size());
  for (const LocalFile& file : files) {
    out.utf(file.local_path);
    encode_stream_handle(file.handle, out);
  }
}

IncrementalHandle decode_incremental(ByteReader& in, const Layout& layout, KeyedCode code) {
  IncrementalHandle handle;
  handle.code = code;
  handle.checkpoint_id = in.i64("checkpoint id");
  handle.backend_id = in.utf("backend id");
  handle.range = decode_range(in);
  if (code == KeyedCode::kIncrementalV2) {
    handle.checkpointed_size_bytes = in.i64("checkpointed size");
  }
  handle.meta = decode_stream_handle(in, layout, 0);
  handle.shared_files = decode_files(in, layout, "shared file", "shared file count");
  handle.private_files = decode_files(in, layout, "private file", "private file count");
  if (code == KeyedCode::kIncrementalV2) handle.handle_id = in.utf("handle id");
  return handle;
}

void encode(const IncrementalHandle& handle, const Layout&, ByteWriter& out) {
  out.i64(handle.checkpoint_id);
  out.utf(handle.backend_id);
  encode_range(handle.range, out);
  if (handle.code == KeyedCode::kIncrementalV2) out.i64(handle.checkpointed_size_bytes);
  encode_stream_handle(handle.meta, out);
  encode_files(handle.shared_files, out);
  encode_files(handle.private_files, out);
  if (handle.code == KeyedCode::kIncrementalV2) out.utf(handle.handle_id);
}

// Codes 8, 14 ------------------------------------------------------------------------------------

KeyedHandle decode_changes_part(ByteReader& in, const Layout& layout, int nesting) {
  const std::uint64_t start = in.offset();
  KeyedHandle handle = decode_keyed_handle(in, layout, nesting);
  if (handle_as<InMemoryChangelogHandle>(handle) == nullptr &&
      handle_as<ChangelogStreamHandle>(handle) == nullptr) {
    in.fail_at(start, "a non-materialized part of a changelog holds no changes (code 9, 10 or 13)");
  }
  return handle;
}

void decode_changelog_parts(ByteReader& in, const Layout& layout, int nesting,
                            ChangelogHandle& handle) {
  handle.materialized =
      decode_list<KeyedHandle>(in, kMinKeyedBytes, "materialized count", [&](std::size_t i) {
        Within place(in, "materialized", static_cast<std::int64_t>(i));
        return decode_keyed_handle(in, layout, nesting + 1);
      });
  handle.non_materialized =
      decode_list<KeyedHandle>(in, kMinKeyedBytes, "non-materialized count", [&](std::size_t i) {
        Within place(in, "non-materialized", static_cast<std::int64_t>(i));
        return decode_changes_part(in, layout, nesting + 1);
      });
}

ChangelogHandle decode_changelog(ByteReader& in, const Layout& layout, KeyedCode code,
                                 int nesting) {
  check_nesting(in, nesting);
  ChangelogHandle handle;
  handle.code = code;
  const std::uint64_t start = in.offset();
  handle.range = decode_range(in);
  if (handle.range.empty()) in.fail_at(start, "the key-group range of a changelog is empty");
  if (layout.has_final_changelog()) handle.checkpointed_size_bytes = in.i64("checkpointed size");
  decode_changelog_parts(in, layout, nesting, handle);
  if (!layout.has_final_changelog()) return handle;
  handle.materialization_id = in.i64("materialization id");
  handle.checkpoint_id =
      code == KeyedCode::kChangelogV2 ? in.i64("checkpoint id") : handle.materialization_id;
  handle.handle_id = in.utf("handle id");
  return handle;
}

void encode(const ChangelogHandle& handle, const Layout& layout, ByteWriter& out) {
  encode_range(handle.range, out);
  if (layout.has_final_changelog()) out.i64(handle.checkpointed_size_bytes);
  out.count(handle.materialized.size());
  for (const KeyedHandle& part : handle.materialized) encode_keyed_handle(part, layout, out);
  out.count(handle.non_materialized.size());
  for (const KeyedHandle& part : handle.non_materialized) encode_keyed_handle(part, layout, out);
  if (!layout.has_final_changelog()) return;
  out.i64(handle.materialization_id);
  if (handle.code == KeyedCode::kChangelogV2) out.i64(handle.checkpoint_id);
  out.utf(handle.handle_id);
}

// Code 9 -----------------------------------------------------------------------------------------

std::int64_t decode_sequence_number(ByteReader& in, std::string_view field) {
  const std::uint64_t start = in.offset();
  const std::int64_t number = in.i64(field);
  if (number < 0) in.fail_at(start, fmt::format("{} = {} is negative", field, number));
  return number;
}

StateChange decode_change(ByteReader& in) {
  StateChange change;
  const std::uint64_t start = in.offset();
  change.key_group = in.i32("key group");
  if (change.key_group < -1) {
    in.fail_at(start, fmt::format("key group = {} of a state change is less than -1 (meta data)",
                                  change.key_group));
  }
  const Bytes data = in.blob("state change");
  change.data.assign(data.begin(), data.end());
  return change;
}

InMemoryChangelogHandle decode_in_memory_changelog(ByteReader& in, const Layout& layout) {
  InMemoryChangelogHandle handle;
  handle.range = decode_range(in);
  handle.from = decode_sequence_number(in, "first sequence number");
  handle.to = decode_sequence_number(in, "last sequence number");
  handle.changes =
      decode_list<StateChange>(in, kMinChangeBytes, "state change count", [&in](std::size_t i) {
        Within place(in, "state change", static_cast<std::int64_t>(i));
        return decode_change(in);
      });
  if (layout.has_final_changelog()) handle.handle_id = in.utf("handle id");
  return handle;
}

void encode(const InMemoryChangelogHandle& handle, const Layout& layout, ByteWriter& out) {
  encode_range(handle.range, out);
  out.i64(handle.from);
  out.i64(handle.to);
  out.count(handle.changes.size());
  for (const StateChange& change : handle.changes) {
    out.i32(change.key_group);
    out.blob(change.data);
  }
  if (layout.has_final_changelog()) out.utf(handle.handle_id);
}

// Codes 10, 13 -----------------------------------------------------------------------------------

ChangelogStreamHandle decode_changelog_stream(ByteReader& in, const Layout& layout,
                                              KeyedCode code) {
  ChangelogStreamHandle handle;
  handle.code = code;
  handle.range = decode_range(in);
  handle.segments =
      decode_list<ChangelogSegment>(in, kMinSegmentBytes, "segment count", [&](std::size_t i) {
        Within place(in, "changelog segment", static_cast<std::int64_t>(i));
        ChangelogSegment segment;
        segment.offset = in.i64("segment offset");
        segment.handle = decode_delegate(in, layout, 0);
        return segment;
      });
  handle.size_bytes = in.i64("changelog size");
  if (!layout.has_final_changelog()) return handle;
  handle.checkpointed_size_bytes = in.i64("checkpointed size");
  handle.handle_id = in.utf("handle id");
  if (code == KeyedCode::kChangelogStreamV2) {
    handle.storage_identifier = in.utf("storage identifier");
  }
  return handle;
}

void encode(const ChangelogStreamHandle& handle, const Layout& layout, ByteWriter& out) {
  encode_range(handle.range, out);
  out.count(handle.segments.size());
  for (const ChangelogSegment& segment : handle.segments) {
    out.i64(segment.offset);
    encode_stream_handle(segment.handle, out);
  }
  out.i64(handle.size_bytes);
  if (!layout.has_final_changelog()) return;
  out.i64(handle.checkpointed_size_bytes);
  out.utf(handle.handle_id);
  if (handle.code == KeyedCode::kChangelogStreamV2) out.utf(handle.storage_identifier);
}

// ------------------------------------------------------------------------------------------------

void encode(std::monostate, const Layout&, ByteWriter&) {}

template <typename T>
void encode(const Boxed<T>& handle, const Layout& layout, ByteWriter& out) {
  encode(*handle, layout, out);
}

bool is_known(std::uint8_t code, const Layout& layout) {
  // The dialects are those of one release: a later code shows that the guess was wrong.
  if (layout.dialect == MetadataDialect::kFlink111) return code <= 5;
  if (layout.dialect == MetadataDialect::kFlink114) return code <= 10;
  return true;
}

}  // namespace

KeyedHandle decode_keyed_handle(ByteReader& in, const Layout& layout, int nesting) {
  const std::uint64_t start = in.offset();
  const std::uint8_t byte = in.u8("keyed handle code");
  if (byte == 0) return std::monostate();
  const auto code = static_cast<KeyedCode>(byte);
  if (is_known(byte, layout)) {
    switch (code) {
      case KeyedCode::kKeyGroups:
      case KeyedCode::kSavepointKeyGroups:
      case KeyedCode::kKeyGroupsV2:
        return Boxed(decode_key_groups(in, layout, code));
      case KeyedCode::kIncremental:
      case KeyedCode::kIncrementalV2:
        return Boxed(decode_incremental(in, layout, code));
      case KeyedCode::kChangelog:
      case KeyedCode::kChangelogV2:
        return Boxed(decode_changelog(in, layout, code, nesting));
      case KeyedCode::kInMemoryChangelog:
        return Boxed(decode_in_memory_changelog(in, layout));
      case KeyedCode::kChangelogStream:
      case KeyedCode::kChangelogStreamV2:
        return Boxed(decode_changelog_stream(in, layout, code));
    }
  }
  fail_unknown_code(in, start, "keyed handle", static_cast<std::int8_t>(byte),
                    "0, 3, 5 and 7 to 14");
}

void encode_keyed_handle(const KeyedHandle& handle, const Layout& layout, ByteWriter& out) {
  const std::optional<KeyedCode> code = keyed_code(handle);
  out.u8(code ? static_cast<std::uint8_t>(*code) : 0);
  std::visit([&](const auto& h) { encode(h, layout, out); }, handle);
}

}  // namespace savvy::detail
