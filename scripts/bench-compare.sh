#!/usr/bin/env bash
# This tree, uncommitted changes included, against another commit: daybook-bench of both, in turn (ABAB...), on the same
# disk, and a table of the ratios. Exits 1 where a row is worse than --worst in every round, 2 where nothing could be
# compared. BASE is built in a git worktree of its own under build/, which is gone at the end.
#
#   scripts/bench-compare.sh [OPTION...] BASE [GROUP...]     such as: scripts/bench-compare.sh main append replay
#   --rounds N     of both programs; 3 unless said
#   --worst X      0.9 unless said
#   --only WORDS   goes to daybook-bench
#   --full         long runs, for figures; without, daybook-bench --quick
#   --dir DIR      on the disk to measure; build/ unless said
set -euo pipefail
start=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' scripts/bench-compare.sh >&2
  exit 2
}
rounds=3
worst=0.9
length=(--quick)
run_options=(--repeats 1 --json)
dir=
words=()
while [ $# -gt 0 ]; do
  case $1 in
    --rounds | --worst | --only | --dir) if [ $# -lt 2 ]; then usage; fi ;;&
    --rounds) rounds=$2; shift ;;
    --worst) worst=$2; shift ;;
    --only) run_options+=(--only "$2"); shift ;;
    --dir) dir=$(cd "$start" && realpath -m -- "$2"); shift ;;
    --full) length=() ;;
    -*) usage ;;
    *) words+=("$1") ;;
  esac
  shift
done
if [ ${#words[@]} -eq 0 ] || ! [[ $rounds =~ ^[1-9][0-9]?$ ]] || ! [[ $worst =~ ^[0-9]*\.?[0-9]+$ ]]; then usage; fi
groups=("${words[@]:1}")
if ! commit=$(git rev-parse --verify --quiet "${words[0]}^{commit}"); then
  echo "bench-compare: ${words[0]} is no commit of this repository" >&2
  exit 2
fi
trap 'exit 2' ERR

mkdir -p build
scratch=$(mktemp -d "$PWD/build/bench-compare-XXXXXX")
clean() {
  git worktree remove --force "$scratch/base" 2>/dev/null || true
  rm -rf "$scratch"
  git worktree prune
}
trap clean EXIT
trap 'exit 130' INT TERM

# Both builds lie alike below their sources, so that ccache compiles what is the same in both only once.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}
build() { # SOURCE CMAKE_ARGUMENTS...
  (cd "$1" && cmake --preset release "${@:2}" && cmake --build --preset release --target daybook-bench) \
    >"$scratch/build.log" 2>&1 || { tail -30 "$scratch/build.log" >&2; exit 2; }
}
echo "bench-compare: building this tree and $(git log -1 --format='%h (%s)' "$commit")" >&2
scripts/install-dependencies.sh >&2
git worktree add --quiet --detach "$scratch/base" "$commit"
if [ -d ../shared/data ]; then ln -s "$(realpath ../shared)" "$scratch/shared"; fi # real orders, where they are
build .
build "$scratch/base" -DDAYBOOK_TESTS=OFF

this=()
base=()
for ((round = 1; round <= rounds; ++round)); do
  for side in this base; do
    source=.
    if [ $side = base ]; then source=$scratch/base; fi
    rows=$scratch/$side-$round.json
    echo "bench-compare: round $round of $rounds, $side" >&2
    "$source/build/release/bench/daybook-bench" --dir "${dir:-$scratch}" "${length[@]}" "${run_options[@]}" \
      "${groups[@]}" \
      >"$rows" 2>"$scratch/run.log" || { tail -5 "$scratch/run.log" >&2; exit 2; }
    if [ $side = this ]; then this+=("$rows"); else base+=("$rows"); fi
  done
done
trap - ERR
scripts/bench_table.py --worst "$worst" --this "${this[@]}" --base "${base[@]}"
