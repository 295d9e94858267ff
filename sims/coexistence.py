"""Coexistence: free energies of retrieval and of the spin glass, both from simulation, and the load at which they cross."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq

import glassy
from glassy import RSB, DenseHebbian, Estimate, plots, solve
from glassy.provenance import Provenance
from sims.beyond_rs import WARM
from sims.harness import ROOT, _write, folder, read
from sims.measured import Row, main, row, summary, write
from sims.spin_glass import CASES

NEAR = 0.1  # distance in load up to which a measured free energy says where the crossing is
CLAIM = (
    "Retrieval wins over the spin glass where theory says so (P = {P}, distinct). Its free energy, integrated upwards from "
    "T = 0 in the phase of the pattern, meets that of the glass, joined downwards from T = inf by replica exchange, at the "
    "load of RSB(1) coexistence."
)


def measured(P: int) -> list[Row]:
    """Return f of the phase of the pattern at T = WARM sqrt(load), every load and size, from results/beyond_rs."""
    rows = read(ROOT / "results" / "beyond_rs" / f"P{P}" / "data.csv")
    return [r for r in rows if (r["curve"], r["quantity"]) == ("RSB(1)", "free energy above the pattern")]


def glass(P: int) -> tuple[Estimate, float]:
    """Return f/sqrt(load) of the glass, simulation and RSB(1), from results/spin_glass: only T/sqrt(load) matters."""
    rows = read(ROOT / "results" / "spin_glass" / f"P{P}" / "data.csv")
    r = next(
        r for r in rows
        if (r["curve"], r["quantity"]) == ("ladder", "-beta f") and math.isinf(r["N"])
        and abs(r["T"] / math.sqrt(r["load"]) - WARM) < 1e-9
    )  # fmt: skip
    return Estimate(-r["simulation"] * WARM, r["error"] * WARM, samples=int(r["samples"])), -r["theory"] * WARM


def run(P: int, quick: bool) -> None:
    """Put the free energies of both phases on one axis."""
    network, load = DenseHebbian(P), CASES[f"P{P}"].load
    of_glass, say = glass(P)
    rows: list[Row] = []
    for r in measured(P):
        value = Estimate(r["simulation"] - 0.5, r["error"], samples=int(r["samples"]))
        more = {k: r[k] for k in ("sizes", "powers", "chi2", "dof")}
        rows.append(row("retrieval", r["load"], r["T"], r["N"], "f", r["theory"] - 0.5, value, sweeps=r["sweeps"],
                        status=r["status"], **more))  # fmt: skip
    rows.append(row("glass", load, WARM * math.sqrt(load), math.inf, "f/sqrt(load)", say, of_glass))
    rows.append(meeting(P, rows))
    lines: list[Row] = []
    for x in np.linspace(0.08, 0.46, 60):
        s = solve(network, float(x), WARM * math.sqrt(x), "retrieval", RSB(1), strict=False)
        lines.append({"load": x, "f": s.free_energy / math.sqrt(x), "glass": say})
    sources = [json.loads((ROOT / "results" / sim / f"P{P}" / "meta.json").read_text()) for sim in ("beyond_rs", "spin_glass")]
    protocol: dict[str, Any] = {k: [source[k] for source in sources] for k in ("sizes", "samples", "sweeps", "seed")}
    write("coexistence", f"P{P}", quick, CLAIM.format(P=P), verdict(rows), {"data.csv": rows},
          [Provenance(**source["provenance"]) for source in sources], **protocol)  # fmt: skip
    _write(folder("coexistence", f"P{P}", quick) / "lines.csv", tuple(lines[0]), lines)


def gap(P: int, load: float) -> float:
    """Return (f of retrieval - f of the glass)/sqrt(load) of RSB(1)."""
    network, T = DenseHebbian(P), WARM * math.sqrt(load)
    f = [solve(network, load, T, phase, RSB(1)).free_energy for phase in ("retrieval", "spin_glass")]
    return float((f[0] - f[1]) / math.sqrt(load))


def meeting(P: int, rows: list[Row]) -> Row:
    """Return the row of the load at which both measured free energies are equal.

    RSB(1) carries the gap from the measured loads to the crossing: what is measured is how far its curve must be shifted.
    """
    at = float(brentq(lambda x: gap(P, x), 0.3, 0.45, xtol=1e-10))
    slope = (gap(P, at + 1e-4) - gap(P, at - 1e-4)) / 2e-4
    of_glass = next(r for r in rows if r["curve"] == "glass")
    ends = [r for r in rows if r["curve"] == "retrieval" and math.isinf(r["N"])]
    used = [r for r in ends if abs(r["load"] - at) < NEAR] or ends
    root = np.sqrt([r["load"] for r in used])
    off = np.array([r["simulation"] - r["theory"] for r in used]) / root - (of_glass["simulation"] - of_glass["theory"])
    weight = (slope * root / np.array([r["error"] for r in used])) ** 2
    found = at - float(np.sum(off / slope * weight) / np.sum(weight))
    error = math.hypot(float(np.sum(weight) ** -0.5), of_glass["error"] / slope)
    return row("crossing", at, WARM * math.sqrt(at), math.inf, "load of coexistence", at, Estimate(found, error))


def verdict(rows: list[Row]) -> str:
    """Whether both free energies agree, and where they cross."""
    short = glassy.results.short
    (r,) = (r for r in rows if r["quantity"] == "load of coexistence")
    top = max(x["load"] for x in rows if x["curve"] == "retrieval" and math.isinf(x["N"]))
    text = (
        f"{summary(rows)}; along T={WARM:g} sqrt(load) both measured free energies, carried on by RSB(1) from loads up to "
        f"{top:g}, meet at load {short(r['simulation'], r['error'])}; RSB(1) itself says {r['theory']:.4f}"
    )
    off = [x for x in rows if x["curve"] == "retrieval" and math.isfinite(x["N"]) and x["status"] != "EQUILIBRATED"]
    if off:
        where = ", ".join(f"N={x['N']:.0f} at {x['load']:g} {x['status']}" for x in off)
        text += f"; kept and not extrapolated: {where}"
    return text


def plot(_: int, target: Path) -> None:
    """Draw f/sqrt(load) of both phases."""
    rows, lines = read(target / "data.csv"), read(target / "lines.csv")
    P = int(target.name[1:])
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 1, width=6.4, height=4.2)
    ax = axes[0][0]
    plots.theory(ax, [r["load"] for r in lines], [r["f"] for r in lines], plots.COLORS[2], "RSB(1)")
    plots.theory(ax, [r["load"] for r in lines], [r["glass"] for r in lines], plots.COLORS[3], "RSB(1)")
    of_glass = next(r for r in rows if r["curve"] == "glass")
    low, high = (of_glass["simulation"] + sign * of_glass["error"] for sign in (-1, 1))
    ax.axhspan(low, high, color=plots.COLORS[3], alpha=0.25, lw=0)
    for N, marker in zip(sizes, plots.MARKERS, strict=False):
        at = [r for r in rows if r["curve"] == "retrieval" and r["N"] == N]
        root = [math.sqrt(r["load"]) for r in at]
        plots.simulation(ax, [r["load"] for r in at], [r["simulation"] / x for r, x in zip(at, root, strict=True)],
                         [r["error"] / x for r, x in zip(at, root, strict=True)],
                         [r["status"] == "EQUILIBRATED" for r in at], plots.COLORS[2], marker)  # fmt: skip
    ends = [r for r in rows if r["curve"] == "retrieval" and math.isinf(r["N"])]
    plots.limit(ax, [r["load"] for r in ends], [r["simulation"] / math.sqrt(r["load"]) for r in ends],
                [r["error"] / math.sqrt(r["load"]) for r in ends])  # fmt: skip
    (meet,) = (r for r in rows if r["quantity"] == "load of coexistence")
    ax.errorbar([meet["simulation"]], [of_glass["simulation"]], xerr=[meet["error"]], fmt="*", color=plots.COLORS[5], ms=9,
                capsize=3)  # fmt: skip
    ax.set_xlabel("load")
    ax.set_ylabel(r"free energy per spin, $f/\sqrt{\mathrm{load}}$")
    ax.set_title(f"T = {WARM:g} √load; star: the measured crossing", fontsize=9)
    ax.set_ylim(min(r["f"] for r in lines if r["load"] > 0.24), -0.7)
    ax.set_xlim(0.24, 0.47)
    handles = [("retrieval, RSB(1)", plots.COLORS[2]), ("spin glass, RSB(1); band: simulation", plots.COLORS[3])]
    plots.legend(ax, handles, list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, unusable=True, below=True)
    fig.suptitle(f"P = {P}: retrieval wins to the left of the crossing, the spin glass to the right", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("coexistence", __doc__, {P: f"P{P}" for P in (3, 4)}, run, plot)
