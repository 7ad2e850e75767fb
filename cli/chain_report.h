// A chain as text, JSON, JSON Lines or CSV.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/chain_findings.h"
#include "cli/chain_relations.h"
#include "cli/common_options.h"
#include "cli/snapshot_set.h"
#include "cli/table.h"

namespace savvy {

struct ChainReport {
  SnapshotSet set;
  ChainFindings findings;
  std::vector<std::optional<ChainBase>> bases;
  std::vector<ChainGroup> groups;
  std::optional<Deletion> deletion;  // --without
  double data_percent = 0;
};

// The first file that a member needs and that could not be looked at; null if there is none.
const Finding* unseen_file(const SetMember& member);

// "ok", "not seen" (some of its files), "damaged", "unreadable", "vanished".
std::string state_word(const SnapshotSet& set, const ChainFindings& findings, std::size_t member);

// The columns of a table of members that all such tables begin with. A member is called `name`.
std::vector<Table::Heading> member_headings();
std::vector<std::string> member_cells(const SnapshotSet& set, const ChainFindings& findings,
                                      std::size_t member, const std::string& name);

std::string render_chain(const ChainReport& report, DocumentFormat format);

}  // namespace savvy
