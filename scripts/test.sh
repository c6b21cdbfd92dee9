#!/usr/bin/env bash
# Installs what is needed, builds, and runs every test. `scripts/test.sh [PRESET]`: release unless said, or dev, asan,
# tsan, coverage. What stands behind the preset goes to ctest, such as `scripts/test.sh dev -R log`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-release}
shift || true

scripts/install-dependencies.sh
cmake --preset "$preset"
cmake --build --preset "$preset"
exec ctest --preset "$preset" --parallel "$(nproc)" "$@" </dev/null
