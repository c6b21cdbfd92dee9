#!/usr/bin/env bash
# Minutes of what ctest does in seconds (docs/testing.md, remote): a subscriber that is stopped for a minute, hundreds of
# kills of a server under its clients, thousands of cuts of their lines. Exits 1 at the first that goes wrong.
#
#   scripts/remote-soak.sh [stopped|kill|cut]...    all three unless said
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${DAYBOOK_SOAK_BUILD:-build/release}
if [ -z "${DAYBOOK_SOAK_BUILD:-}" ]; then
  scripts/install-dependencies.sh
  cmake --preset release >/dev/null
  cmake --build --preset release --target test_remote
fi
if [ $# -eq 0 ]; then set -- stopped kill cut; fi
export DAYBOOK_SOAK_SECONDS=60 DAYBOOK_ROUNDS=200 DAYBOOK_CUTS=20000
for name in "$@"; do
  case $name in
    stopped | kill | cut) "$build/tests/test_remote" --source-file="*/${name}_test.cpp" ;;
    *) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
