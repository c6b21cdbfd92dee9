"""Single lines that the style forbids: exceptions, silent captures, sleeps, detached threads, printing libraries."""

import re

from .source import Source
from .tree import Tree

_LIBRARY = ("base", "schema", "log", "projections", "net", "server", "client")
_PRODUCT = _LIBRARY + ("cli",)

# rule, folders, pattern over the code without comments and literals, what to do instead
_LINES = [
    ("throw", _PRODUCT, r"\bthrow\b", "no daybook function throws; return a Result"),
    ("capture", _PRODUCT + ("bench", "examples", "tests"), r"\[\s*=", "name what the lambda captures"),
    ("range-for", _PRODUCT + ("bench", "examples", "tests"), r"\bfor\s*\([^;()]*:[^;()]*\(\)->",
     "g++ 12 lets what the call returned go before the loop; name it first"),
    ("detach", _PRODUCT + ("bench", "examples", "tests"), r"\.\s*detach\s*\(", "no detached threads; join them"),
    ("assert", _PRODUCT, r"\bassert\s*\(", "DAYBOOK_CHECK also holds in a release"),
    ("print", _LIBRARY, r"\bstd::(cout|cerr|clog|print|println)\b|\b(printf|fprintf|puts|fputs)\s*\(",
     "a library does not print; return it, or log it"),
    ("clock", _PRODUCT, r"\b(system|steady|high_resolution)_clock::now\b|\bclock_gettime\s*\(|\bgettimeofday\s*\(",
     "time comes in as Clock&"),
    ("random", _PRODUCT, r"\bstd::random_device\b|\bs?rand\s*\(|\bgetrandom\s*\(", "randomness comes in as a seed"),
    ("sleep", ("tests",), r"\bsleep_(for|until)\b|\bu?sleep\s*\(|\bnanosleep\s*\(",
     "wait for what you wait for, not for time"),
    ("using-namespace", _PRODUCT, r"\busing\s+namespace\s+(?!std::(chrono_)?literals|std::string_view_literals)",
     "name the namespace"),
]
_TEST_CASE = re.compile(r'\b(?:TEST_CASE|TEST_CASE_FIXTURE|SCENARIO)\s*\((?:[^"()]*,)?\s*"((?:\\.|[^"\\])*)"')
_CLAIM = re.compile(r"^[a-z0-9][\w ,/.-]*: \S")
_RESULT = re.compile(r"^(?:template\s*<.*?>\s*)?(?:(?:static|virtual|inline|constexpr|explicit)\s+)*Result<")


def check(tree: Tree) -> None:
    for rule, folders, pattern, instead in _LINES:
        compiled = re.compile(pattern)
        for source in tree.sources.values():
            if source.folder in folders or (source.folder == "include" and "log" in folders):
                for line, match in source.matches(compiled):
                    tree.add(source.path, line, rule, f"`{match.group(0).strip()}`: {instead}")
    for source in tree.headers():
        _check_nodiscard(tree, source)
    _check_test_names(tree)


def _check_nodiscard(tree: Tree, source: Source) -> None:
    for declaration in source.declarations:
        if "(" in declaration.head and _RESULT.match(declaration.head):
            tree.add(source.path, declaration.line, "nodiscard", "a function that returns a Result is [[nodiscard]]")


def _check_test_names(tree: Tree) -> None:
    seen: dict[str, str] = {}
    for source in tree.sources.values():
        if source.folder != "tests":
            continue
        for match in _TEST_CASE.finditer(source.text):
            line = source.text.count("\n", 0, match.start()) + 1
            name = match.group(1)
            if name in seen:
                tree.add(source.path, line, "test-name", f'"{name}" is also the name of a test in {seen[name]}')
            elif not _CLAIM.match(name):
                tree.add(source.path, line, "test-name", f'"{name}" is no claim; say "subject: what holds"')
            seen.setdefault(name, f"{source.path}:{line}")
