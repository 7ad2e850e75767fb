#!/usr/bin/env bash
# How much faster a real Flink restores a RocksDB savepoint that savvy made than the canonical
# savepoint it was made from. Both are restored in turns, by the same job, in the same run.
#
#   tests/flink/restore_bench.sh PROGRAM LINE [--size 1G] [--rounds 3] [--compressed]
#
# For example: tests/flink/restore_bench.sh build/release/cli/savvy 2.3 --size 64M
#
# The canonical savepoint, of at least that size before compression, is kept under build/bench. What
# is measured, and what --compressed is for, is told in tests/bench/README.md.
#
# Exit code 77: skipped, because what it needs is neither here nor to be downloaded.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage="usage: restore_bench.sh PROGRAM LINE [--size 1G] [--rounds 3] [--compressed]"

die() {
  echo "$1" >&2
  exit 2
}

bytes_below() {
  find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%d", sum }'
}

make_canonical() {
  [ -e "$canonical/_metadata" ] && return
  echo "making a canonical savepoint of $size in $data" >&2
  run "$line" bench.MakeSavepoint "$canonical" "$bytes" \
    "execution.checkpointing.snapshot-compression=$compressed"
}

# Leaves the milliseconds, verifying included, in convert_ms.
convert() {
  local start
  rm -rf "$converted"
  start=$(date +%s%3N)
  "$program" convert "$canonical" "$converted" --to rocksdb --no-progress >/dev/null
  convert_ms=$(($(date +%s%3N) - start))
  echo "converted in $convert_ms ms" >&2
}

# print_table SECONDS SECONDS prints what restoring the one and the other took.
print_table() {
  LC_ALL=C awk -v from="$(bytes_below "$canonical")" -v to="$(bytes_below "$converted")" \
    -v convert_ms="$convert_ms" -v from_s="$1" -v to_s="$2" 'BEGIN {
      row = "%-20s %9s %10s %10s %7s\n"
      printf row, "savepoint", "MiB", "convert s", "restore s", "ratio"
      printf row, "canonical", tenths(from / 1048576), "", hundredths(from_s), ""
      printf row, "converted to rocksdb", tenths(to / 1048576), hundredths(convert_ms / 1000),
        hundredths(to_s), tenths(from_s / to_s)
    }
    function tenths(x) { return sprintf("%.1f", x) }
    function hundredths(x) { return sprintf("%.2f", x) }'
}

program=${1:?$usage}
line=${2:?$usage}
shift 2
size=1G
rounds=3
compressed=false
while [ $# -gt 0 ]; do
  case $1 in
    --size) size=${2:?$usage} && shift ;;
    --rounds) rounds=${2:?$usage} && shift ;;
    --compressed) compressed=true ;;
    *) die "$usage" ;;
  esac
  shift
done
bytes=$(numfmt --from=iec "$size") || die "$usage"
data=$root/build/bench/flink-restore-$line/$size
[ $compressed = false ] || data+=-compressed
canonical=$data/canonical
converted=$data/converted

compile "$line"
make_canonical
[ $compressed = true ] || [ "$(bytes_below "$canonical")" -ge "$bytes" ] ||
  die "$canonical is smaller than $size"
convert
medians=$(run "$line" bench.TimeRestores "$bytes" "$rounds" "$canonical" "$converted")
# Unquoted, because they are two words.
print_table $medians
rm -rf "$converted"
