#include "cli/relocate_copy.h"

#include "cli/copy_state.h"
#include "cli/retarget.h"
#include "format/kryo_release.h"
#include "format/serializer_registry.h"

namespace savvy {
namespace {

// A file, relative or segment handle: the others are not copied.
CopiedFile copied_file(const StreamCopies::Copy& copy) {
  CopiedFile file;
  file.name = copy.name;
  file.bytes = copy.bytes;
  if (const auto* absolute = handle_as<FileHandle>(copy.stream)) {
    file.source = absolute->path;
  } else if (const auto* relative = handle_as<RelativeFileHandle>(copy.stream)) {
    file.source = relative->path;
  } else if (const auto* segment = handle_as<SegmentHandle>(copy.stream)) {
    file.source = segment->path;
    file.segment_start = segment->start;
  }
  return file;
}

void plan_copies(const RewriteContext& context, const MetadataTarget& target, RewritePlan& plan,
                 RelocateReport& report) {
  plan.metadata = context.source.metadata();
  plan.metadata.properties = self_contained_properties(context.source);
  for (OperatorState& op : plan.metadata.operators) {
    for (Subtask& subtask : op.subtasks) subtask = copy_subtask(subtask, plan.copies);
  }
  retarget(context.source, target, plan.metadata, context.notes);
  note_relative_files(plan.metadata.version, context.notes);
  report.metadata_version = plan.metadata.version;
  for (const StreamCopies::Copy& copy : plan.copies.copies()) {
    report.copies.push_back(copied_file(copy));
  }
}

}  // namespace

void relocate_copy(const MetadataTarget& target, RelocateReport& report) {
  const SerializerRegistry registry =
      make_serializer_registry(kryo_release(report.source.metadata().version));
  const PlanRewrite plan = [&](const RewriteContext& context, RewritePlan& rewrite) {
    plan_copies(context, target, rewrite, report);
  };
  if (report.options.dry_run) {
    report.notes = plan_snapshot(report.source, registry, report.options, plan);
    return;
  }
  report.result = write_snapshot(report.source, registry, report.options, plan);
  report.notes = report.result->notes;
}

}  // namespace savvy
