#!/usr/bin/env bash
# Makes the snapshots in testdata with real Flinks, one Maven profile a Flink line.
#
#   tests/flink/make.sh [--only SUBSTRING]     only snapshots whose name contains SUBSTRING
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

for line in "${lines[@]}"; do
  compile "$line"
done
for line in "${lines[@]}"; do
  run "$line" Make --out "$root/testdata" "$@"
done
