#!/usr/bin/env bash
# `smoke_test.sh DAYBOOK_BENCH`: a quick run of one row prints it as JSON, with a figure, its limit and its ratio; what cannot
# be written to is refused at once, and nothing is left behind, however a run ends.
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/daybook-bench-test-XXXXXX")
trap 'rm -rf "$work"' EXIT

"$1" --quick --repeats 1 --json --dir "$work" --only '1 producer x 1 event' append >"$work/rows" 2>"$work/errors" ||
  { cat "$work/errors" >&2; exit 1; }
python3 - "$work/rows" <<'PYTHON'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert len(rows) == 1, rows
row = rows[0]
assert (row["group"], row["unit"]) == ("append", "events/s"), row
assert row["value"]["least"] <= row["value"]["median"] <= row["value"]["most"] and row["value"]["median"] > 0, row
assert abs(row["ratio"] - row["value"]["median"] / row["limit"]["value"]) < 1e-3 * row["ratio"], row
PYTHON
if [ -n "$(find "$work" -mindepth 1 ! -name rows ! -name errors)" ]; then echo "a run leaves something behind" >&2; exit 1; fi

# Where pages cannot be written is said before anything is measured.
if "$1" --quick --dir "$work" --pages "$work/rows/pages" append >"$work/rows" 2>"$work/errors"; then
  echo "pages below a file were not refused" >&2
  exit 1
fi
grep -q "cannot write pages into $work/rows/pages: Not a directory" "$work/errors" || { cat "$work/errors" >&2; exit 1; }
if [ -s "$work/rows" ]; then echo "it measured all the same" >&2; exit 1; fi

# However it ends, its logs are removed.
await() { # what, in at most half a minute
  for ((i = 0; i < 300; ++i)); do if "$@"; then return 0; fi; sleep 0.1; done
  return 1
}
logs() { [ -n "$(find "$work" -mindepth 1 -maxdepth 1 -type d)" ]; }
no_logs() { ! logs; }
"$1" --quick --dir "$work" append >"$work/rows" 2>"$work/errors" &
await logs || { echo "it makes no logs" >&2; exit 1; }
kill -KILL $!
wait $! 2>/dev/null || true
await no_logs || { echo "an interrupted run leaves its logs behind" >&2; exit 1; }
