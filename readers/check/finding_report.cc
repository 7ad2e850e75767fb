#include "readers/check/finding_report.h"

#include <utility>

#include "format/errors.h"
#include "format/snappy_source.h"

namespace savvy {
namespace {

// Whether it is missing, or a segment that its file does not hold.
bool is_not_there(const Snapshot& snapshot, const StreamHandle& handle) {
  if (is_null(innermost(handle))) return false;
  const auto found = snapshot.found_bytes(handle);
  if (!found) return true;
  const auto* segment = handle_as<SegmentHandle>(innermost(handle));
  return segment != nullptr && (segment->start < 0 || segment->size_bytes < 0 ||
                                *found != static_cast<std::uint64_t>(segment->size_bytes));
}

}  // namespace

std::string file_of(const Snapshot& snapshot, const StreamHandle& handle) {
  const StreamHandle& stream = innermost(handle);
  if (const auto path = snapshot.local_path(stream)) return *path;
  if (const auto* bytes = handle_as<ByteStreamHandle>(stream)) return bytes->name;
  const std::string* uri = path_in(stream);
  return uri != nullptr ? *uri : snapshot.metadata_path();
}

std::uint64_t start_of(const StreamHandle& handle) {
  const auto* segment = handle_as<SegmentHandle>(innermost(handle));
  return segment == nullptr ? 0 : static_cast<std::uint64_t>(segment->start);
}

FindingReport FindingReport::into(FindingSink& sink) const {
  FindingReport other = *this;
  other.sink_ = &sink;
  return other;
}

FindingReport FindingReport::in_stream(const Snapshot& snapshot, const StreamHandle& handle,
                                       std::string_view stream_name) const {
  FindingReport inner = *this;
  inner.place_.file = file_of(snapshot, handle);
  inner.stream_name_ = stream_name;
  inner.stream_start_ = start_of(handle);
  return inner;
}

FindingReport FindingReport::in_key_group(std::int32_t key_group) const {
  FindingReport inner = *this;
  inner.place_.key_group = key_group;
  return inner;
}

FindingReport FindingReport::in_state(std::string_view state) const {
  FindingReport inner = *this;
  inner.place_.state = state;
  return inner;
}

FindingReport FindingReport::in_packed(std::uint64_t offset) const {
  FindingReport inner = *this;
  inner.packed_at_ = offset;
  return inner;
}

FindingReport FindingReport::without_offsets() const {
  FindingReport inner = *this;
  inner.has_offsets_ = false;
  return inner;
}

void FindingReport::add(FindingCode code, std::string expected, std::string found,
                        std::optional<std::uint64_t> offset) const {
  put(code, std::move(expected), std::move(found), offset && packed_at_ ? packed_at_ : offset);
}

void FindingReport::put(FindingCode code, std::string expected, std::string found,
                        std::optional<std::uint64_t> stored_at) const {
  FindingPlace place = place_;
  if (stored_at && has_offsets_) place.offset = stream_start_ + *stored_at;
  sink_->add({code, std::move(place), std::move(expected), std::move(found)});
}

void FindingReport::add(FindingCode code, const Error& error, std::string expected) const {
  rethrow_shortage(error);
  std::string found = error.what();
  for (const std::string& front : {stream_name_ + ": ", place_.file + ": "}) {
    if (front.size() > 2 && found.starts_with(front)) found.erase(0, front.size());
  }
  std::optional<std::uint64_t> offset;
  if (const auto* damage = dynamic_cast<const FormatError*>(&error)) offset = damage->offset();
  const bool packed = dynamic_cast<const CompressionError*>(&error) == nullptr && packed_at_;
  put(code, std::move(expected), std::move(found), packed ? packed_at_ : offset);
}

void FindingReport::add_unchecked(const Error& error) const {
  add(FindingCode::kDataNotChecked, error, "data that savvy reads");
}

bool FindingReport::guard(FindingCode damage, std::string_view expected,
                          const std::function<void()>& work) const {
  try {
    work();
    return true;
  } catch (const UnsupportedError& error) {
    add_unchecked(error);
  } catch (const FormatError& error) {
    add(damage, error, std::string(expected));
  } catch (const IoError& error) {
    add(damage, error, std::string(expected));
  }
  return false;
}

std::unique_ptr<RandomAccessFile> open_for_check(const Snapshot& snapshot,
                                                 const StreamHandle& handle,
                                                 const FindingReport& report) {
  if (is_not_there(snapshot, handle)) return nullptr;
  const FindingReport here = report.in_stream(snapshot, handle, {});
  try {
    return snapshot.open(handle);
  } catch (const UnsupportedError& error) {
    here.add_unchecked(error);
  } catch (const FormatError& error) {
    here.add(FindingCode::kStreamHead, error, "a stream that can be opened");
  } catch (const IoError& error) {
    // It may have gone since.
    if (!is_not_there(snapshot, handle)) {
      here.add(FindingCode::kStreamHead, error, "a file that can be opened");
    }
  }
  return nullptr;
}

}  // namespace savvy
