"""Lengths of files and functions, with a list of exceptions that only ever shrinks."""

from .tree import Entry, Finding, Tree

ALLOW = "scripts/tidy-allow.txt"
HEADER_LINES_MAX = 200
SOURCE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70


def _file_limit(path: str) -> int | None:
    if path.endswith(".h"):
        return HEADER_LINES_MAX
    if path.endswith((".cpp", ".py")):
        return SOURCE_LINES_MAX
    return None


def check(tree: Tree) -> None:
    for path, text in tree.texts.items():
        limit = _file_limit(path)
        if limit is not None:
            lines = text.count("\n") + (0 if text.endswith("\n") or not text else 1)
            _compare(tree, path, "", 1, lines, limit)
    for source in tree.sources.values():
        longest: dict[str, tuple[int, int]] = {}
        for function in source.functions:
            if function.length > longest.get(function.name, (0, 0))[0]:
                longest[function.name] = (function.length, function.line)
        for name, (length, line) in longest.items():
            _compare(tree, source.path, name, line, length, FUNCTION_LINES_MAX)


def _entry(tree: Tree, path: str, function: str) -> Entry | None:
    for entry in tree.entries:
        if entry.rule == "length" and entry.path == path and entry.function == function:
            return entry
    return None


def _compare(tree: Tree, path: str, function: str, line: int, length: int, limit: int) -> None:
    what = f"{function}() has" if function else "the file has"
    entry = _entry(tree, path, function)
    if entry is None:
        if length > limit:
            tree.add(path, line, "length", f"{what} {length} lines, the limit is {limit}; split it, or list it with a "
                                           f"reason in {ALLOW}")
        return
    if length <= limit:
        return  # The entry stays unused, and settle() says so.
    entry.used = True
    if length > entry.length:
        tree.add(path, line, "length", f"{what} {length} lines, {ALLOW} allows {entry.length}; it only ever shrinks")
    elif length < entry.length:
        tree.add(ALLOW, entry.line, "length", f"{what} {length} lines now; lower the entry (scripts/tidy --lower)")


def lower(tree: Tree, findings: list[Finding]) -> list[Finding]:
    """Writes the current lengths into the list where they are lower; returns the findings that are left."""
    lines = tree.texts.get(ALLOW, "").split("\n")
    left = []
    for finding in findings:
        if finding.path != ALLOW or finding.rule != "length":
            left.append(finding)
            continue
        entry = next(entry for entry in tree.entries if entry.line == finding.line)
        length = next(word for word in finding.message.split() if word.isdigit())
        lines[finding.line - 1] = lines[finding.line - 1].replace(str(entry.length), length, 1)
        print(f"{ALLOW}:{finding.line}: lowered to {length}")
    (tree.root / ALLOW).write_text("\n".join(lines), encoding="utf-8")
    return left
