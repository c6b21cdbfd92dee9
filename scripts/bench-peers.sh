#!/usr/bin/env bash
# daybook beside SQLite and Redis: the same events, the same run, the same disk, synced before the acknowledgement.
# docs/performance.md says what is compared. Installs what it needs, builds, and starts a Redis of its own that nobody
# else can reach; what it writes lies under build/ and is removed.
#
#   scripts/bench-peers.sh [--quick] [--json] [--only WORDS] [--repeats N] [--dir DIR]
#
# --quick: runs of 1 s, two minutes in all; without, a quarter of an hour. --dir: on another disk than this tree's.
set -euo pipefail
start=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dir=$PWD/build
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$(cd "$start" && realpath -m -- "${2:?--dir needs a directory}"); shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

mkdir -p build
if [ ! -d "$dir" ]; then
  echo "bench-peers: $dir is no directory" >&2
  exit 2
fi

{
  scripts/install-dependencies.sh
  scripts/install-dependencies.sh dependencies-peers.txt
  cmake --preset release
  cmake --build --preset release --target daybook-bench-peers
} >&2
scratch=$(mktemp -d "$dir/bench-peers-XXXXXX")
door=$(mktemp -d) # Not in $scratch: a socket's path has 107 bytes at most.
redis=
stop() {
  if [ -n "$redis" ]; then kill "$redis" 2>/dev/null && wait "$redis" || true; fi
  rm -rf "$scratch" "$door"
}
trap stop EXIT

# One binary is all of Redis, and acts by the name that it is called by. Rewriting its file would only slow it down.
ln -s "$(command -v redis-check-rdb)" "$door/redis-server"
mkdir "$scratch/redis"
"$door/redis-server" --port 0 --unixsocket "$door/socket" --unixsocketperm 700 --dir "$scratch/redis" --save '' \
  --appendonly yes --appendfsync always --auto-aof-rewrite-percentage 0 >"$scratch/redis.log" 2>&1 &
redis=$!
for ((i = 0; i < 100; ++i)); do
  if [ -S "$door/socket" ] && redis-cli -s "$door/socket" ping >/dev/null 2>&1; then break; fi
  if ! kill -0 "$redis" 2>/dev/null; then
    echo "bench-peers: Redis did not start:" >&2
    cat "$scratch/redis.log" >&2
    exit 1
  fi
  sleep 0.1
done

build/release/bench/peers/daybook-bench-peers --dir "$scratch" --redis "$door/socket" "${arguments[@]}"
