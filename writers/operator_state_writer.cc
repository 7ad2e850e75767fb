#include "writers/operator_state_writer.h"

#include <fmt/format.h>

#include <cassert>

#include "format/byte_writer.h"
#include "format/errors.h"
#include "writers/detail/keyed_handle.h"
#include "writers/detail/section_output.h"

namespace savvy {
namespace {

// Names that are written to disk, never change.
constexpr std::string_view kRawState = "_default_";  // DEFAULT_OPERATOR_STATE_NAME
constexpr std::string_view kUnion = "UNION";
constexpr std::uint8_t kEmptyMap[] = {0, 0, 0, 0};

DistributionMode mode_of(const StateMeta& state) {
  if (state.type == BackendStateType::kBroadcast) return DistributionMode::kBroadcast;
  return state.option(kDistributionMode) == kUnion ? DistributionMode::kUnion
                                                   : DistributionMode::kSplit;
}

}  // namespace

OperatorStateWriter::OperatorStateWriter(OutputFolder& folder, std::string_view file_name,
                                         const OperatorStreamHead& head)
    : compressed_(head.compressed) {
  add_states(head.list_states);
  add_states(head.broadcast_states);
  if (handle_.states.empty()) return;
  ByteWriter bytes;
  encode_operator_stream_head(head, bytes);
  file_ = folder.create(file_name);
  file_->append(bytes.bytes());
  out_ = std::make_unique<SectionOutput>(*file_, compression_of(compressed_));
  out_->begin();
}

OperatorStateWriter::OperatorStateWriter(OutputFolder& folder, std::string_view file_name, NoHead)
    : file_(folder.create(file_name)),
      out_(std::make_unique<SectionOutput>(*file_, Compression::kNone)) {
  handle_.states.push_back({std::string(kRawState), DistributionMode::kSplit, {}});
  next_ = 1;
}

OperatorStateWriter::~OperatorStateWriter() = default;

OperatorStateWriter raw_operator_state_writer(OutputFolder& folder, std::string_view file_name) {
  return {folder, file_name, OperatorStateWriter::NoHead{}};
}

void OperatorStateWriter::add_states(const std::vector<StateMeta>& states) {
  for (const StateMeta& state : states) {
    if (!index_of_.try_emplace(state.name, handle_.states.size()).second) {
      throw UnsupportedError(fmt::format(
          "two operator states are named \"{}\"; a handle holds the elements of one of them only",
          state.name));
    }
    handle_.states.push_back({state.name, mode_of(state), {}});
  }
}

void OperatorStateWriter::begin_state(std::string_view name, DistributionMode mode) {
  const auto found = index_of_.find(name);
  assert(found != index_of_.end());
  const std::size_t index = found->second;
  assert(index >= next_);
  skip_states(index);
  handle_.states[index].mode = mode;
  next_ = index + 1;
}

void OperatorStateWriter::skip_states(std::size_t end) {
  while (true) {
    end_element();
    // Flink's reader expects the map of every broadcast state.
    const bool broadcast =
        next_ > 0 && handle_.states[next_ - 1].mode == DistributionMode::kBroadcast;
    if (broadcast && offsets().empty()) {
      add_element(kEmptyMap);
      end_element();
    }
    if (next_ == end) return;
    ++next_;
  }
}

void OperatorStateWriter::add_element(Bytes element) {
  begin_element();
  append(element);
}

void OperatorStateWriter::begin_element() {
  end_element();
  in_element_ = true;
  element_start_ = file_->size();
  offsets().push_back(static_cast<std::int64_t>(element_start_));
}

void OperatorStateWriter::append(Bytes bytes) {
  assert(in_element_);
  out_->append(bytes);
}

void OperatorStateWriter::end_element() {
  if (!in_element_) return;
  in_element_ = false;
  out_->end();
  // An element without bytes has a chunk nevertheless: equal offsets mean something else (Flink
  // 1.18.0 and 1.18.1 put several elements into one chunk).
  if (compressed_ && file_->size() == element_start_) out_->append_patchable({});
}

Boxed<OperatorHandle> OperatorStateWriter::finish() {
  if (file_ == nullptr) return {};
  skip_states(handle_.states.size());
  file_->finish();
  handle_.delegate = relative_handle(*file_);
  return handle_;
}

}  // namespace savvy
