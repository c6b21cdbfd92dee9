"""One run over a tree: every rule, then the exceptions, then the report."""

import pathlib
import time

from . import docs, idioms, layers, sizes, tools
from .tree import Finding, Tree


def findings_of(root: pathlib.Path, cache: pathlib.Path | None, fast: bool) -> tuple[Tree, list[Finding]]:
    tree = Tree(root)
    layers.check(tree)
    sizes.check(tree)
    docs.check(tree)
    idioms.check(tree)
    if not fast:
        tools.check(tree, tools.Cache(cache))
    return tree, tree.settle()


def main(root: pathlib.Path, cache: pathlib.Path | None, fast: bool, lower: bool) -> int:
    began = time.monotonic()
    tree, findings = findings_of(root, cache, fast)
    if lower:
        findings = sizes.lower(tree, findings)
    for finding in findings:
        print(finding)
    taken = time.monotonic() - began
    print(f"tidy: {len(tree.sources)} files, {len(findings)} findings, {len(tree.entries)} exceptions, {taken:.1f} s")
    return 1 if findings else 0
