#!/usr/bin/env bash
# Harms a small log in every way there is, one harm at a time, and looks what a reader and a writer make of it: each bit
# of each byte flipped, each file cut at each length, each page zeroed, each file deleted or put back from an older copy.
# Of RocksDB's OPTIONS files, which nothing reads, one bit of each byte; its LOG files are left out. Three logs: one that
# was closed, one whose writer was killed, one whose buffered writer was killed. Prints the counts, and exits 1 where
# anything came of it but *refused and named* or *the same data*. Takes most of an hour on two cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if (($# > 0)); then
  echo "usage: scripts/damage-sweep.sh (no arguments)" >&2
  echo "a seeded sample: DAYBOOK_HARMS=N [DAYBOOK_SEED=S] ctest --preset release -R damage_test" >&2
  exit 2
fi

scripts/install-dependencies.sh
cmake --preset release
cmake --build --preset release --target test_crash
DAYBOOK_HARMS=all exec build/release/tests/test_crash --source-file='*/damage_test.cpp' </dev/null
