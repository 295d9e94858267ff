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
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import glassy
from glassy.core.provenance import Provenance, joint_provenance, provenance
from glassy.core.results import short
from glassy.evidence.compare import predicted
from glassy.simulation.ensemble_status import duration
from sims import GOOD

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = (
    "curve", "load", "T", "N", "K", "observable", "theory", "simulation", "error", "thermal", "disorder", "tau_int",
    "samples", "sweeps", "z", "status", "sizes", "chi2", "dof",
)  # fmt: skip
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
Remark = Callable[[list[dict[str, Any]]], str]
LINE_COLUMNS = ("curve", "load", "T", "m", "q", "energy", "energy_excess", "free_energy", "replicon", "status")


@dataclass(frozen=True)
class Curve:
    """State points along a line of one figure: one of load and T is fixed."""

    name: str
    network: glassy.DenseHebbian
    loads: tuple[float, ...]
    temperatures: tuple[float, ...]

    @property
    def points(self) -> list[tuple[float, float]]:
        """All (load, T)."""
        return [(x, y) for x in self.loads for y in self.temperatures]


@dataclass(frozen=True)
class Case:
    """One folder of results: curves, simulated at several sizes."""

    name: str
    claim: str
    curves: tuple[Curve, ...]
    sizes: tuple[int, ...]
    samples: tuple[int, ...]
    sweeps: int
    seed: int


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


def _row(curve: str, load: float, T: float, run: glassy.Samples | None, row: Any) -> dict[str, Any]:
    e = row.simulation
    return {
        "curve": curve, "load": load, "T": T, "N": row.N, "K": run.K if run else "", "observable": row.observable,
        "theory": row.theory, "simulation": float(e), "error": e.error, "thermal": e.thermal, "disorder": e.disorder,
        "tau_int": e.tau_int, "samples": e.samples, "sweeps": run.sweeps if run else "", "z": row.z,
        "status": row.status.name, "sizes": " ".join(map(str, row.sizes)), "chi2": row.chi2, "dof": row.dof,
    }  # fmt: skip


def _runs(case: Case, curve: Curve, load: float, T: float, index: int, store: Path) -> list[glassy.Samples]:
    """Simulate one state point at every size."""
    return [
        glassy.simulate(
            curve.network, load, T, N, seed=case.seed + index, samples=S, sweeps=case.sweeps, burn_in=case.sweeps // 4,
            out=store / curve.name / f"{load:g}_{T:g}_{N}",
        )
        for N, S in zip(case.sizes, case.samples, strict=True)
    ]  # fmt: skip


def status(sim: str, case: Case, quick: bool) -> str:
    """Say of a case which samples are finished and in work, by size and whole, and estimate what remains."""
    store, lines, left = samples_folder(sim, case.name, quick), [], 0.0
    points = [(curve, load, T) for curve in case.curves for load, T in curve.points]
    for N, S in zip(case.sizes, case.samples, strict=True):
        places = [store / curve.name / f"{load:g}_{T:g}_{N}" for curve, load, T in points]
        files = [sum(int(p.stem[-6:]) < S for p in place.glob("sample_*.npz")) for place in places]
        work = sum(len(list(place.glob("checkpoint_*.npz"))) for place in places)
        bad = sum(len([*place.glob("*.damaged"), *place.glob("*.foreign")]) for place in places)
        text = f"{sim}/{case.name} N={N}: {sum(files)} of {S * len(places)} samples finished, {work} in work or stopped"
        lines.append(text + (f", {bad} files set aside" if bad else ""))
        left += S * len(places) - sum(files)
    done, seconds = sum(1 for _ in store.rglob("sample_*.npz")), _seconds(store)
    if left and done > 1:  # sizes are run side by side: a plain mean serves
        lines.append(f"{sim}/{case.name}: about {duration(seconds / done * left)} remain")
    return "\n".join(lines)


def samples_folder(sim: str, case: str, quick: bool) -> Path:
    """Folder of the samples of one case, below build/."""
    return ROOT / "build" / ("quick-samples" if quick else "samples") / sim / case


def compared(solution: glassy.Solution, runs: list[glassy.Samples]) -> glassy.Comparison:
    """Compare without the warning: a sim shows the status of every row, and counts only the good ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glassy.EquilibrationWarning)
        return glassy.compare(solution, runs)


def _rows(curve: Curve, load: float, T: float, runs: list[glassy.Samples]) -> Iterator[dict[str, Any]]:
    """Yield the rows of one state point."""
    solution = glassy.solve(curve.network, load, T, strict=False)
    if solution.status.ok:
        by_size = {run.N: run for run in runs}
        for row in compared(solution, runs).rows:
            yield _row(curve.name, load, T, by_size.get(int(row.N)) if math.isfinite(row.N) else None, row)
        return
    for run in runs:  # no retrieval saddle: the simulation stands alone, without a theory
        for name in ("m", "q", "energy", "energy_excess"):
            lone = dataclasses.make_dataclass(
                "lone", ["observable", "theory", "simulation", "N", "z", "status", "sizes", "chi2", "dof"]
            )
            row = lone(name, math.nan, getattr(run, name), run.N, math.nan, run.status, (), math.nan, 0)
            yield _row(curve.name, load, T, run, row)


def _no_remark(rows: list[dict[str, Any]]) -> str:
    return ""


def run_case(sim: str, case: Case, lines: Iterable[Curve], quick: bool, remark: Remark) -> None:
    """Run one case and write data.csv, lines.csv, z.txt and meta.json."""
    target = folder(sim, case.name, quick)
    target.mkdir(parents=True, exist_ok=True)
    store = samples_folder(sim, case.name, quick)
    rows: list[dict[str, Any]] = []
    origins: list[Provenance] = []
    points = [(curve, x, y) for curve in case.curves for x, y in curve.points]
    for index, (curve, load, T) in enumerate(points):
        print(f"{sim}/{case.name} {index + 1}/{len(points)}: {curve.name} load={load:g} T={T:g}", flush=True)
        runs = _runs(case, curve, load, T, 1000 * index, store)
        origins += [run.provenance for run in runs]
        rows += _rows(curve, load, T, runs)
    _write(target / "data.csv", COLUMNS, rows)
    drawn = []
    for curve in lines:
        for load, T in curve.points:
            s = glassy.solve(curve.network, load, T, strict=False)
            drawn.append(
                {"curve": curve.name, "load": load, "T": T, "m": s.m, "q": s.q_EA, "energy": s.energy,
                 "energy_excess": predicted("energy_excess", s),
                 "free_energy": s.free_energy, "replicon": s.replicon, "status": s.status.name}
            )  # fmt: skip
    _write(target / "lines.csv", LINE_COLUMNS, drawn)
    (target / "z.txt").write_text(z_table(rows))
    command = f"python -m sims.{sim} run --only {case.name}" + (" --quick" if quick else "")
    meta = {
        "claim": case.claim, "verdict": verdict(rows) + remark(rows), "command": command,
        "sizes": case.sizes, "samples": case.samples, "sweeps": case.sweeps, "seed": case.seed,
        "sampling_seconds": _seconds(store), "provenance": dataclasses.asdict(joint_provenance(origins)),
    }  # fmt: skip
    (target / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    print(f"{target}: {meta['verdict']}")


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


def counted(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows on which the claim rests: extrapolated to 1/N = 0, from runs with a good status."""
    return [r for r in rows if math.isinf(r["N"]) and r["status"] in GOOD]


def verdict(rows: list[dict[str, Any]]) -> str:
    """One sentence: whether the usable extrapolated rows agree (all |z| <= 4), which do not, and what could not be used."""
    limits = [r for r in rows if math.isinf(r["N"])]
    good = counted(rows)
    without = len({(r["curve"], r["load"], r["T"]) for r in rows if math.isnan(r["theory"])})
    if not good:
        return "no state point has two usable sizes"
    worst = max(good, key=lambda r: abs(r["z"]))
    rms = math.sqrt(sum(r["z"] ** 2 for r in good) / len(good))
    off = [r for r in good if not abs(r["z"]) <= LIMIT]
    if off:
        names = (f"{r['observable']} of {r['curve']!r} at load={r['load']:g}, T={r['T']:g}: z = {r['z']:.2f}" for r in off)
        text = f"{len(off)} of {len(good)} extrapolated values are off RS theory by more than {LIMIT:g} errors"
        text += f" ({'; '.join(names)})"
    else:
        text = f"{len(good)} extrapolated values agree with RS theory"
    text += (
        f": worst |z| = {abs(worst['z']):.2f} ({worst['observable']} at load={worst['load']:g}, T={worst['T']:g}), "
        f"rms z = {rms:.2f}"
    )
    if len(limits) > len(good):
        text += (
            f"; {len(limits) - len(good)} values where fewer than two sizes held the retrieval phase are kept but not counted"
        )
    if without:
        text += f"; state points beyond the spinodal, simulated without a theory: {without}"
    return text


def z_table(rows: list[dict[str, Any]]) -> str:
    """Return the z table: every extrapolated row, usable or not."""
    lines = [
        f"{'curve':<28} {'load':>7} {'T':>6} {'observable':<18} {'theory':>10} {'1/N->0':>14} {'z':>6} {'chi2/dof':>9}  status"
    ]
    for r in rows:
        if math.isinf(r["N"]):
            fit = f"{r['chi2']:.1f}/{int(r['dof'])}"
            lines.append(
                f"{r['curve']:<28} {r['load']:>7g} {r['T']:>6g} {r['observable']:<18} {r['theory']:>10.6f} "
                f"{short(r['simulation'], r['error']):>14} {r['z']:>6.2f} {fit:>9}  {r['status']} N={r['sizes']}"
            )
    return "\n".join(lines) + "\n"


def main(
    sim: str,
    description: str,
    cases: Callable[[bool], list[tuple[Case, list[Curve]]]],
    plot: Callable[[Path], None],
    remark: Remark = _no_remark,
) -> None:
    """Run the command line of a sim: run | plot | all | status, --quick, --only CASE.

    `cases(quick)` gives each case with the curves of its theory lines, `plot(folder)` draws from the data of a folder, and
    `remark(rows)` may add to the verdict.
    """
    arguments = parse(sim, description, [case.name for case, _ in cases(False)])
    for case, lines in cases(arguments.quick):
        if arguments.only not in (None, case.name):
            continue
        if arguments.what == "status":
            print(status(sim, case, arguments.quick))
        if arguments.what in ("run", "all"):
            try:
                run_case(sim, case, lines, arguments.quick, remark)
            except glassy.Interrupted as stopped:
                sys.exit(f"\n{stopped} Repeat the command to go on.")
        if arguments.what in ("plot", "all"):
            plot(folder(sim, case.name, arguments.quick))
