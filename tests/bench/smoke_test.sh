#!/usr/bin/env bash
# `smoke_test.sh DAYBOOK_BENCH`: a quick run of one row prints it as JSON, with a figure, its limit and its ratio.
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
