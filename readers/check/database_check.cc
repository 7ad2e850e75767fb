#include "readers/check/database_check.h"

#include <fmt/format.h>

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/hash128.h"
#include "format/keyed_meta.h"
#include "format/serializer_registry.h"
#include "readers/check/key_range_check.h"
#include "readers/check/manifest_check.h"
#include "readers/check/options_check.h"
#include "readers/check/sst_check.h"
#include "readers/section_reader.h"

namespace savvy {
namespace {

// A number that a name always has, from 0 up to 1.
double position_of(std::string_view name) {
  Hash128Stream hash;
  hash.add({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
  constexpr double kAll = 18446744073709551616.0;  // 2^64
  return static_cast<double>(hash.finish().low) / kAll;
}

// Passes findings on, and knows whether there were any.
class ToldSink final : public FindingSink {
 public:
  explicit ToldSink(FindingSink& sink) : sink_(sink) {}
  void add(Finding finding) override {
    told_error_ = told_error_ || text_of(finding.code).severity == Severity::kError;
    sink_.add(std::move(finding));
  }
  bool stopped() const override { return sink_.stopped(); }
  bool told_error() const { return told_error_; }

 private:
  FindingSink& sink_;
  bool told_error_ = false;
};

class DatabaseCheck {
 public:
  DatabaseCheck(const Snapshot& snapshot, const IncrementalHandle& handle,
                std::int32_t max_parallelism, const FindingPlace& place, FindingSink& findings)
      : snapshot_(snapshot),
        handle_(handle),
        max_parallelism_(max_parallelism),
        files_(snapshot, handle, place),
        findings_(findings) {}

  void check(double percent) {
    guarded(FindingCode::kManifest, [&] { manifest_ = check_manifest(files_, findings_); });
    guarded(FindingCode::kOptionsFile,
            [&] { check_options(files_, manifest_ ? &manifest_->content : nullptr, findings_); });
    if (manifest_) {
      note_live_files();
      guarded(FindingCode::kManifestFiles,
              [&] { check_listed_files(files_, *manifest_, findings_); });
      if (const auto states = read_states()) {
        check_families(files_, *manifest_, *states, findings_);
      }
      tell_blob_files();
    }
    check_other_files();
    for (const std::string& name : sample(percent)) {
      if (findings_.stopped()) return;
      guarded(FindingCode::kSstDamaged, [&] { check_sst(name); });
    }
    if (manifest_ && !findings_.stopped()) check_keys();
  }

 private:
  struct LiveFile {
    const RocksdbFamily* family = nullptr;
    const SstFile* file = nullptr;
  };

  // A file that fails to be read does not end the check of the others.
  template <typename Check>
  void guarded(FindingCode damage, Check check) {
    try {
      check();
    } catch (const IoError& error) {
      findings_.add(finding_of(error, damage, files_.place(), "a file that can be read"));
    }
  }

  // Names of the states in the meta stream; nothing if that cannot be read, which the check of the
  // entries tells.
  std::optional<std::set<std::string>> read_states() const {
    try {
      const auto meta = snapshot_.open(handle_.meta);
      SectionReader section(*meta, {0, meta->size()}, Compression::kNone);
      std::set<std::string> names;
      const SerializerRegistry registry = make_serializer_registry();
      for (const StateMeta& state : decode_keyed_meta_block(section.in(), registry).states) {
        names.insert(state.name);
      }
      return names;
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  void tell_blob_files() {
    if (manifest_->content.files_stand_alone) return;
    findings_.add({FindingCode::kDataNotChecked, files_.place(*manifest_->file),
                   "values in SST files, in one folder",
                   fmt::format("{}: values in blob files, or files in several folders",
                               manifest_->file->local_path)});
  }

  // A write-ahead log would hold entries that no SST file has; Flink writes none.
  void check_other_files() {
    for (const auto& [name, file] : files_.by_name()) {
      const bool known = name.ends_with(".sst") || name == "CURRENT" || name == "IDENTITY" ||
                         name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-");
      if (known || snapshot_.found_bytes(file->handle).value_or(0) == 0) continue;
      findings_.add({FindingCode::kDataNotChecked, files_.place(*file),
                     "SST files, MANIFEST, CURRENT and OPTIONS",
                     fmt::format("{}: a file of another kind", name)});
    }
  }

  // The files to be read: those whose position lies below the share, and the first one.
  std::vector<std::string> sample(double percent) const {
    constexpr double kPercent = 100;
    std::vector<std::string> names;
    std::string first;
    double first_position = std::numeric_limits<double>::infinity();
    for (const auto& [name, file] : files_.by_name()) {
      if (!name.ends_with(".sst")) continue;
      const double position = position_of(name);
      if (position < percent / kPercent) names.push_back(name);
      if (position < first_position) {
        first_position = position;
        first = name;
      }
    }
    if (names.empty() && !first.empty()) names.push_back(first);
    return names;
  }

  void note_live_files() {
    for (const RocksdbFamily& family : manifest_->content.families) {
      for (const SstFile& file : family.files) {
        live_[sst_local_path(file.number)] = {&family, &file};
      }
    }
  }

  void check_sst(const std::string& name) {
    CheckedSst sst{*files_.find(name), nullptr, {}};
    if (const auto live = live_.find(name); live != live_.end()) {
      sst.family = live->second.family->name;
      sst.listed = live->second.file;
    }
    SstCheck(snapshot_, handle_, files_, findings_).check(sst);
  }

  // A damaged database is not opened.
  void check_keys() {
    if (!reaches_beyond(manifest_->content, handle_.range, max_parallelism_)) return;
    try {
      if (findings_.told_error()) throw FormatError("the database is damaged");
      check_key_range(snapshot_, handle_, manifest_->content, max_parallelism_, files_, findings_);
    } catch (const Error& error) {
      findings_.add(finding_of(error, FindingCode::kDataNotChecked, files_.place(),
                               "a database that opens, to see its keys outside the key groups"));
    }
  }

  const Snapshot& snapshot_;
  const IncrementalHandle& handle_;
  std::int32_t max_parallelism_;
  DatabaseFiles files_;
  ToldSink findings_;
  std::optional<ReadManifest> manifest_;
  std::map<std::string, LiveFile, std::less<>> live_;  // what the MANIFEST lists, by local name
};

}  // namespace

void check_database(const Snapshot& snapshot, const IncrementalHandle& handle,
                    std::int32_t max_parallelism, const FindingPlace& place, double percent,
                    FindingSink& findings) {
  DatabaseCheck(snapshot, handle, max_parallelism, place, findings).check(percent);
}

}  // namespace savvy
