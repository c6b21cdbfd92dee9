#!/usr/bin/env python3
"""The table of scripts/bench-compare.sh: what daybook-bench printed in each round, here and at another commit.

  scripts/bench_table.py [--worst X] --this FILE... --base FILE...

Each file holds the rows of one round, as `daybook-bench --json` prints them; the n-th of one side belongs to the n-th of
the other. A ratio above 1 is better here, whether the unit is a rate or a time. Exits 1 when a row is worse than the
bound beyond its own spread, which is: in every round.
"""

import argparse
import json
import statistics
import sys

Key = tuple[str, str, str]
Rounds = list[dict[Key, float]]


def figures(path: str) -> dict[Key, float]:
    """Each row's median; what also has a figure `indexed` is two rows."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            found[row["group"], row["configuration"], row["unit"]] = row["value"]["median"]
            if "indexed" in row:
                found[row["group"], row["configuration"] + ", indexed", row["unit"]] = row["indexed"]["median"]
    return found


def higher_is_better(unit: str) -> bool:
    return unit.endswith("/s")


def ratios(key: Key, this: Rounds, base: Rounds) -> list[float]:
    """One a round in which both have the row and neither is zero."""
    found = []
    for here, there in zip(this, base):
        if here.get(key) and there.get(key):
            ratio = here[key] / there[key]
            found.append(ratio if higher_is_better(key[2]) else 1 / ratio)
    return found


def number(value: float) -> str:
    """As daybook-bench prints numbers: `12.3M`, `45.6k` or `7.8`."""
    for least, unit, suffix in ((999.5e6, 1e9, "G"), (999.5e3, 1e6, "M"), (9999.5, 1e3, "k")):
        if value >= least:
            return f"{value / unit:#.3g}".rstrip(".") + suffix
    return f"{value:.0f}" if value >= 99.95 else f"{value:#.3g}"


def cells(key: Key, this: Rounds, base: Rounds, worst: float) -> tuple[list[str], bool]:
    """A line of the table, and whether it is worse than the bound."""
    found = ratios(key, this, base)
    sides = [[side[key] for side in rounds if key in side] for rounds in (this, base)]
    medians = [number(statistics.median(side)) if side else "-" for side in sides]
    if not found:
        return [f"{key[0]}: {key[1]}", key[2], *medians, "-", ""], False
    worse = max(found) < worst
    spread = f"{statistics.median(found):.2f} ({min(found):.2f} - {max(found):.2f})"
    return [f"{key[0]}: {key[1]}", key[2], *medians, spread, "WORSE" if worse else ""], worse


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worst", type=float, default=0.9)
    parser.add_argument("--this", nargs="+", required=True, metavar="FILE")
    parser.add_argument("--base", nargs="+", required=True, metavar="FILE")
    arguments = parser.parse_args()
    this = [figures(path) for path in arguments.this]
    base = [figures(path) for path in arguments.base]
    keys = list(dict.fromkeys(key for rounds in (this, base) for side in rounds for key in side))
    if len(this) != len(base) or not keys:
        print("bench_table: expected as many rounds of one side as of the other, with rows", file=sys.stderr)
        return 2
    lines = [["row", "unit", "this", "base", f"ratio: median of {len(this)} (least - most)", ""]]
    worse = 0
    for key in keys:
        line, is_worse = cells(key, this, base, arguments.worst)
        lines.append(line)
        worse += is_worse
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    print(f"{len(keys)} rows; {worse} worse than {arguments.worst:g} in every round")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
