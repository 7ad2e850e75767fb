#!/usr/bin/env bash
# Compiles the programs of this module and prints the command, a word a line, that reads a savepoint
# with Flink's State Processor API: what ./dev bench compares savvy with. The program wants SNAPSHOT
# UID PARALLELISM behind it.
#
#   tests/flink/reader_command.sh LINE
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

line=${1:?usage: reader_command.sh LINE}
compile "$line" >&2
target=$here/target/flink-$line
# The state of the largest case lies on the heap.
printf '%s\n' java -Xmx12g "${opens[@]}" -cp "$target/classes:$(<"$target/classpath")" \
  savvy.flink.bench.ReadCounts
