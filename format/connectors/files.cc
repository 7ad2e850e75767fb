// The file source, and the source of numbers that Flink brings for tests.
//
// Bytes   number split 1: utf id | i64 next | i64 last; enumerator 1: i32 n, n x split
//         file split 1: utf id | path | i64 offset | i64 length | i64 modification time | i64 file
//         size | i32 n, n x utf host | bool [i64 reader offset | i64 records to skip]
//         path: bool | scheme, user, host: each bool [utf] | i32 port | path, query, fragment
//         pending splits 1, little-endian: i32 DEADBEEF | i32 split version | i32 n | i32 paths |
//         n x (i32 size, split) | paths x (i32 size, UTF-8)
// Source  NumberSequenceSource, FileSourceSplitSerializer, PendingSplitsCheckpointSerializer

#include <algorithm>
#include <string>

#include "format/connectors/layouts.h"
#include "format/modified_utf8.h"

namespace savvy {
namespace {

constexpr std::uint32_t kPendingSplitsMagic = 0xDEADBEEF;

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() < 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint32_t little_endian(ByteReader& in, std::string_view field) {
  return __builtin_bswap32(static_cast<std::uint32_t>(in.i32(field)));
}

// A size that fits into what is left.
std::size_t little_endian_size(ByteReader& in, std::string_view field) {
  return in.checked_count(little_endian(in, field), 1, field);
}

bool flag(ByteReader& in, std::string_view field) {
  const std::uint8_t value = in.u8(field);
  expect_plausible(in, value <= 1, field);
  return value == 1;
}

void put_long(ByteReader& in, ValueSink& sink, std::string_view name) {
  const std::int64_t value = in.i64(name);
  expect_plausible(in, value >= 0, name);
  sink.field(name);
  sink.int64(value);
}

}  // namespace

void parse_number_split(ByteReader& in, ValueSink& sink) {
  const std::string id = in.utf("split id");
  expect_plausible(in, is_digits(id), "split id");
  sink.field("split_id");
  sink.string(id);
  sink.field("next");
  sink.int64(in.i64("next number"));
  sink.field("last");
  sink.int64(in.i64("last number"));
}

void parse_number_enumerator(ByteReader& in, ValueSink& sink) {
  constexpr std::size_t kLeastSplitBytes = 2 + 1 + 16;
  const std::size_t size = in.count(kLeastSplitBytes, "splits");
  expect_plausible(in, size > 0, "splits");
  sink.field("splits");
  sink.begin_array();
  for (std::size_t i = 0; i < size; ++i) {
    sink.begin_object();
    parse_number_split(in, sink);
    sink.end_object();
  }
  sink.end_array();
}

namespace {

std::string optional_text(ByteReader& in, std::string_view field) {
  return flag(in, field) ? in.utf(field) : std::string();
}

void emit_path(ByteReader& in, ValueSink& sink) {
  expect_plausible(in, flag(in, "path"), "path");
  const std::string scheme = optional_text(in, "scheme");
  const std::string user = optional_text(in, "user");
  const std::string host = optional_text(in, "host");
  const std::int32_t port = in.i32("port");
  const std::string path = optional_text(in, "path");
  expect_plausible(in, port >= -1 && !path.empty(), "path");
  optional_text(in, "query");
  optional_text(in, "fragment");
  std::string text = scheme.empty() ? "" : scheme + ":";
  if (!host.empty()) text += "//" + (user.empty() ? "" : user + "@") + host;
  if (!host.empty() && port >= 0) text += ":" + std::to_string(port);
  sink.field("path");
  sink.string(text + path);
}

}  // namespace

void parse_file_split(ByteReader& in, ValueSink& sink) {
  sink.field("split_id");
  sink.string(in.utf("split id"));
  emit_path(in, sink);
  put_long(in, sink, "offset");
  put_long(in, sink, "length");
  put_long(in, sink, "modification_time");
  put_long(in, sink, "file_size");
  sink.field("hosts");
  sink.begin_array();
  const std::size_t hosts = in.count(2, "hosts");
  for (std::size_t i = 0; i < hosts; ++i) sink.string(in.utf("host"));
  sink.end_array();
  if (!flag(in, "reader position")) return;
  sink.field("reader_offset");
  sink.int64(in.i64("reader offset"));
  sink.field("records_to_skip");
  sink.int64(in.i64("records to skip"));
}

void parse_pending_file_splits(ByteReader& in, ValueSink& sink) {
  expect_plausible(in, little_endian(in, "magic number") == kPendingSplitsMagic, "magic number");
  const std::uint32_t version = little_endian(in, "split version");
  const std::size_t splits = little_endian_size(in, "splits");
  const std::size_t paths = little_endian_size(in, "paths");
  sink.field("splits");
  sink.begin_array();
  for (std::size_t i = 0; i < splits; ++i) {
    const Bytes split = in.take(little_endian_size(in, "split size"), "split");
    emit_by_shape(split_layouts(), static_cast<std::int32_t>(version), split, "split", sink);
  }
  sink.end_array();
  sink.field("processed_paths");
  sink.begin_array();
  for (std::size_t i = 0; i < paths; ++i) {
    const Bytes path = in.take(little_endian_size(in, "path size"), "path");
    const std::string text(path.begin(), path.end());
    expect_plausible(in, is_utf8(text), "path");
    sink.string(text);
  }
  sink.end_array();
}

}  // namespace savvy
