"""What the sims of measured claims share: rows with a z, their limits in 1/N, and the files they write.

data.csv   one row for each quantity at each state point and size (1/N -> 0 has N = inf), nothing left out
z.txt      the rows that judge the claim, for readers
meta.json  claim, verdict, command, sizes, samples, sweeps, run time, versions of the code that made the samples
"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import glassy
from glassy.core.provenance import Provenance, joint_provenance
from glassy.core.results import short
from sims import GOOD
from sims.harness import LIMIT, _seconds, _write, folder, parse, samples_folder

Row = dict[str, Any]
COLUMNS = ("curve", "load", "T", "N", "quantity", "theory", "simulation", "error", "z", "samples", "sweeps", "status", "sizes",
           "powers", "chi2", "dof")  # fmt: skip


def status(sim: str, case: str, quick: bool) -> str:
    """Say of every folder of samples of a case how many are finished and how many are in work."""
    root = samples_folder(sim, case, quick)
    folders = sorted({path.parent for path in (*root.rglob("sample_*.npz"), *root.rglob("checkpoint_*.npz"))})
    lines = [
        f"{sim}/{case} {place.relative_to(root)}: {len(list(place.glob('sample_*.npz')))} samples finished, "
        f"{len(list(place.glob('checkpoint_*.npz')))} in work or stopped"
        for place in folders
    ]
    return "\n".join(lines) or f"{sim}/{case}: no samples yet"


def main(
    sim: str,
    description: str | None,
    cases: Mapping[Any, str],
    run: Callable[[Any, bool], None],
    plot: Callable[[Any, Path], None],
) -> None:
    """Run the command line of a sim.

    `cases` names the folder of each case; `run(case, quick)` writes its data, and `plot(case, folder)` draws from them.
    """
    arguments = parse(sim, description or "", cases.values())
    for case, name in cases.items():
        if arguments.only not in (None, name):
            continue
        if arguments.what == "status":
            print(status(sim, name, arguments.quick))
        if arguments.what in ("run", "all"):
            try:
                run(case, arguments.quick)
            except glassy.Interrupted as stopped:
                sys.exit(f"\n{stopped} Repeat the command to go on.")
        if arguments.what in ("plot", "all"):
            plot(case, folder(sim, name, arguments.quick))


def row(
    curve: str, load: float, T: float, N: float, quantity: str, theory: float, measured: glassy.Estimate, *,
    sweeps: float = math.nan, status: str = "EQUILIBRATED", **fit: Any,
) -> Row:  # fmt: skip
    """Return one row; `theory` is NaN where none speaks, and then so is z, which has Student's law of the samples in it."""
    z = measured.z(theory) if math.isfinite(theory) else math.nan
    return {
        "curve": curve, "load": load, "T": T, "N": N, "quantity": quantity, "theory": theory, "simulation": float(measured),
        "error": measured.error, "z": z, "samples": measured.samples, "sweeps": sweeps, "status": status,
        "sizes": "", "powers": "", "chi2": math.nan, "dof": 0, **fit,
    }  # fmt: skip


def limit(rows: Sequence[Row], powers: Sequence[float], theory: Mapping[str, float] | None = None) -> Row | None:
    """Return the limit 1/N = 0 of simulation - theory through the usable sizes of one quantity, None if they are too few.

    Of `powers` only as many are fitted as the sizes determine. `theory` is that of 1/N = 0 by quantity, where the rows have one
    for each size; else theirs, which is one for all.
    """
    used = [r for r in rows if r["status"] in GOOD and r["error"] > 0.0]
    sizes = [int(r["N"]) for r in used]
    if len(set(sizes)) < 2:
        return None
    powers = powers[: len(set(sizes)) - 1]
    say = float(used[-1]["theory"] if theory is None else theory[used[-1]["quantity"]])
    reference = say if math.isfinite(say) else 0.0
    values = [
        glassy.Estimate(
            r["simulation"] - (r["theory"] if math.isfinite(r["theory"]) else 0.0), r["error"], samples=r["samples"]
        )
        for r in used
    ]
    found = glassy.extrapolate(sizes, values, powers)
    value = glassy.Estimate(float(found.value) + reference, found.value.error, samples=found.value.samples)
    first = rows[0]
    everywhere = all(r["status"] == "EQUILIBRATED" for r in used)
    return row(
        first["curve"], first["load"], first["T"], math.inf, first["quantity"], say, value,
        status="EQUILIBRATED" if everywhere else "STEADY",
        sizes=" ".join(map(str, sizes)), powers=" ".join(f"{p:g}" for p in powers), chi2=found.chi2, dof=found.dof,
    )  # fmt: skip


def limits(rows: Sequence[Row], powers: Sequence[float] = (1.0, 2.0), theory: Mapping[str, float] | None = None) -> list[Row]:
    """Return the limits of all quantities at all state points that have two usable sizes."""
    keys = dict.fromkeys((r["curve"], r["load"], r["T"], r["quantity"]) for r in rows if math.isfinite(r["N"]))
    groups = ([r for r in rows if (r["curve"], r["load"], r["T"], r["quantity"]) == key] for key in keys)
    return [found for group in groups if (found := limit(group, powers, theory)) is not None]


def judged(rows: Iterable[Row]) -> list[Row]:
    """Rows that judge a claim: usable, with a theory; the limits where there are any, since finite sizes differ from theory."""
    good = [r for r in rows if r["status"] in GOOD and math.isfinite(r["z"])]
    return [r for r in good if math.isinf(r["N"])] or good


def summary(rows: Sequence[Row]) -> str:
    """How many judged rows agree with theory, the worst of them, and their rms z."""
    good = judged(rows)
    if not good:
        return "no value has two usable sizes"
    worst = max(good, key=lambda r: abs(r["z"]))
    rms = math.sqrt(sum(r["z"] ** 2 for r in good) / len(good))
    inside = sum(abs(r["z"]) <= LIMIT for r in good)
    where = f"{worst['quantity']} of {worst['curve']} at load={worst['load']:g}, T={worst['T']:g}"
    return (
        f"{inside} of {len(good)} values agree within {LIMIT:g} errors, worst z = {worst['z']:.2f} ({where}), rms z = {rms:.2f}"
    )


def z_table(rows: Sequence[Row]) -> str:
    """Return the judged rows as text; all where none has a theory to be judged by."""
    lines = [
        f"{'curve':<24} {'load':>7} {'T':>8} {'N':>6} {'quantity':<20} {'theory':>11} {'simulation':>16} {'z':>7} "
        f"{'chi2/dof':>9}"
        "  status"
    ]
    for r in judged(rows) or rows:
        fit = f"{r['chi2']:.1f}/{int(r['dof'])}" if math.isinf(r["N"]) else ""
        size = "1/N->0" if math.isinf(r["N"]) else f"{r['N']:.0f}"
        through = f" N={r['sizes']}, N^-{r['powers'].replace(' ', ',-')}" if r["sizes"] else ""
        lines.append(
            f"{r['curve']:<24} {r['load']:>7g} {r['T']:>8.4g} {size:>6} {r['quantity']:<20} {r['theory']:>11.6f} "
            f"{short(r['simulation'], r['error']):>16} {r['z']:>7.2f} {fit:>9}  {r['status']}{through}"
        )
    return "\n".join(lines) + "\n"


def write(
    sim: str, case: str, quick: bool, claim: str, verdict: str, tables: dict[str, list[Row]], origins: Iterable[Provenance],
    **protocol: Any,
) -> None:  # fmt: skip
    """Write the tables ("data.csv" has the rows), z.txt and meta.json; `protocol`: sizes, samples, sweeps, seed and more."""
    target = folder(sim, case, quick)
    target.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        _write(target / name, tuple(rows[0]), rows)
    (target / "z.txt").write_text(z_table(tables["data.csv"]))
    meta = {
        "claim": claim, "verdict": verdict,
        "command": f"python -m sims.{sim} run --only {case}" + (" --quick" if quick else ""), **protocol,
        "sampling_seconds": _seconds(samples_folder(sim, case, quick)),
        "provenance": dataclasses.asdict(joint_provenance(origins)),
    }  # fmt: skip
    (target / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    print(f"{target}: {verdict}")
