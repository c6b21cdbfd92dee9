"""What stands in comments and documents: docstrings, file openings, links between pages, paths of a machine."""

import re

from .source import Declaration, Source
from .tree import Tree

_MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:work|root|home/\w+|Users/\w+|tmp)/")
_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CLAIM = re.compile(r"`([a-z][a-z ]*: [^`]+)`")
_PATH = re.compile(r"`((?:base|schema|log|projections|cli|tests|docs|scripts|include|examples|bench)/[\w./+-]+\.\w+)`")
_CLAIM_PAGES = ("docs/limits.md", "docs/testing.md")  # Pages that name tests.
_BUGS = "base/planted_bug.h"
_BUG_PAGE = "docs/testing.md"
_BUG = re.compile(r"^  ([a-z_]+),$")
_BUG_ROW = re.compile(r"^\| `([a-z_]+)` \|.*\| `test_[a-z]+` \|")
_TITLE = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
_SPECIAL = re.compile(r"(=\s*(default|delete)$)|\boperator\b|^friend\b|^static_assert\b|^using\s+namespace\b|~\w+\s*\(")
_ACCESSOR = re.compile(r"^(\[\[nodiscard\]\]\s*)?(constexpr\s+)?[\w:<>,&*\s]+?\b\w+\(\)\s*const(\s*noexcept)?$")


def check(tree: Tree) -> None:
    for source in tree.public_headers():
        _check_docstrings(tree, source)
    for source in tree.sources.values():
        _check_opening(tree, source)
    for path, text in tree.texts.items():
        if path.startswith("scripts/tidy_checks/"):
            continue  # These files name what they look for.
        for number, line in enumerate(text.split("\n"), 1):
            if match := _MACHINE_PATH.search(line):
                tree.add(path, number, "machine-path", f"{match.group(0)}... is a path of one machine")
            if (match := _UNFINISHED.search(line)) and not path.startswith("LICENSE"):
                tree.add(path, number, "unfinished", f"{match.group(0)}: finish it, or write why it is as it is")
        if path.endswith(".md"):
            _check_links(tree, path, text)
        if path in _CLAIM_PAGES:
            _check_claims(tree, path, text)
    _check_planted_bugs(tree)


def _check_opening(tree: Tree, source: Source) -> None:
    first = source.lines[0] if source.lines else ""
    if source.is_header:
        opening = []
        for line in source.lines:
            if not line.startswith("//"):
                break
            opening.append(line)
        if not opening:
            tree.add(source.path, 1, "opening", "a header opens with what it is")
        elif not any("Threads:" in line for line in opening):
            tree.add(source.path, 1, "threads", "the opening says `Threads:` and who may call")
        if not any(line.strip() == "#pragma once" for line in source.code_lines):
            tree.add(source.path, 1, "pragma-once", "#pragma once is missing")
    elif source.folder != "tests" and not first.startswith("//"):
        tree.add(source.path, 1, "opening", "a source opens with why it is so")


def _is_name(declaration: Declaration) -> bool:
    """Whether `declaration` brings a name that a reader meets for the first time here."""
    head = re.sub(r"\s+", " ", declaration.head)
    scope_kind, scope_name = declaration.scope
    if declaration.access != "public" or _SPECIAL.search(head) or scope_name in ("detail", "std", "CLI"):
        return False
    if scope_kind == "type" and re.search(rf"(^|\s)(explicit\s+)?{re.escape(scope_name)}\s*\(", head):
        return False  # A constructor: its class says what it makes.
    forward = not declaration.is_type and re.match(r"(class|struct|enum class)\s+[\w:]+$", head)
    return not forward and not re.match(r"(template\s*<>\s*)?struct std::", head)


def _check_docstrings(tree: Tree, source: Source) -> None:
    covered: dict[int, str] = {}  # Last line of a declaration that a comment above covers -> what kind it is.
    for declaration in sorted(source.declarations, key=lambda item: (item.line, item.end_line)):
        above = source.lines[declaration.line - 2].strip() if declaration.line >= 2 else ""
        behind = any("///<" in line for line in source.lines[declaration.line - 1 : declaration.end_line])
        kind = _group(declaration)
        # One comment above serves a run of fields, enumerators or accessors that follow it without a blank line.
        run = kind != "" and covered.get(declaration.line - 1) == kind
        if above.startswith("///") and "///<" not in above or run:
            covered[declaration.end_line] = kind
        elif not behind and _is_name(declaration):
            name = re.sub(r"\s+", " ", declaration.head)
            tree.add(source.path, declaration.line, "docstring", f"`{name[:60]}` has no /// comment")


def _group(declaration: Declaration) -> str:
    head = re.sub(r"\s+", " ", declaration.head)
    if declaration.scope[0] == "enum":
        return "enumerator"
    if declaration.is_type:
        return ""
    if _ACCESSOR.match(head):
        return "accessor"
    return "field" if "(" not in head else ""


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.replace("`", "").strip().lower()).replace(" ", "-")


def _check_links(tree: Tree, path: str, text: str) -> None:
    prose = re.sub(r"```.*?```", lambda match: "\n" * match.group(0).count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(prose.split("\n"), 1):
        for named in _PATH.findall(line):
            if not (tree.root / named).exists():
                tree.add(path, number, "link", f"{named} is no file")
        for target in _LINK.findall(re.sub(r"`[^`]*`", "", line)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            page = (tree.root / path).parent / file if file else tree.root / path
            if not page.exists():
                tree.add(path, number, "link", f"{target} leads nowhere")
            elif anchor and page.suffix == ".md":
                titles = {_anchor(title) for title in _TITLE.findall(page.read_text(encoding="utf-8"))}
                if anchor not in titles:
                    tree.add(path, number, "link", f"{target}: no such heading")


def _check_claims(tree: Tree, path: str, text: str) -> None:
    """A page that says which test holds a line must not outlive the test."""
    tests = "\n".join(source.text for source in tree.sources.values() if source.folder == "tests")
    for number, line in enumerate(text.split("\n"), 1):
        for claim in _CLAIM.findall(line):
            if f'"{claim}"' not in tests:
                tree.add(path, number, "claim", f"no test has the name {claim}")


def _check_planted_bugs(tree: Tree) -> None:
    """scripts/planted.sh reads the table: a bug without a row is never planted."""
    found: dict[str, dict[str, int]] = {}
    for path, pattern in ((_BUGS, _BUG), (_BUG_PAGE, _BUG_ROW)):
        lines = enumerate(tree.texts.get(path, "").split("\n"), 1)
        found[path] = {match.group(1): number for number, line in lines if (match := pattern.match(line))}
    for path, other in ((_BUGS, _BUG_PAGE), (_BUG_PAGE, _BUGS)):
        for bug, number in found[path].items():
            if bug not in found[other]:
                tree.add(path, number, "planted", f"{bug} is not in {other}")
