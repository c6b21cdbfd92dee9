"""A C++ file as the rules see it: text, text without comments and literals, includes, functions, declarations.

No compiler stands behind this: it knows the braces, parentheses and comments of code that clang-format has laid out,
which is what every file here is. A brace that opens a body has a blank before it; one that initialises has none.
"""

import dataclasses
import functools
import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
_LABEL = re.compile(r"^\s*(public|protected|private)\s*$")


def _blank(match: re.Match) -> str:
    token = match.group(0)
    if token.startswith("/"):
        return re.sub(r"[^\n]", " ", token)
    body = re.sub(r"[^\n]", " ", token)
    return token[0] + body[1:-1] + token[-1] if len(token) > 1 else token


@dataclasses.dataclass(frozen=True)
class Include:
    line: int
    target: str
    angle: bool


@dataclasses.dataclass(frozen=True)
class Function:
    name: str
    line: int
    length: int


@dataclasses.dataclass(frozen=True)
class Declaration:
    """Something declared at namespace or class scope. `scope` is the kind and name around it."""

    head: str
    line: int
    end_line: int
    scope: tuple[str, str]
    access: str
    is_type: bool


class Source:
    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text
        self.lines = text.split("\n")

    @functools.cached_property
    def code(self) -> str:
        """The text with comments and the insides of literals blanked; same length, same lines."""
        return _TOKEN.sub(_blank, self.text)

    @functools.cached_property
    def code_lines(self) -> list[str]:
        return self.code.split("\n")

    @property
    def line_count(self) -> int:
        return len(self.lines) - (1 if self.lines and self.lines[-1] == "" else 0)

    @property
    def is_header(self) -> bool:
        return self.path.endswith(".h")

    @property
    def folder(self) -> str:
        return self.path.split("/", 1)[0] if "/" in self.path else ""

    @functools.cached_property
    def includes(self) -> list[Include]:
        found = []
        for number, line in enumerate(self.lines, 1):
            if not self.code_lines[number - 1].lstrip().startswith("#"):
                continue
            if match := _INCLUDE.match(line):
                found.append(Include(number, match.group(2), match.group(1) == "<"))
        return found

    @functools.cached_property
    def _plain(self) -> str:
        """The code without preprocessor lines."""
        lines, continued = [], False
        for line in self.code_lines:
            directive = continued or line.lstrip().startswith("#")
            continued = directive and line.rstrip().endswith("\\")
            lines.append(" " * len(line) if directive else line)
        return "\n".join(lines)

    def matches(self, pattern: re.Pattern):
        """(line, match) for each match in the code."""
        for match in pattern.finditer(self.code):
            yield self.code.count("\n", 0, match.start()) + 1, match

    @functools.cached_property
    def _walked(self) -> tuple[list[Function], list[Declaration]]:
        return _walk(self._plain)

    @property
    def functions(self) -> list[Function]:
        return self._walked[0]

    @property
    def declarations(self) -> list[Declaration]:
        return self._walked[1]


def _kind_of(head: str, before: str) -> str:
    """What a brace opens after `head`: namespace, type, enum, function or init."""
    stripped = re.sub(r"\[\[.*?\]\]", " ", head).strip()
    stripped = re.sub(r"^(template\s*<.*?>\s*(requires\s[^{;]*?)?)(?=(class|struct|union|enum)\b)", "", stripped,
                      flags=re.DOTALL)
    if re.match(r"(inline\s+)?namespace\b", stripped) or re.match(r"extern\s+\"", stripped):
        return "namespace"
    if re.match(r"enum\b", stripped):
        return "enum"
    if re.match(r"(class|struct|union)\b", stripped) and "(" not in re.sub(r"alignas\s*\(.*?\)", "", stripped):
        return "type"
    if before not in " \n" or re.search(r"(=|\breturn)\s*$", head):
        return "init"
    return "function" if "(" in stripped else "init"


def _name_of(head: str) -> str:
    """A function's name as written before its parameters; a test's is its claim's macro."""
    flat = re.sub(r"\[\[.*?\]\]", " ", head)
    flat = re.sub(r"\s+", " ", flat)
    match = re.search(r"([~\w:]+(?:<[^()]*>)?|operator\s*\S+?)\s*\(", flat)
    return match.group(1) if match else flat.strip()[:40]


def _type_name(head: str) -> str:
    match = re.search(r"\b(?:class|struct|union|namespace)\s+(?:\[\[.*?\]\]\s*)?([\w:]+)", head)
    return match.group(1) if match else ""


class _Scope:
    def __init__(self, kind: str, name: str, line: int, declared_at: int, access: str):
        self.kind, self.name, self.line, self.declared_at, self.access = kind, name, line, declared_at, access
        self.head_start: int | None = None


def _walk(code: str) -> tuple[list[Function], list[Declaration]]:
    functions: list[Function] = []
    declarations: list[Declaration] = []
    root = _Scope("namespace", "", 1, 1, "public")
    scopes = [root]
    line, parens = 1, 0
    start: int | None = None  # Where the declaration being read began.
    start_line = 1

    def declare(end: int, end_line: int, is_type: bool) -> None:
        scope = scopes[-1]
        declarations.append(Declaration(code[start:end].strip(), start_line, end_line, (scope.kind, scope.name),
                                        scope.access, is_type))

    for at, char in enumerate(code):
        inside = scopes[-1].kind
        if char == "\n":
            line += 1
        elif inside in ("function", "init"):
            if char == "{":
                scopes.append(_Scope("init", "", line, line, ""))
            elif char == "}":
                closed = scopes.pop()
                if closed.kind == "function":
                    functions.append(Function(closed.name, closed.declared_at, line - closed.declared_at + 1))
                    start = None
        elif not char.isspace():
            if start is None and char not in ";}":
                start, start_line = at, line
            if char in "([":
                parens += 1
            elif char in ")]":
                parens -= 1
            elif char == "{" and parens > 0:
                scopes.append(_Scope("init", "", line, line, ""))
            elif char == "{":
                head = code[start:at]
                kind = _kind_of(head, code[at - 1])
                if kind in ("function", "type", "enum"):
                    declare(at, line, kind != "function")
                access = "private" if kind == "type" and re.search(r"\bclass\b", head) else "public"
                name = _name_of(head) if kind == "function" else _type_name(head)
                scopes.append(_Scope(kind, name, line, start_line, access))
                if kind != "init":
                    start = None if kind != "function" else start
            elif char == "}":
                if inside == "enum" and start is not None:
                    declare(at, line, False)
                if len(scopes) > 1:
                    scopes.pop()
                start = None
            elif char == ";" and parens == 0:
                if start is not None and code[start:at].strip():
                    declare(at, line, False)
                start = None
            elif char == "," and inside == "enum" and parens == 0:
                declare(at, line, False)
                start = None
            elif char == ":" and parens == 0 and start is not None and _LABEL.match(code[start:at]):
                scopes[-1].access = code[start:at].strip()
                start = None
    return functions, declarations
