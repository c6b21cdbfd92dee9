"""Checks the checker: a small tree that is clean, then one violation a rule planted into it, each of which must be
found at the expected file and line, and nothing else with it."""

import dataclasses
import pathlib
import tempfile

from . import run

_CLEAN = {
    ".clang-format": "BasedOnStyle: Google\nColumnLimit: 120\nIncludeBlocks: Preserve\n",
    "include/daybook/ids.h": """\
// The strong types.
//
// Threads: any.
#pragma once

#include <cstdint>

namespace daybook {

/// A place in the log.
class Sequence {
 public:
  Sequence() = default;
  explicit Sequence(std::uint64_t value) : value_{value} {}
  /// The number.
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

/// A colour.
enum class Colour : std::uint8_t {
  red,  ///< As a rose.
  blue  ///< As the sky.
};

}  // namespace daybook
""",
    "include/daybook/log.h": """\
// The log.
//
// Threads: any.
#pragma once

#include "daybook/ids.h"

namespace daybook {

/// Where it ends.
[[nodiscard]] Sequence head();

}  // namespace daybook
""",
    "base/bytes.h": """\
// Bytes.
//
// Threads: any.
#pragma once

#include <expected>

namespace daybook {

template <class T>
using Result = std::expected<T, int>;

[[nodiscard]] Result<int> first_byte();

}  // namespace daybook
""",
    "log/store.h": "// The store.\n//\n// Threads: any.\n#pragma once\n\n#include \"base/bytes.h\"\n",
    "log/store.cpp": """\
// One door to storage, so that its errors are translated once.
#include "log/store.h"

#include <string>

#include "base/bytes.h"

namespace daybook {

Result<int> first_byte() { return static_cast<int>(std::string("a // b {").size()); }

}  // namespace daybook
""",
    "tests/log/store_test.cpp": """\
#include <string>

#include "log/store.h"

TEST_CASE("store: what is put is got") {
  const std::string text = R"(} { // " )";
  CHECK(text.size() == 8);
}
""",
    "docs/page.md": "# A page\n\nSee [itself](page.md#a-page) and `[no](link.md)`.\n",
    "docs/limits.md": "# Limits\n\n`store: what is put is got` holds it.\n",
    "docs/testing.md": "| bug | what | binary | check |\n| `one_bug` | it is bad | `test_log` | `store: what is put is got` |\n",
    "base/planted_bug.h": "// Bugs.\n//\n// Threads: any.\n#pragma once\n\nenum class Bug {\n  one_bug,\n};\n",
    "scripts/tidy-doors.txt": "rocksdb/  log/rocks.cpp\nevent.capnp.h  log/codec.cpp\n",
    "scripts/tidy-allow.txt": "# none\n",
}


@dataclasses.dataclass(frozen=True)
class Plant:
    """A violation: the file it is planted in, what is replaced by what, and where it must be found."""

    rule: str
    path: str
    old: str
    new: str
    line: int
    found_in: str = ""


def _lines(count: int, text: str = "// filler\n") -> str:
    return text * count


_LONG_FUNCTION = "Result<int> long_one() {\n" + _lines(70, "  first_byte();\n") + "  return 1;\n}\n\n"

_PLANTS = [
    Plant("direction", "base/bytes.h", "#include <expected>\n", '#include <expected>\n\n#include "log/store.h"\n', 8),
    Plant("direction", "base/bytes.h", "#include <expected>\n", '#include <expected>\n\n#include "daybook/log.h"\n', 8),
    Plant("direction", "include/daybook/ids.h", "#include <cstdint>\n", '#include <cstdint>\n\n#include "daybook/log.h"\n',
          8),
    Plant("direction", "examples/a.cpp", "", '// A program.\n#include "log/store.h"\n', 2),
    Plant("include", "log/store.h", '"base/bytes.h"', '"bytes.h"', 6),
    Plant("include", "log/store.h", '"base/bytes.h"', '"daybook/bytes.h"', 6),
    Plant("include", "log/store.cpp", '#include "base/bytes.h"\n', "#include <daybook/log.h>\n", 6),
    Plant("door", "log/store.cpp", "#include <string>\n", "#include <string>\n\n#include <rocksdb/db.h>\n", 6),
    Plant("door", "log/store.cpp", "#include <string>\n", "#include <string>\n\n#include <json/json.h>\n", 6),
    Plant("door", "log/store.cpp", '#include "base/bytes.h"\n', '#include "base/bytes.h"\n#include "event.capnp.h"\n', 7),
    Plant("public-include", "include/daybook/ids.h", "#include <cstdint>\n", "#include <cstdint>\n\n#include <fmt/core.h>\n",
          8),
    Plant("public-include", "include/daybook/ids.h", "#include <cstdint>\n",
          '#include <cstdint>\n\n#include "base/bytes.h"\n', 8),
    Plant("include-order", "log/store.cpp", '#include <string>\n\n#include "base/bytes.h"\n',
          '#include "base/bytes.h"\n\n#include <string>\n', 6),
    Plant("length", "log/store.h", "#pragma once\n", "#pragma once\n" + _lines(200), 1),
    Plant("length", "log/store.cpp", "Result<int> first_byte()", _LONG_FUNCTION + "Result<int> first_byte()", 10),
    Plant("length", "log/store.cpp", "Result<int> first_byte()", _LONG_FUNCTION + "Result<int> first_byte()", 10),
    Plant("allow", "scripts/tidy-allow.txt", "# none\n", "length log/store.cpp 500 # it is long\n", 1),
    Plant("allow", "scripts/tidy-allow.txt", "# none\n", "throw log/store.cpp # it must\n", 1),
    Plant("allow", "scripts/tidy-allow.txt", "# none\n", "throw log/store.cpp\n", 1),
    Plant("allow", "scripts/tidy-allow.txt", "# none\n", "length log/store.cpp # how long?\n", 1),
    Plant("opening", "log/store.cpp", "// One door to storage, so that its errors are translated once.\n", "", 1),
    Plant("opening", "log/store.h", "// The store.\n//\n// Threads: any.\n", "", 1),
    Plant("threads", "log/store.h", "//\n// Threads: any.\n", "", 1),
    Plant("pragma-once", "log/store.h", "#pragma once\n\n", "", 1),
    Plant("docstring", "include/daybook/ids.h", "/// A place in the log.\n", "", 10),
    Plant("docstring", "include/daybook/ids.h", "  /// The number.\n", "", 15),
    Plant("docstring", "include/daybook/ids.h", "  ///< As a rose.", "", 24),
    Plant("docstring", "include/daybook/log.h", "/// Where it ends.\n", "", 10),
    Plant("link", "docs/page.md", "page.md#a-page", "pages.md", 3),
    Plant("link", "docs/page.md", "`[no](link.md)`", "`log/stores.h`", 3),
    Plant("link", "docs/page.md", "page.md#a-page", "page.md#b-page", 3),
    Plant("claim", "docs/limits.md", "what is put is got", "what is got was put", 3),
    Plant("claim", "docs/testing.md", "what is put is got", "what is got was put", 2),
    Plant("planted", "docs/testing.md", "", "| `other_bug` | - | `test_log` | `store: what is put is got` |\n", 3),
    Plant("planted", "base/planted_bug.h", "  one_bug,\n", "  one_bug,\n  other_bug,\n", 8),
    Plant("machine-path", "docs/page.md", "`[no](link.md)`", "/home/" + "someone/daybook", 3),
    Plant("unfinished", "log/store.cpp", "// One", "// TO" + "DO: one", 1),
    Plant("throw", "log/store.cpp", "return static_cast", "throw static_cast", 10),
    Plant("capture", "log/store.cpp", "return static_cast<int>(std::string(\"a // b {\").size());",
          "return [=] { return 1; }();", 10),
    Plant("detach", "log/store.cpp", "{ return", "{ std::thread().detach(), return", 10),
    Plant("range-for", "log/store.cpp", "{ return", "{ for (int part : list()->parts) use(part); return", 10),
    Plant("assert", "log/store.cpp", "{ return", "{ assert(true), return", 10),
    Plant("print", "log/store.cpp", "{ return", "{ std::cout << 1, return", 10),
    Plant("clock", "log/store.cpp", "{ return", "{ std::chrono::system_clock::now(), return", 10),
    Plant("random", "log/store.cpp", "{ return", "{ std::random_device(), return", 10),
    Plant("using-namespace", "log/store.cpp", "namespace daybook {\n\n", "namespace daybook {\n\nusing namespace std;\n", 10),
    Plant("sleep", "tests/log/store_test.cpp", "  CHECK(", "  std::this_thread::sleep_for(1s);\n  CHECK(", 7),
    Plant("nodiscard", "base/bytes.h", "[[nodiscard]] ", "", 13),
    Plant("test-name", "tests/log/other_test.cpp", "", 'TEST_CASE("store: what is put is got") {}\n', 1,
          found_in="tests/log/store_test.cpp"),
    Plant("test-name", "tests/log/other_test.cpp", "", 'TEST_CASE("it works") {}\n', 1),
    Plant("format", "log/store.cpp", "{ return", "{   return", 10),
    Plant("header-alone", "base/bytes.h", "#include <expected>\n", "#include <array>\n", 1),
    Plant("header-alone", "include/daybook/log.h", '#include "daybook/ids.h"\n', "class Other;\n", 1),
]
_COMPILED = ("format", "header-alone")


def _write(root: pathlib.Path, tree: dict[str, str]) -> None:
    for path, text in tree.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _found(tree: dict[str, str], fast: bool) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="daybook-tidy-self-test-") as folder:
        root = pathlib.Path(folder).resolve()
        _write(root, tree)
        _, findings = run.findings_of(root, None, fast)
        return [f"{finding.path}:{finding.line}: [{finding.rule}]" for finding in findings]


def _ratchet() -> list[str]:
    """A listed length holds, one line more is found, and one line less asks for the entry to be lowered."""
    tree = dict(_CLEAN)
    tree["log/store.cpp"] = _CLEAN["log/store.cpp"].replace("Result<int> first_byte()",
                                                            _LONG_FUNCTION + "Result<int> first_byte()")
    wrong = []
    for listed, expected in ((73, []), (72, ["log/store.cpp:10: [length]"]),
                             (74, ["scripts/tidy-allow.txt:1: [length]"])):
        tree["scripts/tidy-allow.txt"] = f"length log/store.cpp:long_one {listed} # one long list of steps\n"
        found = _found(tree, fast=True)
        if found != expected:
            wrong.append(f"ratchet at {listed}: expected {expected}, found {found}")
    return wrong


def main() -> int:
    wrong = [f"the clean tree: {found}" for found in _found(_CLEAN, fast=False)]
    for plant in _PLANTS:
        text = _CLEAN.get(plant.path, "")
        if plant.old not in text:
            wrong.append(f"{plant.rule}: {plant.path} does not hold what is to be replaced")
            continue
        tree = dict(_CLEAN)
        tree[plant.path] = text.replace(plant.old, plant.new, 1) if plant.old else text + plant.new
        expected = f"{plant.found_in or plant.path}:{plant.line if not plant.found_in else 5}: [{plant.rule}]"
        found = _found(tree, fast=plant.rule not in _COMPILED)
        if found != [expected]:
            wrong.append(f"{plant.rule}: expected {expected}, found {found or 'nothing'}")
    wrong += _ratchet()
    for line in wrong:
        print(line)
    print(f"tidy self-test: {len(_PLANTS) + 4} trees, {len(wrong)} wrong")
    return 1 if wrong else 0
