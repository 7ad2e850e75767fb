#include "format/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "format/byte_writer.h"
#include "format/checkpoint_properties.h"
#include "format/detail/handle_codec.h"
#include "format/errors.h"

namespace savvy {
namespace {

using detail::Layout;

constexpr std::uint32_t kMasterStateMagic = 0xC96B1696;  // written to disk, never change

constexpr std::size_t kMinMasterStateBytes = 18;  // empty name, no payload
constexpr std::size_t kMinOperatorBytes = 29;     // version 3, no subtasks

// Header -----------------------------------------------------------------------------------------

[[noreturn]] void refuse_version(const ByteReader& in, std::int32_t version) {
  std::string why;
  if (version == 0) {
    why = "metadata version 0 (Flink 1.1) is not supported: it holds Java objects";
  } else if (version == 1) {
    why =
        "metadata version 1 (Flink 1.2) is refused, as current Flink refuses it; restore it in "
        "Flink 1.3 and take a savepoint there, which writes version 2";
  } else if (version == 7) {
    why = "metadata version 7 is not supported: it is a proposal (FLIP-600) for a later Flink";
  } else {
    why = fmt::format("metadata version {} is unknown", version);
  }
  throw UnsupportedError(fmt::format("{}: {} (versions {} to {} are read)", in.describe_position(),
                                     why, kOldestMetadataVersion, kNewestMetadataVersion));
}

std::int32_t decode_header(ByteReader& in) {
  const std::uint64_t start = in.offset();
  const std::int32_t magic = in.i32("magic number");
  if (magic != kMetadataMagic) {
    in.fail_at(start, fmt::format("magic number is {:#010x}, not {:#010x}: this is no metadata of "
                                  "a Flink checkpoint or savepoint",
                                  static_cast<std::uint32_t>(magic), kMetadataMagic));
  }
  const ByteReader at_version = in;
  const std::int32_t version = in.i32("metadata version");
  if (version < kOldestMetadataVersion || version > kNewestMetadataVersion) {
    refuse_version(at_version, version);
  }
  return version;
}

void encode_header(std::int32_t version, ByteWriter& out) {
  if (version < kOldestMetadataVersion || version > kNewestMetadataVersion) {
    throw UnsupportedError(fmt::format("metadata version {} cannot be written ({} to {} can)",
                                       version, kOldestMetadataVersion, kNewestMetadataVersion));
  }
  out.i32(kMetadataMagic);
  out.i32(version);
}

// Master states ----------------------------------------------------------------------------------

MasterState decode_master_state(ByteReader& in) {
  const std::uint64_t start = in.offset();
  const auto magic = static_cast<std::uint32_t>(in.i32("master state magic number"));
  if (magic != kMasterStateMagic) {
    in.fail_at(start, fmt::format("master state magic number is {:#010x}, not {:#010x}", magic,
                                  kMasterStateMagic));
  }
  ByteReader inner = in.sub(in.count(1, "master state length"), "master state");
  MasterState state;
  state.version = inner.i32("master state version");
  state.name = inner.utf("master state name");
  const Bytes payload = inner.blob("master state payload");
  state.payload.assign(payload.begin(), payload.end());
  inner.expect_end("the master state");
  return state;
}

void encode_master_state(const MasterState& state, ByteWriter& out) {
  ByteWriter inner;
  inner.i32(state.version);
  inner.utf(state.name);
  inner.blob(state.payload);
  out.i32(static_cast<std::int32_t>(kMasterStateMagic));
  out.blob(inner.bytes());
}

// Body -------------------------------------------------------------------------------------------

std::int64_t decode_checkpoint_id(ByteReader& in) {
  const std::uint64_t start = in.offset();
  const std::int64_t id = in.i64("checkpoint id");
  if (id < 0) in.fail_at(start, fmt::format("checkpoint id = {} is negative", id));
  return id;
}

ByteVector decode_properties(ByteReader& in, DamagedProperties damaged) {
  Within place(in, "checkpoint properties");
  ByteReader rest = in.sub(static_cast<std::size_t>(in.remaining()), "checkpoint properties");
  if (damaged == DamagedProperties::kThrow) {
    ByteReader ahead = rest;
    decode_checkpoint_properties(ahead);
  }
  const Bytes stored = rest.rest("checkpoint properties");
  return {stored.begin(), stored.end()};
}

Metadata decode_body(ByteReader& in, const Layout& layout, DamagedProperties damaged) {
  Metadata metadata;
  metadata.version = layout.version;
  metadata.dialect = layout.dialect;
  metadata.checkpoint_id = decode_checkpoint_id(in);
  metadata.master_states = detail::decode_list<MasterState>(
      in, kMinMasterStateBytes, "master state count", [&in](std::size_t i) {
        Within place(in, "master state", static_cast<std::int64_t>(i));
        return decode_master_state(in);
      });
  metadata.operators = detail::decode_list<OperatorState>(
      in, kMinOperatorBytes, "operator count", [&](std::size_t i) {
        Within place(in, "operator", static_cast<std::int64_t>(i));
        return detail::decode_operator_state(in, layout);
      });
  if (layout.has_properties()) metadata.properties = decode_properties(in, damaged);
  in.expect_end("the metadata (Flink ignores them)");
  return metadata;
}

// The file does not tell its dialect: the first one in which it makes sense is the one.
std::optional<Metadata> try_decode_body(ByteReader in, const Layout& layout) {
  try {
    return decode_body(in, layout, DamagedProperties::kThrow);
  } catch (const FormatError&) {
    return std::nullopt;
  }
}

Metadata decode_version_3(ByteReader& in) {
  const ByteReader body = in.sub(static_cast<std::size_t>(in.remaining()), "metadata");
  for (const auto dialect :
       {MetadataDialect::kCurrent, MetadataDialect::kFlink111, MetadataDialect::kFlink114}) {
    if (auto metadata = try_decode_body(body, {3, dialect})) return *std::move(metadata);
  }
  ByteReader for_its_error = body;
  return decode_body(for_its_error, {3, MetadataDialect::kCurrent}, DamagedProperties::kThrow);
}

}  // namespace

std::vector<const Subtask*> unfinished_subtasks(const OperatorState& op) {
  std::vector<const Subtask*> subtasks;
  for (const Subtask& subtask : op.subtasks) {
    if (!subtask.finished) subtasks.push_back(&subtask);
  }
  std::stable_sort(subtasks.begin(), subtasks.end(),
                   [](const Subtask* a, const Subtask* b) { return a->index < b->index; });
  return subtasks;
}

std::string operator_label(const OperatorState& op) {
  if (!op.uid.empty()) return op.uid;
  return op.name.empty() ? to_hex(op.id) : op.name;
}

Metadata decode_metadata(ByteReader& in, DamagedProperties damaged_properties) {
  const std::int32_t version = decode_header(in);
  if (version == 3) return decode_version_3(in);
  return decode_body(in, {version, MetadataDialect::kCurrent}, damaged_properties);
}

ByteVector encode_metadata(const Metadata& metadata) {
  const bool has_dialects = metadata.version == 3;
  const Layout layout = {metadata.version,
                         has_dialects ? metadata.dialect : MetadataDialect::kCurrent};
  ByteWriter out;
  encode_header(metadata.version, out);
  out.i64(metadata.checkpoint_id);
  out.count(metadata.master_states.size());
  for (const MasterState& state : metadata.master_states) encode_master_state(state, out);
  out.count(metadata.operators.size());
  for (const OperatorState& state : metadata.operators) {
    detail::encode_operator_state(state, layout, out);
  }
  if (layout.has_properties()) {
    out.raw(metadata.properties.empty() ? encode_checkpoint_properties({}) : metadata.properties);
  }
  return out.take();
}

}  // namespace savvy
