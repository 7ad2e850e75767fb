// What a rescale is asked for, and what that means for each operator of a snapshot.
//
// Values  an operator is named by its uid, its name or its id (32 hex digits); where the snapshot
//         stores no uid, a uid matches by its hash. A name may stand for several operators
// Errors  UsageError: what is wrong whatever the snapshot holds. UnsupportedError: a name that
//         matches no operator, and names that match one operator and contradict each other

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/metadata.h"

namespace savvy {

struct OperatorParallelism {
  std::string operator_name;  // uid, name or id
  std::int32_t parallelism = 0;
};

struct RescaleOptions {
  std::optional<std::int32_t> parallelism;  // without it operators that are not named keep theirs
  std::vector<OperatorParallelism> operators;
  std::optional<std::int32_t> max_parallelism;
};

// The largest max parallelism (KeyGroupRangeAssignment.UPPER_BOUND_MAX_PARALLELISM).
constexpr std::int32_t kUpperBoundMaxParallelism = 32768;

void check_rescale_options(const RescaleOptions& options);

// Whether `name` means this operator.
bool is_operator(const OperatorState& op, const std::string& name);

// The parallelism asked for by name, an entry an operator; empty for those that are not named.
std::vector<std::optional<std::int32_t>> named_parallelisms(
    const RescaleOptions& options, const std::vector<OperatorState>& operators);

}  // namespace savvy
