#!/usr/bin/env bash
# Which lines of log/ and projections/ the tests run: builds with gcov's counters, runs the tests of the log, projections,
# crashes, golden logs and the simulation, and prints a table by file. Exits 1 where a folder is not above 90 %.
#
#   scripts/coverage.sh            all of it; build/coverage/lines.txt names each line that no test ran
#   scripts/coverage.sh --counted  takes the counts that are there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/coverage
percent_min=90
case ${1:-} in
  --counted) ;;
  "")
    scripts/install-dependencies.sh
    cmake --preset coverage >/dev/null
    cmake --build --preset coverage --target test_log test_projections test_crash test_golden test_simulation
    find "$build" -name '*.gcda' -delete
    ctest --preset coverage --parallel "$(nproc)" -R '^(log|projections|crash|golden|simulation)\.' \
      -E 'command_kill|oracle' </dev/null # which run the command: not built here
    ;;
  *) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

# A process that a test kills counts nothing. Headers count as the libraries compiled them.
report() { gcovr --root . --filter "$1/" "${@:2}" "$build/log" "$build/projections"; }
report '(log|projections)' --txt "$build/lines.txt"
cat "$build/lines.txt"
status=0
for folder in log projections; do
  # A file of the build's own: gcovr puts a new file in the place of what it is told to write, /dev/null included.
  summary=$(report "$folder" --print-summary --fail-under-line "$percent_min" --txt "$build/$folder.txt") || status=1
  echo "$folder/ $(grep '^lines' <<<"$summary")"
done
exit $status
