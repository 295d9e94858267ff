"""The claims, with their data and figures, by the command line of sims."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from glassy.cli.tables import UNLIMITED, columns, wrapped


def main(arguments: Sequence[str]) -> None:
    """Hand over to the command line of the claims: of sims beside the package in a checkout, else as they were installed."""
    top, place = Path(__file__).resolve().parents[2], "glassy._claims._sim"
    if (top / "sims" / "_sim.py").exists():
        sys.path.insert(0, str(top))  # an editable install knows only glassy by name
        place = "sims._sim"
    importlib.import_module(place).main(arguments, listed)


def listed(rows: Iterable[tuple[str, str]]) -> str:
    """Return names and claims, each on one line where no width is known; else a paragraph for each claim, below its names."""
    width = columns()
    if width == UNLIMITED:
        return "\n".join(map(": ".join, rows))
    groups = groupby(rows, lambda row: row[1])
    parts = [
        [*wrapped("", "  ".join(name for name, _ in group), width), *wrapped("    ", claim, width)] for claim, group in groups
    ]
    return "\n\n".join(map("\n".join, parts))
