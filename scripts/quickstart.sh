#!/usr/bin/env bash
# From a fresh Debian 12 to inventory and analytics of a shop's orders:
#
#   scripts/quickstart.sh                    on orders that daybook makes up (seeded: the same every time)
#   scripts/quickstart.sh FILE [MAPPING]     on real orders, such as online-retail.csv.gz; MAPPING says what a row means
#                                            (default: examples/retail/online-retail.toml)
#
# Installs what is missing, builds a release in build/release, and keeps the log in quickstart-NAME.daybook at the
# top of this tree, or where QUICKSTART_LOG says. Run again it goes on from there: nothing is added twice.
# QUICKSTART_ORDERS and QUICKSTART_SEED change what is made up (20000, 1).
set -euo pipefail

case ${1:-} in -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;; esac
file=${1:+$(realpath -- "$1")}
mapping=${2:+$(realpath -- "$2")}
log=${QUICKSTART_LOG:+$(realpath -m -- "$QUICKSTART_LOG")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapping=${mapping:-examples/retail/online-retail.toml}
orders=${QUICKSTART_ORDERS:-20000}
seed=${QUICKSTART_SEED:-1}
if [ -n "$file" ] && [ ! -r "$file" ]; then echo "quickstart: cannot read $file" >&2; exit 2; fi

if [ -n "$file" ]; then name=$(basename "$file"); name=${name%%.*}; else name=generated-$seed; fi
log=${log:-quickstart-$name.daybook}

bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi
timings=()
began=$EPOCHREALTIME

title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
seconds_since() { awk -v from="${1/,/.}" -v to="${EPOCHREALTIME/,/.}" 'BEGIN { printf "%.1f", to - from }'; }
timed() { # LABEL COMMAND...
  local label=$1 from=$EPOCHREALTIME
  shift
  printf '%s%s%s\n' "$dim" "$label ..." "$plain"
  "$@" || { echo "quickstart: this step failed: $label" >&2; exit 1; }
  timings+=("$(printf '%8s s  %s' "$(seconds_since "$from")" "$label")")
}

build() {
  local output
  output=$(cmake --preset release 2>&1) || { printf '%s\n' "$output" >&2; return 1; }
  if [ -t 1 ]; then
    cmake --build --preset release --target daybook
  else
    output=$(cmake --build --preset release --target daybook 2>&1) || { printf '%s\n' "$output" >&2; return 1; }
  fi
}
daybook() { build/release/bin/daybook --log "$log" "$@"; }
fill() {
  if [ -n "$file" ]; then daybook import "$file" --mapping "$mapping"; else
    daybook generate retail --orders "$orders" --seed "$seed"
  fi
}
timed "install what is missing" scripts/install-dependencies.sh
timed "build a release" build
if [ -n "$file" ]; then timed "import $(basename "$file")" fill; else timed "generate $orders orders (seed $seed)" fill; fi
timed "fold the inventory" daybook projection run inventory
timed "fold the analytics" daybook projection run analytics

title "Totals"
daybook projection query analytics --dimension total
title "Top products by net revenue"
daybook projection query analytics --dimension sku --top 10 --by netRevenue
title "Net revenue by country"
daybook projection query analytics --dimension country --top 10 --by netRevenue
title "Lowest stock"
daybook projection query inventory --bottom 10 --by onHand
title "How long it took"
printf '%s\n' "${timings[@]}"
printf '%8s s  in all\n' "$(seconds_since "$began")"

title "What to try next"
sku=$(daybook projection query inventory --top 1 --by sold --json | sed -E 's/.*"sku":"([^"]*)".*/\1/')
try() { printf '  %-64s %s%s%s\n' "$1" "$dim" "$2" "$plain"; }
printf '  %s\n' "export DAYBOOK_LOG=$log PATH=\$PWD/build/release/bin:\$PATH"
try "daybook stats" "what the log holds"
try "daybook streams order- | head" "an order is a stream"
try "daybook read --limit 3" "the first events"
try "daybook read --type OrderCancelled --backward --limit 3 --json" "the last cancellations"
try "daybook projection query inventory $sku" "one product"
try "daybook verify" "every byte, checked"
try "scripts/quickstart.sh${file:+ FILE}" "again: it adds nothing"
