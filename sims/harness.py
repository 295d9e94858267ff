"""What every sim shares: its command line, its points, and its files in results/<sim>/<case>/.

data.csv   one row for each observable at each state point and size (1/N -> 0 has N = inf), nothing left out
lines.csv  the theory lines of the figure
z.txt      the z table for readers
meta.json  claim, verdict, command, run time, versions of the code that made the samples
Finished samples are kept in build/samples/, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import math
import warnings
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import glassy
from glassy.core.provenance import provenance

ROOT = Path(__file__).resolve().parent.parent
TEXT = (
    "curve",
    "observable",
    "status",
    "sizes",
    "ansatz",
    "phase",
    "line",
    "point",
    "meaning",
    "interactions",
    "reason",
    "quantity",
    "powers",
)
LIMIT = 4.0  # |z| up to which theory and simulation agree


def command_line(name: str, description: str, *more: str) -> argparse.ArgumentParser:
    """Return the command line of a sim: run | plot | all and `more`, --quick."""
    parser = argparse.ArgumentParser(
        prog=f"python -m sims.{name}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", default="all", choices=("run", "plot", "all", *more))
    parser.add_argument("--quick", action="store_true", help="small and fast, into build/quick instead of results")
    return parser


def parse(name: str, description: str, cases: Iterable[str]) -> argparse.Namespace:
    """Read the command line of a sim whose only option of its own is which of its cases are meant."""
    parser = command_line(name, description, "status")
    parser.add_argument("--only", metavar="CASE", choices=tuple(cases), help="one case instead of all: %(choices)s")
    return parser.parse_args()


def folder(sim: str, case: str, quick: bool) -> Path:
    """Folder of one case: results/<sim>/<case>, or build/quick/<sim>/<case>."""
    return (ROOT / "build" / "quick" if quick else ROOT / "results") / sim / case


def samples_folder(sim: str, case: str, quick: bool) -> Path:
    """Folder of the samples of one case, below build/."""
    return ROOT / "build" / ("quick-samples" if quick else "samples") / sim / case


def compared(solution: glassy.Solution, runs: list[glassy.Samples]) -> glassy.Comparison:
    """Compare without the warning: a sim shows the status of every row, and counts only the good ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glassy.EquilibrationWarning)
        return glassy.compare(solution, runs)


def write_theory(
    sim: str,
    case: str,
    quick: bool,
    claim: str,
    verdict: str,
    seconds: float,
    tables: dict[str, list[dict[str, Any]]],
    arguments: str = "",
) -> None:
    """Write the tables and meta.json of a case that is theory only: no sizes, no samples."""
    target = folder(sim, case, quick)
    target.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        _write(target / name, tuple(rows[0]), rows)
    meta = {
        "claim": claim, "verdict": verdict, "command": f"python -m sims.{sim} run{arguments}" + (" --quick" if quick else ""),
        "seconds": round(seconds, 1), "provenance": dataclasses.asdict(provenance()),
    }  # fmt: skip
    (target / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    print(f"{target}: {verdict}")


def _seconds(store: Path) -> float:
    """Time that sampling took, over all its sessions: the gaps between finished samples, pauses of a minute left out."""
    times = sorted(p.stat().st_mtime for p in store.rglob("sample_*.npz"))
    return round(sum(gap for a, b in pairwise(times) if (gap := b - a) < 60.0), 1)


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read(path: Path) -> list[dict[str, Any]]:
    """Read data.csv or lines.csv; numbers become floats, empty cells NaN."""

    def value(key: str, text: str) -> Any:
        if key in TEXT:
            return text
        return float(text) if text else math.nan

    with path.open(newline="") as file:
        return [{k: value(k, v) for k, v in row.items()} for row in csv.DictReader(file)]
