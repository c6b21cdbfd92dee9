"""Includes: the direction between layers, one door a dependency, no third party in the public headers, their order."""

import re

from .source import Include, Source
from .tree import Tree

# What each folder may include besides itself. docs/architecture.md draws it.
BELOW = {
    "base": (),
    "schema": ("base",),
    "api": ("base", "schema"),
    "log": ("base", "schema", "api"),
    "projections": ("base", "schema", "api", "log"),
    "net": ("base", "schema", "api"),
    "server": ("base", "schema", "api", "log", "projections", "net"),
    "client": ("base", "schema", "api", "net"),
    "cli": ("base", "schema", "api", "log", "projections", "net", "server", "client"),
    "bench": ("base", "schema", "api", "log", "projections", "net", "server", "client", "cli"),
    "tests": ("base", "schema", "api", "log", "projections", "net", "server", "client", "cli", "bench"),
    "examples": (),  # Programs outside the tree: public headers only.
}

# The layer that each public header belongs to: a folder includes those of its own layer and of those below.
PUBLIC_LAYER = {
    "result": "base", "ids": "base", "clock": "base", "limits": "base",
    "event": "schema", "query": "schema", "block": "schema",
    "options": "api", "cursor": "api", "log": "api", "statistics": "api", "subscription": "api", "placement": "api",
    "state": "api",
    "version": "log", "repair": "log", "health": "log",
    "projection": "projections", "replay": "projections", "retail": "projections", "client": "client", "server": "server",
}
_OUTSIDE = ("examples/", "tests/install/")  # Built against an installed daybook as well.
_SEES_ALL_PUBLIC = ("examples", "tests", "bench")

_STANDARD = re.compile(r"^[a-z_0-9]+$")
_SYSTEM = re.compile(r"^(sys/|linux/|netinet/|arpa/|(fcntl|unistd|signal|poll|pthread|errno|stdlib|string|dirent|time|"
                     r"termios|spawn|sched|locale|wchar|wctype|ctype|stdio|math|limits|ftw|glob|pwd|malloc|dlfcn|mntent)\.h$)")


def check(tree: Tree) -> None:
    for source in tree.sources.values():
        for include in source.includes:
            if include.target.startswith("daybook/"):
                _check_public(tree, source, include)
            elif include.angle:
                _check_third_party(tree, source, include)
            else:
                _check_direction(tree, source, include)
        _check_order(tree, source)


def is_standard(target: str) -> bool:
    return bool(_STANDARD.match(target) or _SYSTEM.match(target))


def _check_third_party(tree: Tree, source: Source, include: Include) -> None:
    target = include.target
    if source.path.startswith("include/"):
        if not _STANDARD.match(target):
            tree.add(source.path, include.line, "public-include",
                     f"<{target}>: a public header includes the standard library and daybook/ only")
        return
    if is_standard(target):
        return
    _check_door(tree, source, include, f"<{target}>")


def _check_door(tree: Tree, source: Source, include: Include, shown: str) -> None:
    doors = [door for door in tree.doors if include.target.startswith(door.prefix)]
    if not doors:
        tree.add(source.path, include.line, "door",
                 f"{shown}: a dependency without a door; give it a line in scripts/tidy-doors.txt and an ADR")
    elif not any(door.admits(source.path) for door in doors):
        tree.add(source.path, include.line, "door",
                 f"{shown} belongs behind {', '.join(doors[0].files)}; include what they offer "
                 "(scripts/tidy-doors.txt)")


def _check_direction(tree: Tree, source: Source, include: Include) -> None:
    target = include.target
    if target.endswith(".capnp.h"):
        _check_door(tree, source, include, f'"{target}"')
        return
    if source.path.startswith("include/"):
        tree.add(source.path, include.line, "public-include", f'"{target}": a public header includes daybook/ only')
        return
    if target not in tree.sources:
        tree.add(source.path, include.line, "include",
                 f'"{target}" is no file; paths are from the top of the tree, as in "log/store.h"')
        return
    folder = target.split("/", 1)[0]
    if source.folder == "examples" and folder == "examples":
        return
    if folder != source.folder and folder not in BELOW.get(source.folder, ()):
        tree.add(source.path, include.line, "direction",
                 f'"{target}": {source.folder}/ may include {_list(BELOW.get(source.folder, ()))}, not {folder}/')


def _check_public(tree: Tree, source: Source, include: Include) -> None:
    name = include.target.removeprefix("daybook/").removesuffix(".h")
    if f"include/{include.target}" not in tree.sources:
        tree.add(source.path, include.line, "include", f'"{include.target}" is no public header')
        return
    if include.angle and not source.path.startswith(_OUTSIDE):
        tree.add(source.path, include.line, "include", f'write "{include.target}": this is our own tree')
    layer = PUBLIC_LAYER.get(name)
    if layer is None:
        tree.add(f"include/{include.target}", 1, "direction",
                 "name its layer in PUBLIC_LAYER of scripts/tidy_checks/layers.py")
        return
    if source.folder in _SEES_ALL_PUBLIC:
        return
    own = source.folder
    if own == "include":
        own = PUBLIC_LAYER.get(source.path.removeprefix("include/daybook/").removesuffix(".h"), "")
    if layer != own and layer not in BELOW.get(own, ()):
        tree.add(source.path, include.line, "direction",
                 f'"{include.target}" is of layer {layer}; {own or source.folder} may include {_list(BELOW.get(own, ()))}')


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else "nothing of ours"


def _rank(source: Source, include: Include, first: bool) -> int:
    """0 own, 1 standard, 2 third party, 3 daybook."""
    if include.target.startswith("daybook/") and include.angle:
        return 3
    if include.angle:
        return 1 if is_standard(include.target) else 2
    own = source.path.removeprefix("include/").rsplit(".", 1)[0]
    if first and not source.is_header and include.target.endswith(".h"):
        stem = include.target.removesuffix(".h")
        if stem == own or stem == f"daybook/{own.rsplit('/', 1)[-1]}":
            return 0
    return 3


def _check_order(tree: Tree, source: Source) -> None:
    highest = 0
    for place, include in enumerate(source.includes):
        rank = _rank(source, include, place == 0)
        if rank < highest:
            tree.add(source.path, include.line, "include-order",
                     f"{include.target}: own header, standard library, third party, daybook, in this order")
            return
        highest = rank
