"""Escape: where a stored pattern is lost, by descent from it and by annealing within its phase, against the spinodals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import RS, RSB, Annealing, DenseHebbian, Measured, Quench, Remark, Table, crossing, plots, spinodal
from glassy import mean_of_samples as mean
from ._sim import Case, Lines, Sampling, Tables

DESCENT = (0.5, 0.7, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.1, 2.4, 2.8, 3.3)  # of the RSB(2) spinodal at T = 0
COOLED = (0.45, 0.55, 0.65, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3)
T_END, COOLING = 0.05, 150
WAYS = {"descent": 0.0, "annealing from T=0.25": 0.25, "annealing from T=0.4": 0.4}
FOLDERS = ("descent", "annealing", "annealing_from_T=0.4")
ANSAETZE: dict[str, RS | RSB] = {"RS": RS(), "RSB(1)": RSB(1), "RSB(2)": RSB(2)}
KEPT = 0.7  # m above which the pattern is kept: between the retrieval phase and what is left of it
CLAIM = (
    "No dynamics that starts at a pattern loses it at the spinodal of RS: between the spinodals of RS and of RSB it is kept, "
    "the more the larger N. A descent at T = 0 gives a dynamical capacity far beyond both, since it stops in the first "
    "minimum; annealing comes the nearer to the spinodal of RSB the hotter it begins."
)


@dataclass(frozen=True, kw_only=True)
class Network(Case):
    """One network, and the loads in units of the RSB(2) spinodal at T = 0."""

    network: DenseHebbian
    descent: tuple[float, ...] = DESCENT
    cooled: tuple[float, ...] = COOLED


CASES = {
    f"P{P}-{kind}": Network(
        name=f"P{P}-{kind}", claim=CLAIM, network=DenseHebbian(P, kind), sizes=sizes, samples=48, sweeps=COOLING + 50,
        seed=50 + P, quick={"samples": 8, "descent": DESCENT[1::3], "cooled": COOLED[1::3]},
    )
    for P, sizes in ((3, (75, 150, 300)), (4, (40, 72, 120)))
    for kind in ("distinct", "self-interacting")
}  # fmt: skip


def measure(case: Network, run: Sampling) -> Tables:
    lines = Lines(
        {"ansatz": k, "T": T, "load": spinodal(case.network, T, a).load} for T in WAYS.values() for k, a in ANSAETZE.items()
    )
    table, unit = Table(), spinodals(lines)["RSB(2)"]
    for (way, T_start), folder in zip(WAYS.items(), FOLDERS, strict=True):
        edges, loads = Table(), np.array(case.cooled if T_start else case.descent) * unit
        how = Annealing(T_start, shape="linear") if T_start else Quench()
        options: Any = (
            {"method": how, "burn_in": COOLING, "sweeps": 50} if T_start else {"method": how, "burn_in": 0, "sweeps": 60}
        )
        for N, S, _ in case.runs:
            runs = [run(case.network, float(load), T_END if T_start else 0.0, N, seed=case.seed, samples=S,
                        out=f"{folder}_{load:.5f}_{N}", **options) for load in loads]  # fmt: skip
            final = [r.series.m[..., -25:].mean(axis=-1) for r in runs]
            kept = [(m > KEPT).mean(axis=1) for m in final]
            for load, r, share, m in zip(loads, runs, kept, final, strict=True):
                where: Any = {"curve": way, "load": float(load), "T": r.T, "N": N, "sweeps": r.sweeps + r.burn_in}
                found = {"share kept": share, "final m": m.mean(axis=1)}
                table += [Measured.of(mean(x), **where, quantity=q, status=Remark.MEASURED) for q, x in found.items()]
            edge = crossing([r.load for r in runs], kept, falling=True)
            edges += [Measured.edge(edge, curve=way, T=runs[0].T, N=N, quantity="escape load")]
        table += edges
    return {"data": table, "lines": lines}


def spinodals(lines: Lines) -> dict[str, float]:
    """Return the spinodals at T = 0 by ansatz."""
    return {r["ansatz"]: r["load"] for r in lines.where(T=0.0)}


def between(tables: Tables, way: str) -> dict[float, float]:
    """Return, for each N, the share of chains kept over the loads between the spinodals of RS and RSB(2) at T = 0."""
    ends = spinodals(tables["lines"])
    inside = tables["data"].where(quantity="share kept", load=lambda x: ends["RS"] < x <= ends["RSB(2)"] * (1.0 + 1e-9))
    mine = inside.where(curve=way)
    return {N: float(np.mean(mine.where(N=N)["simulation"])) for N in mine.sizes}


def verdict(case: Network, tables: Tables) -> str:
    ends, N = spinodals(tables["lines"]), tables["data"].sizes[-1]
    edges = tables["data"].where(quantity="escape load", N=N)
    lost = ", ".join(f"{r.curve} {r.simulation:.3f}".replace("nan", "never") for r in edges)
    kept = ", ".join(f"{between(tables, way).get(N, math.nan):.2f}" for way in WAYS)
    return f"N={N} loses half its chains at load: {lost}; between RS ({ends['RS']:.3f}) and RSB(2) it keeps {kept}"


def panels(case: Network, tables: Tables) -> Any:
    data, ends = tables["data"], spinodals(tables["lines"])
    markers, shown = plots.markers_of(data), {k: ends[k] for k in ("RS", "RSB(1)")}
    fig, axes = plots.figure(1, 4, width=3.5, height=3.9)
    *ways, last = axes[0]
    edges = data.where(quantity="escape load", simulation=math.isfinite)
    colors = {
        "descent" if not T else f"annealed from {T:g}": c for T, c in zip(WAYS.values(), plots.COLORS[3:0:-1], strict=True)
    }
    for ax, (way, T), color in zip(ways, WAYS.items(), colors.values(), strict=True):
        plots.points(ax, data.where(curve=way, quantity="share kept"), "load")
        plots.points(last, edges.where(curve=way), lambda r: 1.0 / r.N, color=color, markers=markers)
        for name, load in shown.items():
            ax.axvline(load, color="0.35", ls=plots.STYLES[name], lw=1.2)
        ax.axhline(0.5, color="0.8", lw=0.8)
        ax.set(xlabel="load", ylabel="share of chains that keep the pattern", ylim=(-0.03, 1.05))
        ax.set_title(f"annealed, T = {T:g} to {T_END:g}" if T else "descent at T = 0", fontsize=9)
    for name, load in shown.items():
        last.axhline(load, color="0.35", ls=plots.STYLES[name], lw=1.2)
    last.set(xlim=(0.0, 1.1 / case.sizes[0]), ylim=(0.0, 1.1 * np.nanmax(data["load"])), xlabel="1/N")
    last.set_ylabel("load at which half of the chains are lost")
    last.locator_params(axis="x", nbins=4)
    plots.legend(ways[1], [(f"spinodal of {name} at T = 0", "0.35", name) for name in shown], markers, below=True)
    plots.legend(last, [], [], dots=list(colors.items()), below=True)
    what = "the pattern is kept beyond the spinodal of RS (dashed), there the more the larger N"
    fig.suptitle(f"P = {case.network.P}, {case.network.interactions}: {what}", fontsize=10)
    return fig
