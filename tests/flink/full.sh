#!/usr/bin/env bash
# The heavier matrix: every snapshot of testdata in the Flink that wrote it; canonical savepoints at
# other parallelisms and in the other backend; snapshots too large for testdata, made and restored;
# and the second opinion of the State Processor API. If savvy's program is given, also its own
# opinion, and what it makes of every snapshot at other parallelisms and with other numbers of key
# groups, and back, and in other layouts; and which checkpoints a spoiled file makes useless.
#
#   tests/flink/full.sh [PROGRAM]              or SAVVY_PROGRAM=… tests/flink/full.sh
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=${1:-${SAVVY_PROGRAM:-}}
large=$root/build/testdata
failed=0
for line in "${lines[@]}"; do
  compile "$line"
  run "$line" check.CheckTestdata "$root/testdata" || failed=1
  run "$line" check.CheckTestdata "$root/testdata" --elsewhere || failed=1
  run "$line" Make --out "$large" --large
  run "$line" check.CheckTestdata "$large" --large || failed=1
  run "$line" opinion.SecondOpinion "$root/testdata" "" ${program:+"$program"} || failed=1
  [ -n "$program" ] || continue
  run "$line" check.CheckRescaled "$root/testdata" "$program" 1,2,3,5,7,128 || failed=1
  run "$line" check.CheckRescaled "$root/testdata" "$program" 3 --max-parallelism 1024,32768 || failed=1
  run "$line" check.CheckConverted "$root/testdata" "$program" || failed=1
  run "$line" check.CheckChain "$root/testdata" "$program" --all || failed=1
done
exit $failed
