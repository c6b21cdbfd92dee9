#!/usr/bin/env bash
# The table of scripts/bench-compare.sh over two saved rounds a side: a row that is worse in one round only is noise, one
# that is worse in both is told, a shorter time is better, and a row of one side alone is shown and not judged.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
table=$here/../../scripts/bench_table.py
rounds=(--this "$here"/this-{1,2}.json --base "$here"/base-{1,2}.json)

expect() { # CODE EXPECTED_TEXT ARGUMENTS...
  local code=0 text
  text=$("$table" "${@:3}") || code=$?
  if [ "$code" != "$1" ] || [ "$text" != "$2" ]; then
    diff <(printf '%s\n' "$2") <(printf '%s\n' "$text") || true
    echo "exit code $code, expected $1" >&2
    exit 1
  fi
}

expect 1 'row                             unit      this   base   ratio: median of 2 (least - most)
append: fsync, 16 x 1           events/s  50.0k  50.0k  1.00 (0.80 - 1.20)
append: fsync, 16 x 1, indexed  events/s  20.5k  20.0k  1.02 (1.00 - 1.05)
replay: verify                  events/s  825k   1.00M  0.82 (0.80 - 0.85)                 WORSE
query: 1e-6 of 1M events        ms        4.00   7.00   1.75 (1.50 - 2.00)
query: only here                ms        1.00   -      -
query: only there               ms        -      1.00   -
6 rows; 1 worse than 0.9 in every round' "${rounds[@]}"
"$table" --worst 0.8 "${rounds[@]}" | tail -1 | grep -qx '6 rows; 0 worse than 0.8 in every round'
