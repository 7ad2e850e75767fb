// Everything that is not managed keyed state as rows: operator state, raw state, channel state,
// coordinator and master state.

#pragma once

#include "cli/row_context.h"

namespace savvy {

void add_operator_state_rows(RowTask& task, const SubtaskRef& where);
void add_raw_operator_rows(RowTask& task, const SubtaskRef& where);
void add_raw_keyed_rows(RowTask& task, const SubtaskRef& where);
void add_channel_rows(RowTask& task, const SubtaskRef& where);
void add_coordinator_row(RowTask& task, const OperatorState& op);
void add_master_rows(RowTask& task);

}  // namespace savvy
