"""Escape: where a stored pattern is lost, by descent from it and by annealing within its phase, against the spinodals."""

from __future__ import annotations

import math
from typing import Any

from glassy import RS, RSB, Annealing, DenseHebbian, Kept, Lines, Measured, Quench, Table, crossing, plots, spinodal
from ._sim import NetworkCase, Sampling, Tables

DESCENT = (0.5, 0.7, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.1, 2.4, 2.8, 3.3)  # of the RSB(2) spinodal at T = 0
COOLED = (0.45, 0.55, 0.65, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3)
WAYS = {"descent": 0.0, "annealing from T=0.25": 0.25, "annealing from T=0.4": 0.4}  # T at which they begin
COLD = 0.05  # where annealing ends
ANSAETZE: dict[str, RS | RSB] = {"RS": RS(), "RSB(1)": RSB(1), "RSB(2)": RSB(2)}
KEPT: Any = {"above": 0.7, "last": 25}  # m that keeps the pattern: between its phase and what is left of it
CASES = {
    f"P{P}-{kind}": NetworkCase(
        name=f"P{P}-{kind}", network=DenseHebbian(P, kind), sizes=sizes, samples=48, sweeps=200, seed=50 + P,
        claim="No dynamics that starts at a pattern loses it at the spinodal of RS: between the spinodals of RS and of RSB it "
        "is kept, the more the larger N. A descent at T = 0 gives a dynamical capacity far beyond both, since it stops in the "
        "first minimum; annealing comes the nearer to the spinodal of RSB the hotter it begins.",
    )
    for P, sizes in ((3, (75, 150, 300)), (4, (40, 72, 120)))
    for kind in ("distinct", "self-interacting")
}  # fmt: skip


def measure(case: NetworkCase, run: Sampling) -> Tables:
    found = [(k, T, spinodal(case.network, T, a).load) for T in WAYS.values() for k, a in ANSAETZE.items()]
    lines, table = Lines({"ansatz": k, "T": T, "load": load} for k, T, load in found), Table()
    for way, hot in WAYS.items():
        how: Any = {"T": 0.0, "method": Quench(), "burn_in": 0, "sweeps": 60}
        if hot:
            how = {"T": COLD, "method": Annealing(hot, shape="linear"), "burn_in": 150, "sweeps": 50}
        loads, edges = [x * spinodals(lines)["RSB(2)"] for x in case.part_of(COOLED if hot else DESCENT)], Table()
        for N, S, _ in case.runs:
            options: Any = {"N": N, "samples": S, "seed": case.seed, **how}
            kept = [Kept(run(case.network, x, out=f"{way}/{x:.5f}_{N}", **options), **KEPT) for x in loads]
            table += [row for x, ends in zip(loads, kept, strict=True) for row in ends.table(curve=way, load=x)]
            edge = crossing([ends.run.load for ends in kept], [ends.shares for ends in kept], falling=True)
            edges += [Measured.edge(edge, curve=way, T=how["T"], N=N, quantity="escape load")]
        table += edges
    return {"data": table, "lines": lines}


def spinodals(lines: Lines) -> dict[str, float]:
    """Return the spinodals at T = 0 by ansatz."""
    return {r["ansatz"]: r["load"] for r in lines.where(T=0.0)}


def between(tables: Tables, way: str) -> dict[float, float]:
    """Return, for each N, the share of chains kept over the loads between the spinodals of RS and RSB(2) at T = 0."""
    ends, shares = spinodals(tables["lines"]), tables["data"].where(curve=way, quantity="share kept")
    inside = shares.where(load=lambda x: ends["RS"] < x <= ends["RSB(2)"] * (1.0 + 1e-9))
    return {N: float(inside.where(N=N)["simulation"].mean()) for N in inside.sizes}


def verdict(case: NetworkCase, tables: Tables) -> str:
    ends, N = spinodals(tables["lines"]), tables["data"].sizes[-1]
    edges = tables["data"].where(quantity="escape load", N=N)
    lost = ", ".join(f"{r.curve} {r.simulation:.3f}".replace("nan", "never") for r in edges)
    kept = ", ".join(f"{between(tables, way).get(N, math.nan):.2f}" for way in WAYS)
    return f"N={N} loses half its chains at load: {lost}; between RS ({ends['RS']:.3f}) and RSB(2) it keeps {kept}"


def panels(case: NetworkCase, tables: Tables) -> Any:
    data, ends = tables["data"], spinodals(tables["lines"])
    fig, axes = plots.figure(2, 2, height=2.2)
    *ways, last = axes.flat
    shares, edges = data.where(quantity="share kept"), data.where(quantity="escape load", simulation=math.isfinite)
    markers, dots, shown = plots.markers_of(data), [], ("RS", "RSB(1)")
    for ax, (way, hot), color in zip(ways, WAYS.items(), plots.COLORS[3:0:-1], strict=True):
        plots.points(ax, shares.where(curve=way), "load")
        plots.points(last, edges.where(curve=way), lambda r: 1.0 / r.N, color=color, markers=markers)
        dots.append((f"annealed from {hot:g}" if hot else "descent", color))
        for name in shown:
            ax.axvline(ends[name], color="0.35", ls=plots.STYLES[name], lw=1.2)
        ax.axhline(0.5, color="0.8", lw=0.8)
        ax.set(xlabel="load", ylabel="share that keep the pattern", ylim=(-0.03, 1.05))
        ax.set_title(f"annealed, T = {hot:g} to {COLD:g}" if hot else "descent at T = 0", color=color)
    for name in shown:
        last.axhline(ends[name], color="0.35", ls=plots.STYLES[name], lw=1.2)
    last.set(xlim=(0.0, 1.1 / case.sizes[0]), xlabel="1/N", ylim=(0.0, 1.1 * shares["load"].max()))
    last.set_ylabel("load at which half are lost")
    last.locator_params(axis="x", nbins=4)
    plots.legend(ways[1], [(f"spinodal of {name} at T = 0", "0.35", name) for name in shown], markers, below=True)
    plots.legend(last, [], [], dots=dots, below=True)
    finding = "The pattern is kept beyond the spinodal of RS, there the more the larger N"
    return plots.headline(fig, finding, f"P = {case.network.P}, {case.network.interactions}; chains that start at a pattern")
