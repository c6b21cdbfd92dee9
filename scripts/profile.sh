#!/usr/bin/env bash
# Where the time goes: the twenty functions that most processor time is spent in while daybook-bench appends, replays or
# folds. Only what daybook itself does counts: not the limits that the benchmark measures beside it, nor making its logs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat >&2 <<'TEXT'
usage: scripts/profile.sh append|replay|projection [--quick]

append      buffered, 16 producers x 100 events: the threads of producers, sequencer, index and RocksDB
replay      everything, warm and cold, and verify
projection  inventory, analytics and a count per stream, from the start

Needs perf (Debian package linux-perf) and the right to use it (kernel.perf_event_paranoid of 1 or less, or root).
TEXT
  exit 2
}

what=${1:-}
shift || usage
quick=()
[[ ${1:-} == --quick ]] && quick=(--quick) && shift
(($# == 0)) || usage
case $what in
  append) bench=(append --only 'buffered, 16 x 100') && under='daybook::Log::append|run_sequencer|run_indexer|Completions::run|DBImpl::Background' ;;
  replay) bench=(replay) && under='daybook::bench::replay |daybook::verify_log ' ;;
  projection) bench=(projection) && under='daybook::ProjectionRunner::run' ;;
  *) usage ;;
esac
command -v perf >/dev/null || { echo "scripts/profile.sh: perf is not installed: apt-get install linux-perf" >&2; exit 1; }

cmake --preset release >/dev/null
cmake --build --preset release --target daybook-bench >/dev/null
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
perf record --quiet --freq 499 --call-graph dwarf,16384 --output "$folder/perf.data" \
  build/release/bench/daybook-bench "${quick[@]}" --repeats 1 --dir "$folder" "${bench[@]}" >&2
# A sample is a paragraph: the thread's name, then its functions, the innermost first.
perf script --input "$folder/perf.data" --fields comm,ip,sym,dso 2>/dev/null | awk -v under="$under" '
  BEGIN { RS = ""; FS = "\n" }
  $0 ~ under {
    thread = $1; sub(/ +$/, "", thread); sub(/^ +/, "", thread)
    inner = $2; sub(/^[ \t]*[0-9a-f]+ /, "", inner); sub(/\(\/.*\//, "(", inner)
    ++samples; ++count[thread "  " inner]
  }
  END { for (place in count) printf "%5.1f %%  %s\n", 100 * count[place] / samples, place }
' | sort -k1,1nr | awk 'NR <= 20' | cut -c 1-140
