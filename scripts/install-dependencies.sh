#!/usr/bin/env bash
# Installs the Debian packages of scripts/dependencies.txt that are missing. Asks dpkg first, so that a machine that
# has them all needs neither root nor network. DAYBOOK_SKIP_DEPENDENCIES=1 skips it (another system, own packages).
# `install-dependencies.sh LIST...`: those of other lists of this folder instead.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ -n "${DAYBOOK_SKIP_DEPENDENCIES:-}" ]; then exit 0; fi

if [ $# -eq 0 ]; then set -- dependencies.txt; fi
lists=("${@/#/$here/}")
mapfile -t packages < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "${lists[@]}")
if [ ${#packages[@]} -eq 0 ]; then exit 1; fi # sed has said which list is not there

missing=()
if command -v dpkg-query >/dev/null; then
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
    awk '$2 == "installed" { print $1 }' || true)
  for package in "${packages[@]}"; do
    grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
  done
else
  missing=("${packages[@]}")
fi
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

system=$(. /etc/os-release 2>/dev/null && echo "${ID:-?} ${VERSION_ID:-?}" || echo "unknown")
if [ "$system" != "debian 12" ] || ! command -v apt-get >/dev/null; then
  {
    echo "install-dependencies: this is not Debian 12 (found: $system), where daybook is built and tested."
    echo "Install what ${*/#/scripts/} lists by your own means, then run again with DAYBOOK_SKIP_DEPENDENCIES=1."
  } >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    {
      echo "install-dependencies: ${#missing[@]} packages are missing, and this is neither root nor is there sudo. As root run:"
      echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    } >&2
    exit 1
  fi
  as_root=(sudo)
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Use-Pty=0 "$@" </dev/null
}
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
apt -qq update
apt -qq -y install --no-install-recommends "${missing[@]}" >/dev/null
