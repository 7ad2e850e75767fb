#include "format/uri_rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "format/detail/flink_path.h"
#include "format/errors.h"
#include "format/handle_mapping.h"
#include "format/modified_utf8.h"

namespace savvy {
namespace {

constexpr std::string_view kFileScheme = "file:";

// Path.toString writes "file:/a", whatever it was made of.
std::string with_one_slash(std::string_view uri) {
  constexpr std::string_view kLongForm = "file:///";
  if (!uri.starts_with(kLongForm)) return std::string(uri);
  return std::string(kFileScheme) + std::string(uri.substr(kLongForm.size() - 1));
}

// Without slashes at the end, but for those that belong to a scheme ("s3://") or are the root.
std::string normal_prefix(std::string_view text) {
  std::string prefix = with_one_slash(text);
  while (prefix.size() > 1 && prefix.back() == '/' && !prefix.ends_with("://")) prefix.pop_back();
  return prefix;
}

std::string joined(const std::string& folder, std::string_view tail) {
  while (tail.starts_with('/')) tail.remove_prefix(1);
  if (tail.empty() && folder.back() != ':') return folder;
  return fmt::format("{}{}{}", folder, folder.back() == '/' ? "" : "/", tail);
}

// Flink resolves other paths in the directory where it happens to run.
bool is_absolute(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  return uri.starts_with('/') || (colon != 0 && colon < uri.find('/'));
}

bool is_prefix_of(std::string_view prefix, std::string_view uri) {
  return uri.starts_with(prefix) &&
         (uri.size() == prefix.size() || prefix.back() == '/' || uri[prefix.size()] == '/');
}

class MetadataRewrite {
 public:
  explicit MetadataRewrite(const UriRules& rules) : rules_(rules), given_(rules.rules()) {}

  UriRewrite run(Metadata& metadata) {
    for (OperatorState& op : metadata.operators) {
      for (Subtask& subtask : op.subtasks) rewrite(subtask);
    }
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (!used_.contains(i)) result_.unused_rules.push_back(given_[i]);
    }
    return std::move(result_);
  }

 private:
  void rewrite(Subtask& subtask) {
    const StreamMapping mapping = [this](const StreamUse& use) { return rewritten(use.stream); };
    for (auto* handle : {&subtask.managed_operator_state, &subtask.raw_operator_state}) {
      if (*handle) rewrite(**handle, mapping);
    }
    for (auto* handle : {&subtask.managed_keyed_state, &subtask.raw_keyed_state}) {
      *handle = map_streams(*handle, mapping);
    }
    for (auto* handles : {&subtask.input_channel_state, &subtask.result_subpartition_state}) {
      for (ChannelHandle& handle : *handles) handle = map_streams(handle, mapping);
    }
  }

  // The segments stay parts of merged files, and so the folders of those stay.
  void rewrite(OperatorHandle& handle, const StreamMapping& mapping) {
    Boxed<FileMergingDirectories> directories = std::move(handle.directories);
    handle = map_streams(handle, mapping);
    if (directories) {
      directories->task_owned = rewritten(directories->task_owned);
      directories->shared = rewritten(directories->shared);
    }
    handle.directories = std::move(directories);
  }

  StreamHandle rewritten(const StreamHandle& stream) {
    if (const auto* file = handle_as<FileHandle>(stream)) {
      return FileHandle{file->size_bytes, rewritten(file->path)};
    }
    if (const auto* segment = handle_as<SegmentHandle>(stream)) {
      SegmentHandle moved = *segment;
      moved.path = rewritten(segment->path);
      return Boxed<SegmentHandle>(std::move(moved));
    }
    if (handle_as<RelativeFileHandle>(stream) != nullptr) ++result_.relative_handles;
    return stream;
  }

  std::string rewritten(const std::string& uri) {
    const auto match = rules_.rewrite(uri);
    if (!match) {
      ++result_.kept[uri];
      return uri;
    }
    used_.insert(match->rule);
    RewrittenUri& entry = result_.rewritten[uri];
    entry.to = match->uri;
    ++entry.uses;
    return match->uri;
  }

  const UriRules& rules_;
  std::vector<std::string> given_;
  std::set<std::size_t> used_;
  UriRewrite result_;
};

}  // namespace

void UriRules::add_rule(std::string_view rule) {
  const std::size_t equals = std::min(rule.find('='), rule.size());
  const std::string from = normal_prefix(rule.substr(0, equals));
  const std::string to = normal_prefix(rule.substr(std::min(equals + 1, rule.size())));
  if (!is_utf8(rule)) throw UsageError("--rewrite-prefix: the text is not UTF-8");
  if (!is_absolute(from) || !is_absolute(to) ||
      detail::why_bad_path(joined(to, "file")) != nullptr) {
    throw UsageError(
        fmt::format("--rewrite-prefix {}: expected FROM=TO, two absolute URIs, for example "
                    "--rewrite-prefix hdfs://old/flink=s3://new/flink",
                    rule));
  }
  for (const Rule& other : rules_) {
    if (other.from != from) continue;
    throw UsageError(
        fmt::format("--rewrite-prefix {}: {} replaces the same prefix", rule, other.text));
  }
  rules_.push_back({std::string(rule), from, to});
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const Rule& a, const Rule& b) { return a.from.size() > b.from.size(); });
}

std::optional<UriRules::Match> UriRules::rewrite(std::string_view uri) const {
  const std::string whole = with_one_slash(uri);
  const bool is_file = whole.starts_with(kFileScheme);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const std::string& from = rules_[i].from;
    const std::string& to = rules_[i].to;
    const bool leaves_scheme = is_file && from.starts_with('/');
    std::string_view text = whole;
    if (leaves_scheme) text.remove_prefix(kFileScheme.size());
    if (!is_prefix_of(from, text)) continue;
    const bool keeps_scheme = leaves_scheme && to.starts_with('/');
    const std::string_view scheme = keeps_scheme ? kFileScheme : std::string_view{};
    return Match{i, fmt::format("{}{}", scheme, joined(to, text.substr(from.size())))};
  }
  return std::nullopt;
}

std::vector<std::string> UriRules::rules() const {
  std::vector<std::string> texts;
  for (const Rule& rule : rules_) texts.push_back(rule.text);
  return texts;
}

UriRewrite rewrite_uris(Metadata& metadata, const UriRules& rules) {
  return MetadataRewrite(rules).run(metadata);
}

}  // namespace savvy
