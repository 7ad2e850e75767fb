#!/usr/bin/env bash
# Spoils files that the checkpoints of a chain share, and compares what savvy says of each checkpoint
# with whether a real Flink restores it.
#
#   tests/flink/chain.sh PROGRAM LINE [--all]      --all: every shared file, not only one
#
# For example: tests/flink/chain.sh build/release/cli/savvy 2.3
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

program=${1:?the program}
line=${2:?the Flink line, for example 1.20}
compile "$line"
run "$line" check.CheckChain "$root/testdata" "$program" "${@:3}"
