#!/usr/bin/env bash
# Restores the snapshots of testdata in a real Flink, and proves that damaged ones are found out.
#
#   tests/flink/check.sh LINE [SUBSTRING]      for example 1.20; only names that contain SUBSTRING
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

line=${1:?the Flink line, for example 1.20}
compile "$line"
run "$line" check.CheckTestdata "$root/testdata" "${@:2}"
