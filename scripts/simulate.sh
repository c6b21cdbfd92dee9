#!/usr/bin/env bash
# Runs the seeded simulation (docs/testing.md): installs and builds what it needs, then runs seeds S..S+N-1 in two
# processes. Exits 1 at the first seed that goes wrong, with the command that shows it step by step.
#
#   scripts/simulate.sh [--seeds N] [--first-seed S] [--minutes M] [--trace]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  echo "usage: scripts/simulate.sh [--seeds N] [--first-seed S] [--minutes M] [--trace]" >&2
  echo "       N at least 1 (1,000 unless said), S any 64-bit seed (1), M at least 1; --trace prints every step" >&2
  exit 2
}

# Any number of up to 64 bits; the program refuses a larger one.
is_number() { [[ $1 =~ ^[0-9]{1,20}$ ]]; }

seeds=1000 first=1 minutes="" trace=()
while [ $# -gt 0 ]; do
  case $1 in
    --seeds) [ $# -ge 2 ] && is_number "$2" && [[ $2 =~ [1-9] ]] || usage; seeds=$2; shift 2 ;;
    --first-seed) [ $# -ge 2 ] && is_number "$2" || usage; first=$2; shift 2 ;;
    --minutes) [ $# -ge 2 ] && is_number "$2" && [[ $2 =~ [1-9] ]] || usage; minutes=$2; shift 2 ;;
    --trace) trace=(--trace); shift ;;
    *) usage ;;
  esac
done

scripts/install-dependencies.sh
build=${DAYBOOK_SIMULATE_BUILD:-build/release}
if [ -z "${DAYBOOK_SIMULATE_BUILD:-}" ]; then
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  if ! { cmake --preset release && cmake --build --preset release --target simulate; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "simulate: the build failed" >&2
    exit 1
  fi
  rm -f "$log"
fi
program=$build/tests/simulate

limits=(--first-seed "$first" --seeds "$seeds")
[ -z "$minutes" ] || limits+=(--minutes "$minutes")
if [ ${#trace[@]} -gt 0 ] || [ "$seeds" = 1 ]; then exec "$program" "${limits[@]}" "${trace[@]}"; fi

# Two processes take every second seed each; the first failure ends both.
out=$(mktemp -d)
trap 'rm -rf "$out"; kill "${pids[@]}" 2>/dev/null || true' EXIT
pids=()
began=$SECONDS
"$program" "${limits[@]}" --stride 2 >"$out/0" 2>&1 & pids+=($!)
"$program" "${limits[@]}" --stride 2 --offset 1 >"$out/1" 2>&1 & pids+=($!)
failed=0
for _ in 0 1; do wait -n "${pids[@]}" || { failed=1; break; }; done
if [ "$failed" -eq 1 ]; then
  kill "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  cat "$out/0" "$out/1" | grep -v '^runs=' || true
  echo "simulate: FAILED first_seed=$first seeds=$seeds seconds=$((SECONDS - began))"
  exit 1
fi
cat "$out/0" "$out/1" | awk -v first="$first" -v seconds="$((SECONDS - began))" '
  { for (i = 1; i <= NF; ++i) { split($i, pair, "="); sum[pair[1]] += pair[2] } }
  END {
    rate = seconds > 0 ? sum["commits"] / seconds : sum["commits"]
    printf "simulate: ok first_seed=%s runs=%d commits=%d refused=%d crashes=%d power_cuts=%d calls=%d seconds=%d commits_per_second=%d\n",
      first, sum["runs"], sum["commits"], sum["refused"], sum["crashes"], sum["power_cuts"], sum["calls"], seconds, rate
  }'
