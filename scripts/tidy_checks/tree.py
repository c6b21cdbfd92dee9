"""The tree that is checked: its files, the doors, the exceptions, and what a finding is."""

import dataclasses
import fnmatch
import pathlib
import re

from .source import Source

CPP_FOLDERS = ("include", "base", "schema", "api", "log", "projections", "net", "server", "client", "cli", "bench", "examples",
               "tests")
_TEXT_SUFFIXES = (".h", ".cpp", ".md", ".py", ".sh", ".txt", ".toml", ".json", ".cmake", ".capnp", ".in", ".supp", ".yml")
_TEXT_NAMES = ("tidy", "run", "LICENSE")
_SKIP = re.compile(r"(^|/)(\.git|build[^/]*|__pycache__|[^/]*\.daybook)(/|$)")


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


@dataclasses.dataclass
class Entry:
    """A line of scripts/tidy-allow.txt. `length` is set for the rule `length` only."""

    rule: str
    path: str
    function: str
    length: int
    line: int
    used: bool = False


@dataclasses.dataclass(frozen=True)
class Door:
    """Who may include what begins with `prefix`."""

    prefix: str
    files: tuple[str, ...]

    def admits(self, path: str) -> bool:
        return any(fnmatch.fnmatchcase(path, pattern) for pattern in self.files)


class Tree:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.findings: list[Finding] = []
        self.texts: dict[str, str] = {}
        self._read()
        self.sources = {path: Source(path, text) for path, text in self.texts.items()
                        if path.endswith((".h", ".cpp")) and path.split("/", 1)[0] in CPP_FOLDERS}
        self.doors = self._read_doors()
        self.entries = self._read_entries()

    def _read(self) -> None:
        for file in sorted(self.root.rglob("*")):
            path = file.relative_to(self.root).as_posix()
            if _SKIP.search(path) or not file.is_file() or file.is_symlink():
                continue
            if file.suffix not in _TEXT_SUFFIXES and file.name not in _TEXT_NAMES:
                continue
            try:
                self.texts[path] = file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                self.add(path, 1, "text", "is not UTF-8")

    def add(self, path: str, line: int, rule: str, message: str) -> None:
        self.findings.append(Finding(path, line, rule, message))

    def headers(self) -> list[Source]:
        return [source for source in self.sources.values() if source.is_header]

    def public_headers(self) -> list[Source]:
        return [source for source in self.headers() if source.path.startswith("include/daybook/")]

    def _lines_of(self, path: str):
        for number, line in enumerate(self.texts.get(path, "").split("\n"), 1):
            body, _, reason = line.partition("#")
            if body.strip():
                yield number, body.split(), reason.strip()

    def _read_doors(self) -> list[Door]:
        path, doors = "scripts/tidy-doors.txt", []
        for _, words, _ in self._lines_of(path):
            doors.append(Door(words[0], tuple(words[1:])))
        return doors

    def _read_entries(self) -> list[Entry]:
        path, entries = "scripts/tidy-allow.txt", []
        for line, words, reason in self._lines_of(path):
            is_length = words[0] == "length"
            if len(words) != (3 if is_length else 2) or (is_length and not words[2].isdigit()):
                self.add(path, line, "allow", "expected `length FILE[:FUNCTION] LINES # reason` or `RULE FILE # reason`")
            elif not reason:
                self.add(path, line, "allow", "an exception needs a reason after #")
            else:
                file, _, function = words[1].partition(":")
                entries.append(Entry(words[0], file, function, int(words[2]) if is_length else 0, line))
        return entries

    def settle(self) -> list[Finding]:
        """The findings that no exception covers, and the exceptions that cover nothing."""
        open_findings = []
        for finding in self.findings:
            covering = [entry for entry in self.entries
                        if entry.rule == finding.rule != "length" and entry.path == finding.path]
            for entry in covering:
                entry.used = True
            if not covering:
                open_findings.append(finding)
        for entry in self.entries:
            if not entry.used:
                open_findings.append(Finding("scripts/tidy-allow.txt", entry.line, "allow",
                                             f"{entry.path} needs no exception from {entry.rule} any more; take it out"))
        return sorted(set(open_findings))
