#!/usr/bin/env bash
# Shows that the checks are worth something: builds the tree once with every bug of base/planted_bug.h in it, each off,
# and runs for each bug the check that docs/testing.md names for it, with the bug on. Exits 1 where a bug is not caught
# or a check fails with no bug on. That every bug has a row there is for scripts/tidy to say.
#
#   scripts/planted.sh [BUG...]    all of them, or those named
#   --built                        takes the build that is there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/planted
seconds_max=300
if [ "${1:-}" = --built ]; then
  shift
else
  scripts/install-dependencies.sh
  cmake --preset planted >/dev/null
  cmake --build --preset planted --target test_log test_crash test_projections
fi

# Rows of the table: | `bug` | what goes wrong | `binary` | `check` |
mapfile -t rows < <(sed -n 's/^| `\([a-z_]*\)` |.*| `\(test_[a-z]*\)` | `\(.*\)` |$/\1\t\2\t\3/p' docs/testing.md)
if [ $# -gt 0 ]; then
  all=("${rows[@]}")
  rows=()
  for bug in "$@"; do
    mapfile -t -O "${#rows[@]}" rows < <(printf '%s\n' "${all[@]}" | grep "^$bug"$'\t' || echo "planted: no row for $bug" >&2)
  done
  if [ ${#rows[@]} -ne $# ]; then exit 1; fi
fi

failed=0
# A check that is ended by an abort cannot tidy up behind itself.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
log=$TMPDIR/log
# A comma separates filters of doctest; `?` stands for any character.
check() { timeout "$seconds_max" "$build/tests/$1" --test-case="${2//,/?}" >"$log" 2>&1; }

declare -A sound
for row in "${rows[@]}"; do
  IFS=$'\t' read -r bug binary name <<<"$row"
  if [ -n "${sound[$name]:-}" ]; then continue; fi
  if DAYBOOK_PLANTED_BUG='' check "$binary" "$name" && ! grep -q 'test cases: *0 ' "$log"; then
    sound[$name]=yes
  else
    echo "planted: with no bug on, this check fails or is not there: $name" >&2
    tail -15 "$log" >&2
    sound[$name]=no
    failed=1
  fi
done

for row in "${rows[@]}"; do
  IFS=$'\t' read -r bug binary name <<<"$row"
  began=$SECONDS
  status=0
  DAYBOOK_PLANTED_BUG=$bug check "$binary" "$name" || status=$?
  case $status in
    0) outcome='NOT CAUGHT'; failed=1 ;;
    125) outcome='NO SUCH BUG'; failed=1 ;;
    124) outcome='caught: it never ends' ;;
    134 | 139) outcome='caught: it aborts' ;;
    *) outcome=caught ;;
  esac
  printf '%-28s %4d s  %-22s %s\n' "$bug" $((SECONDS - began)) "$outcome" "$name"
done
printf '%d bugs, %d s\n' ${#rows[@]} $SECONDS
exit $failed
