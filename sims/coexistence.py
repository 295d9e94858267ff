"""Coexistence: free energies of retrieval and of the spin glass, both from simulation, and the load at which they cross."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq

from glassy import RSB, Estimate, plots, solve
from glassy.core.provenance import Provenance
from glassy.core.results import short
from sims import GOOD, beyond_rs, spin_glass
from sims.harness import ROOT, _write, folder, read
from sims.measured import Row, main, row, summary, write

NEAR = 0.25  # distance in load, in units of the crossing, up to which a measured free energy says where it is
FIT = ("sizes", "powers", "chi2", "dof")
CASES = ("P3", "P4", "P4-self-interacting")
CLAIM = (
    "Retrieval wins over the spin glass where theory says so (P = {P}, {interactions}). Its free energy, integrated upwards "
    "from T = 0 in the phase of the pattern, meets that of the glass, joined downwards from T = inf by replica exchange, at "
    "the load of {ansatz} coexistence, within its error."
)


def measured(name: str) -> list[Row]:
    """Return f of the phase of the pattern at T = warm sqrt(load), every load and size, from results/beyond_rs."""
    rows = read(ROOT / "results" / "beyond_rs" / name / "data.csv")
    return [r for r in rows if (r["curve"], r["quantity"]) == ("RSB(1)", "free energy above the pattern")]


def glass(name: str) -> Row:
    """Return the row of f/sqrt(load) of the glass from results/spin_glass: only T/sqrt(load) matters."""
    rows, warm = read(ROOT / "results" / "spin_glass" / name / "data.csv"), beyond_rs.CASES[name].warm
    r = next(
        r for r in rows
        if (r["curve"], r["quantity"]) == ("ladder", "-beta f") and math.isinf(r["N"])
        and abs(r["T"] / math.sqrt(r["load"]) - warm) < 1e-9
    )  # fmt: skip
    value = Estimate(-r["simulation"] * warm, r["error"] * warm, samples=int(r["samples"]))
    return row("glass", r["load"], r["T"], math.inf, "f/sqrt(load)", -r["theory"] * warm, value, **{k: r[k] for k in FIT})


def run(name: str, quick: bool) -> None:
    """Put the free energies of both phases on one axis."""
    case = beyond_rs.CASES[name]
    rows: list[Row] = []
    for r in measured(name):
        value = Estimate(r["simulation"] - 0.5, r["error"], samples=int(r["samples"]))
        rows.append(row("retrieval", r["load"], r["T"], r["N"], "f", r["theory"] - 0.5, value, sweeps=r["sweeps"],
                        status=r["status"], **{k: r[k] for k in FIT}))  # fmt: skip
    of_glass = glass(name)
    rows.append(of_glass)
    rows.append(meeting(name, rows))
    lines: list[Row] = []
    for x in np.linspace(0.2, 1.3, 70) * rows[-1]["theory"]:
        s = solve(case.network, float(x), case.warm * math.sqrt(x), "retrieval", RSB(1), strict=False)
        lines.append({"load": x, "f": s.free_energy / math.sqrt(x), "glass": of_glass["theory"]})
    sources = [json.loads((ROOT / "results" / sim / name / "meta.json").read_text()) for sim in ("beyond_rs", "spin_glass")]
    protocol: dict[str, Any] = {k: [source[k] for source in sources] for k in ("sizes", "samples", "sweeps", "seed")}
    claim = CLAIM.format(P=case.network.P, interactions=case.network.interactions, ansatz=ansatz(name))
    write("coexistence", name, quick, claim, verdict(name, rows), {"data.csv": rows},
          [Provenance(**source["provenance"]) for source in sources], **protocol)  # fmt: skip
    _write(folder("coexistence", name, quick) / "lines.csv", tuple(lines[0]), lines)


def ansatz(name: str) -> str:
    """Name the ansatz of the glass; that of retrieval is RSB(1) everywhere."""
    return "full RSB" if spin_glass.CASES[name].continuous else "RSB(1)"


def gap(name: str, load: float) -> float:
    """Return (f of retrieval - f of the glass)/sqrt(load) of theory."""
    case = beyond_rs.CASES[name]
    s = solve(case.network, load, case.warm * math.sqrt(load), "retrieval", RSB(1))
    return float(s.free_energy) / math.sqrt(load) - float(glass(name)["theory"])


def meeting(name: str, rows: list[Row]) -> Row:
    """Return the row of the load at which both measured free energies are equal.

    Theory carries the gap from the measured loads to the crossing: what is measured is how far its curve must be shifted.
    """
    above = min(r["load"] for r in rows if r["curve"] == "retrieval")
    while gap(name, above) < 0.0:
        above *= 1.02
    at = float(brentq(lambda x: gap(name, x), above / 1.02, above, xtol=1e-10))
    slope = (gap(name, at + 1e-4) - gap(name, at - 1e-4)) / 2e-4
    of_glass = next(r for r in rows if r["curve"] == "glass")
    ends = [r for r in rows if r["curve"] == "retrieval" and math.isinf(r["N"])]
    used = [r for r in ends if abs(r["load"] - at) < NEAR * at] or ends
    root = np.sqrt([r["load"] for r in used])
    off = np.array([r["simulation"] - r["theory"] for r in used]) / root - (of_glass["simulation"] - of_glass["theory"])
    weight = (slope * root / np.array([r["error"] for r in used])) ** 2
    found = at - float(np.sum(off / slope * weight) / np.sum(weight))
    error = math.hypot(float(np.sum(weight) ** -0.5), of_glass["error"] / slope)
    T = beyond_rs.CASES[name].warm * math.sqrt(at)
    return row("crossing", at, T, math.inf, "load of coexistence", at, Estimate(found, error))


def verdict(name: str, rows: list[Row]) -> str:
    """Whether both free energies agree, and where they cross."""
    (r,) = (r for r in rows if r["quantity"] == "load of coexistence")
    (of_glass,) = (r for r in rows if r["curve"] == "glass")
    through = f"N = {of_glass['sizes'].replace(' ', ', ')} and N^-{of_glass['powers'].replace(' ', ', N^-')}"
    top = max(x["load"] for x in rows if x["curve"] == "retrieval" and math.isinf(x["N"]))
    warm = beyond_rs.CASES[name].warm
    text = (
        f"{summary(rows)}; along T={warm:.3g} sqrt(load) both measured free energies, that of the glass through {through}, "
        f"that of retrieval carried on by theory from loads up to {top:g}, meet at load "
        f"{short(r['simulation'], r['error'])}; {ansatz(name)} itself says {r['theory']:.4f}"
    )
    off = [x for x in rows if x["curve"] == "retrieval" and math.isfinite(x["N"]) and x["status"] not in GOOD]
    if off:
        where = ", ".join(f"N={x['N']:.0f} at {x['load']:g} {x['status']}" for x in off)
        text += f"; kept and not extrapolated: {where}"
    return text


def plot(name: str, target: Path) -> None:
    """Draw f/sqrt(load) of both phases."""
    case = beyond_rs.CASES[name]
    rows, lines = read(target / "data.csv"), read(target / "lines.csv")
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 1, width=6.4, height=4.2)
    ax = axes[0][0]
    style = "deeper" if spin_glass.CASES[name].continuous else "RSB(1)"
    plots.theory(ax, [r["load"] for r in lines], [r["f"] for r in lines], plots.COLORS[2], "RSB(1)")
    plots.theory(ax, [r["load"] for r in lines], [r["glass"] for r in lines], plots.COLORS[3], style)
    of_glass = next(r for r in rows if r["curve"] == "glass")
    low, high = (of_glass["simulation"] + sign * of_glass["error"] for sign in (-1, 1))
    ax.axhspan(low, high, color=plots.COLORS[3], alpha=0.25, lw=0)
    for N, marker in zip(sizes, plots.MARKERS, strict=False):
        at = [r for r in rows if r["curve"] == "retrieval" and r["N"] == N]
        root = [math.sqrt(r["load"]) for r in at]
        plots.simulation(ax, [r["load"] for r in at], [r["simulation"] / x for r, x in zip(at, root, strict=True)],
                         [r["error"] / x for r, x in zip(at, root, strict=True)],
                         [r["status"] in GOOD for r in at], plots.COLORS[2], marker)  # fmt: skip
    ends = [r for r in rows if r["curve"] == "retrieval" and math.isinf(r["N"])]
    plots.limit(ax, [r["load"] for r in ends], [r["simulation"] / math.sqrt(r["load"]) for r in ends],
                [r["error"] / math.sqrt(r["load"]) for r in ends])  # fmt: skip
    (meet,) = (r for r in rows if r["quantity"] == "load of coexistence")
    ax.errorbar([meet["simulation"]], [of_glass["simulation"]], xerr=[meet["error"]], fmt="*", color=plots.COLORS[5], ms=9,
                capsize=3)  # fmt: skip
    ax.set_xlabel("load")
    ax.set_ylabel(r"free energy per spin, $f/\sqrt{\mathrm{load}}$")
    ax.set_title(f"T = {case.warm:.3g} √load; star: the measured crossing", fontsize=9)
    left = 0.57 * meet["theory"]
    right = max(1.1 * meet["theory"], meet["simulation"] + 1.1 * meet["error"])
    inside = [r["f"] for r in lines if left < r["load"] < right and math.isfinite(r["f"])]  # it ends at the spinodal
    ax.set_ylim(min(inside), max(inside) + 0.1 * (max(inside) - min(inside)))
    ax.set_xlim(left, right)
    handles = [
        ("retrieval, RSB(1)", plots.COLORS[2], "RSB(1)"),
        (f"spin glass, {ansatz(name)}; band: simulation", plots.COLORS[3], style),
    ]
    plots.legend(ax, handles, list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, unusable=True, below=True)
    words = (
        f"P = {case.network.P}, {case.network.interactions}: retrieval wins left of the crossing, the spin glass right of it"
    )
    fig.suptitle(words, fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("coexistence", __doc__, {name: name for name in CASES}, run, plot)
