#include "cli/relocate_uris.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "cli/interrupt.h"
#include "cli/retarget.h"
#include "cli/source_guard.h"
#include "format/errors.h"
#include "readers/inventory.h"
#include "readers/local_storage.h"
#include "writers/local_output.h"

namespace savvy {
namespace {

void require_match(const RelocateReport& report, const UriRules& rules) {
  if (!report.uris.rewritten.empty()) return;
  const std::string named = report.uris.kept.empty()
                                ? std::string("no file by an absolute URI")
                                : fmt::format("{} URIs, {} for example", report.uris.kept.size(),
                                              report.uris.kept.begin()->first);
  throw UnsupportedError(
      fmt::format("{}: nothing to rewrite: --rewrite-prefix {} matches nothing; "
                  "it names {}",
                  report.source.metadata_path(), fmt::join(rules.rules(), ", "), named));
}

void note_unchanged(const UriRewrite& uris, RewriteNotes& notes) {
  if (uris.relative_handles > 0) {
    notes.add(
        fmt::format("{} handles name files relative to the metadata: from now on these files are "
                    "looked for beside the new one, and are not copied there",
                    uris.relative_handles));
  }
  if (!uris.kept.empty()) {
    notes.add(fmt::format("{} URIs match no prefix and stay as they are, {} for example",
                          uris.kept.size(), uris.kept.begin()->first));
  }
}

// What was written is read back, and the files that it names are looked for.
void verify(const std::string& metadata_path, const ByteVector& written, RelocateReport& report,
            RewriteNotes& notes) {
  const LocalStorage storage(IoDirection::kWriting);  // what cannot be read back is not written
  const Snapshot snapshot(metadata_path, PathMap(report.options.map_rules), storage);
  if (encode_metadata(snapshot.metadata()) != written) {
    throw IoError(IoDirection::kWriting,
                  fmt::format("{}: reads back as something else", metadata_path));
  }
  std::uint64_t local = 0;
  std::vector<std::string> missing;
  for (const FileEntry& file : read_inventory(snapshot)) {
    if (!file.local_path || file.kind == "metadata") continue;
    ++local;
    if (file.missing()) missing.push_back(*file.local_path);
  }
  report.missing_files = missing.size();
  if (missing.empty()) return;
  notes.add(
      fmt::format("{} of the {} local files that the new metadata names are not there, {} for "
                  "example",
                  missing.size(), local, missing.front()));
}

void write(const Metadata& metadata, RelocateReport& report, RewriteNotes& notes) {
  const InterruptGuard interrupt;
  LocalMetadataFile file(report.options.destination, &interrupt.flag());
  const ByteVector bytes = encode_metadata(metadata);
  const std::string path = file.write(bytes);
  if (!report.options.no_verify) verify(path, bytes, report, notes);
  file.commit();
  report.result = RewriteResult{0, bytes.size(), {}, std::nullopt};
}

}  // namespace

void relocate_uris(const UriRules& rules, const MetadataTarget& target, RelocateReport& report) {
  require_outside(report.source, report.options.destination);
  require_free_for_metadata(report.options.destination);
  Metadata metadata = report.source.metadata();
  report.uris = rewrite_uris(metadata, rules);
  require_match(report, rules);
  for (const std::string& rule : report.uris.unused_rules) {
    report.warnings.push_back(fmt::format("--rewrite-prefix {} matches nothing", rule));
  }
  RewriteNotes notes;
  note_unchanged(report.uris, notes);
  retarget(report.source, target, metadata, notes);
  report.metadata_version = metadata.version;
  if (!report.options.dry_run) write(metadata, report, notes);
  report.notes = notes.all();
}

}  // namespace savvy
