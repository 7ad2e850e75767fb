// A picture of who needs what, in the language of Graphviz: snapshots, groups of files that the
// same snapshots need, and which snapshot takes files over from which.
//
// Values  the same set gives the same bytes; files that one snapshot needs alone stand in its box

#pragma once

#include <string>

#include "cli/chain_report.h"

namespace savvy {

std::string chain_graph(const ChainReport& report);

}  // namespace savvy
