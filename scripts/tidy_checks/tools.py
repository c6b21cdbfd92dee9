"""What other programs judge: headers that compile alone (g++), and formatting (clang-format). Both remembered by
content, so that a run over an unchanged tree starts neither. A header that a source includes first is left to the
build."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from .layers import is_standard
from .source import Source
from .tree import Tree

CLANG_FORMAT = "clang-format-19"
_FLAGS = ["-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-x", "c++"]


class Cache:
    """Digests of what was found good. Bounded: what a run does not ask for is forgotten when it ends."""

    def __init__(self, file: pathlib.Path | None):
        self._file = file
        self._known: set[str] = set()
        self._asked: set[str] = set()
        if file and file.exists():
            try:
                self._known = set(json.loads(file.read_text(encoding="utf-8")))
            except (ValueError, OSError):
                pass  # A damaged cache only costs time.

    def knows(self, digest: str) -> bool:
        if digest in self._known:
            self._asked.add(digest)
        return digest in self._known

    def add(self, digest: str) -> None:
        self._asked.add(digest)

    def write(self) -> None:
        if self._file:
            temporary = self._file.with_suffix(f".{os.getpid()}")
            temporary.write_text(json.dumps(sorted(self._asked)), encoding="utf-8")
            temporary.replace(self._file)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def check(tree: Tree, cache: Cache) -> None:
    _check_format(tree, cache)
    _check_headers(tree, cache)
    cache.write()


def _check_format(tree: Tree, cache: Cache) -> None:
    if not shutil.which(CLANG_FORMAT):
        tree.add("scripts/dependencies.txt", 1, "format", f"{CLANG_FORMAT} is not installed")
        return
    style = (tree.root / ".clang-format").read_text(encoding="utf-8") if (tree.root / ".clang-format").exists() else ""
    digests = {path: _digest("format", style, source.text) for path, source in tree.sources.items()}
    unknown = [path for path in tree.sources if not cache.knows(digests[path])]
    for at in range(0, len(unknown), 20):
        some = unknown[at : at + 20]
        done = subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror", "--style=file", "--ferror-limit=1", *some],
                              cwd=tree.root, capture_output=True, text=True, check=False)
        wrong = {line.split(":")[0]: line for line in done.stderr.split("\n") if ": error:" in line}
        if done.returncode != 0 and not wrong:
            tree.add(some[0], 1, "format", f"{CLANG_FORMAT} failed: {done.stderr.strip()[:200]}")
            continue
        for path in some:
            if path in wrong:
                line = wrong[path].split(":")[1]
                tree.add(path, int(line) if line.isdigit() else 1, "format", f"{CLANG_FORMAT} -i {path}")
            else:
                cache.add(digests[path])


def _closure(tree: Tree, source: Source) -> list[Source]:
    """`source` and every file of ours that it includes, directly or not."""
    seen, waiting = {source.path: source}, [source]
    while waiting:
        for include in waiting.pop().includes:
            for path in (include.target, f"include/{include.target}"):
                if not include.angle and path in tree.sources and path not in seen:
                    seen[path] = tree.sources[path]
                    waiting.append(tree.sources[path])
    return [seen[path] for path in sorted(seen)]


def _proven_by_the_build(tree: Tree) -> set[str]:
    """Headers that some source includes before anything else: they compile alone, or the build fails."""
    first = {source.includes[0].target for source in tree.sources.values()
             if not source.is_header and source.includes and not source.includes[0].angle}
    return {path for path in first if path in tree.sources}


def _check_headers(tree: Tree, cache: Cache) -> None:
    schemas = {path: text for path, text in tree.texts.items() if path.endswith(".capnp")}
    compiler = subprocess.run(["g++", "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    waiting = []
    proven = _proven_by_the_build(tree)
    for source in tree.headers():
        if source.path in proven:
            continue
        files = _closure(tree, source)
        digest = _digest("header", compiler, *_FLAGS, *schemas.values(), *(file.path + file.text for file in files))
        if not cache.knows(digest):
            waiting.append((source, digest))
    if not waiting:
        return
    with tempfile.TemporaryDirectory(prefix="daybook-tidy-") as generated:
        for path in schemas:
            subprocess.run(["capnp", "compile", f"--src-prefix={pathlib.Path(path).parent}", f"-oc++:{generated}", path],
                           cwd=tree.root, capture_output=True, check=False)
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            outcomes = pool.map(lambda item: _compile(tree, item[0], generated), waiting)
            for (source, digest), error in zip(waiting, outcomes):
                if error:
                    tree.add(source.path, 1, "header-alone", f"does not compile alone: {error}")
                else:
                    cache.add(digest)


def _compile(tree: Tree, source: Source, generated: str) -> str:
    """The compiler's first error, or nothing. A public header sees only include/, as its users do."""
    paths = ["-Iinclude"] if source.path.startswith("include/") else ["-I.", "-Iinclude", "-isystem", generated]
    if source.folder in ("tests", "examples"):
        paths += [f"-I{pathlib.PurePosixPath(source.path).parent}"]
    done = subprocess.run(["g++", *_FLAGS, *paths, "-include", "cstddef", "-"], cwd=tree.root, capture_output=True,
                          text=True, check=False, input=f'#include "{source.path}"\n')
    if done.returncode == 0:
        return ""
    errors = [line for line in done.stderr.split("\n") if "error" in line]
    return (errors or [done.stderr.strip()])[0]


__all__ = ["Cache", "check", "is_standard"]
