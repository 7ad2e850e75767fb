#include "cli/retarget.h"

#include <fmt/format.h>

#include "format/kryo_release.h"
#include "readers/sst_release.h"

namespace savvy {

void note_kept_values(std::int32_t old_version, std::int32_t new_version, RewriteNotes& notes) {
  if (kryo_release(old_version) == kryo_release(new_version)) return;
  notes.add(
      "values are kept as they are: what Kryo wrote in Flink 2.x (5.6) is not read by that of "
      "1.x (2.24), nor the other way round");
}

void retarget(const Snapshot& source, const MetadataTarget& target, Metadata& metadata,
              RewriteNotes& notes) {
  const std::int32_t old_version = metadata.version;
  for (const std::string& note : retarget_metadata(metadata, target)) notes.add(note);
  note_kept_values(old_version, metadata.version, notes);
  if (!target.release) return;
  const std::uint64_t unknown = require_ssts_for(source, *target.release);
  if (unknown == 0) return;
  notes.add(fmt::format("{} SST files are not found here: whether Flink {} reads them is not known",
                        unknown, to_string(*target.release)));
}

}  // namespace savvy
