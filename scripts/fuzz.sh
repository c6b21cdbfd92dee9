#!/usr/bin/env bash
# Installs what is needed, builds the fuzzers of tests/fuzz and runs them one after the other, each over its corpus, then
# says what came of it in a table. Exits 1 where something was found; the input that shows it is in build/fuzz/found.
#
#   scripts/fuzz.sh [--seconds N] [NAME...]    all fuzzers, or those named; 120 seconds each unless said
#   scripts/fuzz.sh NAME FILE...               runs NAME on these inputs only, as after a finding
#   scripts/fuzz.sh --corpus                   writes tests/fuzz/corpus anew
#   --build DIR                                builds in DIR, for speed of building instead of running, and runs nothing
#   --built DIR                                takes what --build built there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=120
build=build/fuzz
action=run
names=()
inputs=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift ;;
    --corpus) action=corpus ;;
    --build) action=build; build=$2; shift ;;
    --built) action=built; build=$2; shift ;;
    -*) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) if [ -f "$1" ]; then inputs+=("$(realpath "$1")"); else names+=("$1"); fi ;;
  esac
  shift
done

case $action in
  build)
    # Sanitizers cost more time to compile than seconds of running can use: here the cheaper ones.
    cmake --preset fuzz -B "$build" -DDAYBOOK_SANITIZE=address -DCMAKE_CXX_FLAGS="-O0" >/dev/null
    exec cmake --build "$build" --target fuzzers
    ;;
  built) ;;
  *)
    scripts/install-dependencies.sh
    cmake --preset fuzz >/dev/null
    cmake --build --preset fuzz --target fuzzers make_fuzz_corpus
    ;;
esac

export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ "$action" = corpus ]; then
  rm -rf tests/fuzz/corpus
  exec "$build/bin/make_fuzz_corpus" tests/fuzz/corpus "$scratch"
fi
if [ ${#inputs[@]} -gt 0 ]; then
  "$build/bin/fuzz_${names[0]}" "${inputs[@]}"
  exit
fi
if [ ${#names[@]} -eq 0 ]; then
  for file in tests/fuzz/*_fuzz.cpp; do names+=("$(basename "$file" _fuzz.cpp)"); done
fi

mkdir -p "$build/found"
failed=0
table=$(printf '%-16s %8s %12s %10s %9s  %s' fuzzer seconds executions edges inputs found)
for name in "${names[@]}"; do
  mkdir -p "$scratch/$name"
  log="$build/found/$name.log"
  status=0
  "$build/bin/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$build/found/$name-" "$scratch/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 || status=$?
  found=nothing
  if [ "$status" -ne 0 ]; then
    failed=1
    found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    found=${found:-"see $log"}
  fi
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)
  units=$(sed -n 's/.* corp: \([0-9]*\)\/.*/\1/p' "$log" | tail -1)
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
  row=$(printf '%-16s %8s %12s %10s %9s  %s' "$name" "$seconds" "${runs:-?}" "${edges:-?}" "${units:-?}" "$found")
  table+=$'\n'$row
  if [ "$status" -ne 0 ]; then grep -E 'daybook: |ERROR|runtime error|SUMMARY' "$log" | head -5 >&2 || true; fi
done
printf '%s\n' "$table"
exit $failed
