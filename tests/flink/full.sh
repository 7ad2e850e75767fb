#!/usr/bin/env bash
# The heavier matrix: every snapshot of testdata in every Flink line, and the second opinion of the
# State Processor API; compared with savvy as well if its program is given.
#
#   tests/flink/full.sh [PROGRAM]              or SAVVY_PROGRAM=… tests/flink/full.sh
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=${1:-${SAVVY_PROGRAM:-}}
failed=0
for line in "${lines[@]}"; do
  compile "$line"
  run "$line" check.CheckTestdata "$root/testdata" || failed=1
  run "$line" opinion.SecondOpinion "$root/testdata" "" ${program:+"$program"} || failed=1
done
exit $failed
