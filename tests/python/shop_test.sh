#!/usr/bin/env bash
# `shop_test.sh DAYBOOK VENV`: the example client in Python, which knows nothing of daybook but the schema, appends to a
# real server and prints what it was pushed: that is what `daybook read --json` says. Exits 77, skipped, where
# scripts/python-venv.sh does.
set -euo pipefail
daybook=$1
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$source/scripts/python-venv.sh" "$2"
work=$(mktemp -d "${TMPDIR:-/tmp}/daybook-python-test-XXXXXX")
server=
trap 'if [ -n "$server" ]; then kill -9 "$server" 2>/dev/null || true; fi; rm -rf "$work"' EXIT

# Blocks of many events, before the server is there.
"$daybook" generate retail --orders 300 --seed 1 --log "$work/log.daybook" >/dev/null
mkfifo "$work/ready"
"$daybook" serve --log "$work/log.daybook" --listen 127.0.0.1:0 >"$work/ready" 2>"$work/errors" &
server=$!
read -r said <"$work/ready" || { cat "$work/errors" >&2; exit 1; }
address=${said#listening on }

# The second one finds what the first appended.
for run in 1 2; do
  timeout 60 "$2/bin/python" "$source/examples/python/shop.py" "$address" "$source/schema" >"$work/pushed-$run"
  "$daybook" read --json --log "$work/log.daybook" >"$work/stored-$run"
  python3 - "$work/pushed-$run" "$work/stored-$run" <<'PYTHON'
import json, sys
pushed, stored = ([json.loads(line) for line in open(name, encoding="utf-8")] for name in sys.argv[1:])
members = ("sequence", "stream", "version", "type", "data")
assert len(pushed) == len(stored) > 300, (len(pushed), len(stored))
for one, other in zip(pushed, stored):
    assert one == {name: other[name] for name in members}, (one, other)
assert pushed[-1]["type"] == "OrderPlaced" and pushed[-1]["data"] == {"total": "9.50"}, pushed[-1]
PYTHON
done
if [ "$(wc -l <"$work/pushed-2")" -ne $(($(wc -l <"$work/pushed-1") + 1)) ]; then
  echo "the second run appended something else than one event" >&2
  exit 1
fi

kill -TERM "$server"
wait "$server" || { cat "$work/errors" >&2; exit 1; }
server=
"$daybook" verify --log "$work/log.daybook" >/dev/null
