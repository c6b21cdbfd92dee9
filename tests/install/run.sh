#!/usr/bin/env bash
# Installs a build into a temporary directory and uses it as a stranger would: with CMake (static and shared), with
# pkg-config, the program in README.md, and examples/custom-projection. `run.sh BUILD_DIR [COMPILER_FLAGS]`
set -euo pipefail
build=$1
flags=${2:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
# Outside the build tree, which holds one file named daybook.
work=$(mktemp -d "${TMPDIR:-/tmp}/daybook-install-XXXXXX")
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

step() { printf '== %s\n' "$*"; }
expect() { # WHAT EXPECTED ACTUAL
  if [ "$2" != "$3" ]; then printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3" >&2; exit 1; fi
}
consume() { # NAME SOURCE_DIR CMAKE_ARGUMENTS...: configures and builds a project against the installed tree
  local name=$1 from=$2
  shift 2
  cmake -G Ninja -S "$from" -B "$work/$name" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS="$flags" "$@" >"$work/$name.log" 2>&1 &&
    cmake --build "$work/$name" >>"$work/$name.log" 2>&1 || { cat "$work/$name.log"; exit 1; }
}

step "install"
cmake --install "$build" --prefix "$prefix" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
libraries=$(dirname "$(find "$prefix" -name libdaybook_log.a)")
for file in bin/daybook include/daybook/log.h include/daybook/projection.h include/daybook/client.h; do
  [ -f "$prefix/$file" ] || { echo "not installed: $file" >&2; exit 1; }
done
for name in log projections client server; do
  for file in libdaybook_$name.a libdaybook_$name.so pkgconfig/daybook-$name.pc; do
    [ -e "$libraries/$file" ] || { echo "not installed: $file" >&2; exit 1; }
  done
done
"$prefix/bin/daybook" --help >/dev/null
for page in daybook daybook-read daybook-projection-run; do
  [ -f "$prefix/share/man/man1/$page.1" ] || { echo "not installed: the man page $page(1)" >&2; exit 1; }
done

step "every installed header compiles alone"
for header in "$prefix"/include/daybook/*.h; do
  echo "#include <daybook/$(basename "$header")>"  >"$work/alone.cpp"
  g++ -std=c++23 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" "$work/alone.cpp"
done

for kind in static shared; do
  step "a program that finds daybook with CMake, $kind"
  consume "$kind" "$here/consumer" -DKIND=$kind
  expect "$kind consumer" "1 order-1" "$("$work/$kind/consumer")"
done
# Not grep -q, which leaves before ldd has said everything, and that counts as a failure of ldd.
if ldd "$work/static/consumer" | grep libdaybook >/dev/null; then echo "the static consumer loads libdaybook" >&2; exit 1; fi
ldd "$work/shared/consumer" | grep libdaybook_log.so >/dev/null || { echo "the shared consumer does not" >&2; exit 1; }

step "a program that finds daybook with pkg-config"
export PKG_CONFIG_PATH=$libraries/pkgconfig
# shellcheck disable=SC2046,SC2086
g++ -std=c++23 $flags -o "$work/by-pkg-config" "$here/consumer/main.cpp" $(pkg-config --cflags --libs daybook-log) \
  -Wl,-rpath,"$libraries"
expect "pkg-config consumer" "1 order-1" "$("$work/by-pkg-config")"
pkg-config --exists --print-errors daybook-projections

step "a program that needs a server's log only, and so no RocksDB"
for kind in static shared; do
  consume "client-$kind" "$here/client" -DKIND=$kind -DCMAKE_DISABLE_FIND_PACKAGE_RocksDB=ON
  expect "$kind client" "io" "$("$work/client-$kind/client")"
  if ldd "$work/client-$kind/client" | grep rocksdb >/dev/null; then echo "the $kind client loads RocksDB" >&2; exit 1; fi
done
# shellcheck disable=SC2046,SC2086
g++ -std=c++23 $flags -o "$work/client-by-pkg-config" "$here/client/main.cpp" \
  $(pkg-config --cflags --libs daybook-client) -Wl,-rpath,"$libraries"
expect "pkg-config client" "io" "$("$work/client-by-pkg-config")"
pkg-config --exists --print-errors daybook-server

step "the program in README.md"
mkdir "$work/readme-source"
cp "$here/consumer/CMakeLists.txt" "$work/readme-source/"
awk '/^```cpp$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/README.md" >"$work/readme-source/main.cpp"
[ -s "$work/readme-source/main.cpp" ] || { echo "README.md has no program" >&2; exit 1; }
sed -i 's/daybook::log)/daybook::projections)/' "$work/readme-source/CMakeLists.txt"
consume readme "$work/readme-source" -DKIND=static
(cd "$work" && ./readme/consumer && ./readme/consumer) >"$work/readme.out" || { cat "$work/readme.out"; exit 1; }
cat "$work/readme.out"

step "the commands in README.md"
awk '/^## /{ chapter = /command in ten/ } chapter && /^```$/ { inside = 0 } inside; chapter && /^```sh$/ { inside = 1 }' \
  "$source/README.md" >"$work/commands.sh"
expect "commands in README.md" 10 "$(wc -l <"$work/commands.sh")"
(cd "$work" && PATH=$prefix/bin:$PATH bash -euo pipefail commands.sh) >"$work/commands.out" 2>&1 ||
  { cat "$work/commands.out"; exit 1; }

step "the server in README.md"
awk '/^## /{ chapter = /server in five/ } chapter && /^```$/ { inside = 0 } inside; chapter && /^```sh$/ { inside = 1 }' \
  "$source/README.md" | sed "s/4290/$((20000 + $$ % 10000))/" >"$work/server.sh"
expect "commands of the server in README.md" 5 "$(wc -l <"$work/server.sh")"
# The server is this shell's, so that it ends however the commands do.
(cd "$work" && PATH=$prefix/bin:$PATH && trap 'kill %1' EXIT && set -euo pipefail && . ./server.sh) \
  >"$work/server.out" 2>&1 || { cat "$work/server.out"; exit 1; }

if [ -d "$source/examples/custom-projection" ]; then
  step "examples/custom-projection"
  consume custom "$source/examples/custom-projection"
  program=$(find "$work/custom" -maxdepth 1 -type f -perm -u+x | head -1)
  (cd "$work" && "$program" "$work/custom.daybook")
fi
