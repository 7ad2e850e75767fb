#!/usr/bin/env bash
# Converts and relocates the snapshots of testdata with savvy and restores the results in a real
# Flink.
#
#   tests/flink/convert.sh PROGRAM LINE [SUBSTRING]
#
# For example: tests/flink/convert.sh build/release/cli/savvy 2.3 hashmap-native
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=${1:?the program}
line=${2:?the Flink line, for example 1.20}
compile "$line"
run "$line" check.CheckConverted "$root/testdata" "$program" "${@:3}"
