#!/usr/bin/env bash
# Makes a Python environment in DIR with what examples/python/requirements.txt asks for, unless it is there already.
# Exits 77 where the package index cannot be reached, so that a test can be skipped; what pip said then stands in
# DIR.log.
#
#   scripts/python-venv.sh DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ $# -ne 1 ]; then sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
directory=$1
requirements=examples/python/requirements.txt

# Complete only with this mark, which says for what.
if cmp -s "$requirements" "$directory/installed"; then exit 0; fi
rm -rf "$directory"
mkdir -p "$(dirname "$directory")"
if ! python3 -m venv "$directory" >"$directory.log" 2>&1; then
  cat "$directory.log" >&2
  echo "python-venv: python3 cannot make an environment; scripts/install-dependencies.sh installs python3-venv" >&2
  exit 1
fi
if ! "$directory/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --retries 1 --timeout 20 \
  --requirement "$requirements" >"$directory.log" 2>&1; then
  rm -rf "$directory"
  echo "python-venv: skipped, the package index cannot be reached or lacks $(tr '\n' ' ' <"$requirements"); see $directory.log" >&2
  exit 77
fi
cp "$requirements" "$directory/installed"
