#!/usr/bin/env bash
# Installs a build into a folder of its own, and uses it: the program starts, a foreign project finds the
# library and reads a snapshot with it, and no private header was installed.
#
#   tests/install/check.sh BUILD_DIR SNAPSHOT OPERATOR_UID
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$1" --prefix "$work/prefix" >/dev/null
"$work/prefix/bin/savvy" --version >/dev/null
if find "$work/prefix/include" -path '*/detail/*' -o -path '*/types/*' | grep .; then
  echo "private headers are installed" >&2
  exit 1
fi
cmake -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_EXE_LINKER_FLAGS="${SAVVY_LINK_FLAGS:-}" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
"$work/build/savvy_user" "$2" | grep -qx "$3"
