"""Nishimori: on the line T = load two replicas are as alike as a replica and the pattern, which is a typical state too.

Small networks lose the pattern well before its phase ends, the fewer the larger N, half of them to another pattern: a finite
network prefers the lowest of its K patterns, whose energies scatter by sqrt(load/2N).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Lines, Measured, Table, density, plots, spin_glass_temperatures
from ._sim import NetworkCase, Sampling, Tables

LOADS = (0.15, 0.2, 0.25, 0.3, 0.34, 0.38, 0.42, 0.46, 0.5)
SHOWN = (2, 7, 2)  # start, stop, step of the loads whose distributions are drawn


@dataclass(frozen=True, kw_only=True)
class Line(NetworkCase):
    """State points T = load of one network."""

    loads: tuple[float, ...]


CASES = {
    f"P{P}": Line(
        name=f"P{P}", network=DenseHebbian(P), seed=1000 * P, loads=loads, sizes=sizes, sweeps=sweeps,
        samples=(192, 160, 128, 96)[: len(sizes)], quick={"part": SHOWN, "samples": (16, 12)},
        claim=f"On the Nishimori line T = load (P = {P}, distinct) the phase of a pattern is that of a Bayes-optimal problem: "
        "the overlap q of two replicas is distributed as the overlap m with the pattern, e = -1/2, and the pattern itself has "
        "the energy of a typical state.",
    )
    for P, loads, sizes, sweeps in ((3, (0.1, *LOADS), (128, 200, 300, 450), 600), (4, LOADS, (64, 96, 140), 500))
}  # fmt: skip


def measure(case: Line, run: Sampling) -> Tables:
    table, densities, edges = Table(), Lines(), np.linspace(-1.0, 1.0, 201)
    for i, load in enumerate(case.part_of(case.loads)):
        here = Table()
        for N, S, sweeps in case.runs:
            r = run(case.network, load, load, N, seed=case.seed + i, samples=S, sweeps=sweeps, threads=1, out=f"{load:g}_{N}")
            where: Any = {"curve": "line", "load": load, "T": load, "N": N, "K": r.K, "sweeps": sweeps, "status": r.status}
            here += [Measured.of(x, say, quantity=name, **where) for name, (x, say) in glassy.nishimori_identities(r).items()]
            here += [Measured.of(x, quantity=name, **where) for name, x in glassy.lost_chains(r).items()]
            for name in "mq" if case.sizes[-1] == N else "":
                bins = zip(*density(getattr(r.series, name), edges), strict=True)
                densities += [{"load": load, "N": N, "quantity": name, "x": round(float(x), 6), "density": p, "error": e}
                              for x, p, e in bins if p]  # fmt: skip
        table += here + here.where(theory=math.isfinite).limits()
    return {"data": table, "densities": densities}


def verdict(case: Line, tables: Tables) -> str:
    data, load, end = tables["data"], case.loads[slice(*SHOWN)][-1], spin_glass_temperatures(case.network).T_c ** 2
    low, *_, high = data.where(quantity="chains that stay", load=load)
    lost = data.where(quantity="lost to another", load=lambda x: x < end)
    share = np.average(lost["simulation"], weights=lost["samples"]) if len(lost) else math.nan
    return (
        f"{data.verdict()}; at load {load:g} {1 - low.simulation:.2f} of the chains lose the pattern at N = {low.N:.0f}, "
        f"{1 - high.simulation:.2f} at N = {high.N:.0f}; of {sum(lost['samples'])} lost below t_c^2 {share:.2f} end at another"
    )


def panels(case: Line, tables: Tables) -> Any:
    data, densities = tables["data"], tables["densities"]
    fig, ((alike, energy, stay),) = plots.figure(1, 3, height=2.6)
    kept, N, markers = data.where(quantity="chains that stay"), data.sizes[-1], plots.markers_of(data)
    for load, color in zip(case.loads[slice(*SHOWN)], plots.COLORS[1:], strict=False):
        m, q = (densities.where(load=load, quantity=name) for name in "mq")
        plots.legend(alike, [], [], dots=[(f"load {load:g}", color)], below=True)
        alike.step(m["x"], m["density"], where="mid", color=color, lw=1.2)
        alike.errorbar(q["x"], q["density"], q["error"], fmt=markers[-1][1], ms=3, lw=0.8, color=color)
    plots.points(energy, data.where(quantity="energy above the pattern"), "load", color="0.35", markers=markers, hollow=False)
    energy.axhline(0.0, color="k", ls=plots.STYLES["RS"], lw=plots.WIDTH, zorder=1)
    for size, marker in markers:
        mine = kept.where(N=size)
        stay.errorbar(mine["load"], mine["simulation"], mine["error"], fmt=f"{marker}-", ms=4.5, lw=0.8, color="0.35")
    glass = spin_glass_temperatures(case.network)
    for T, word in ((glass.T_c, "$t_c^2$"), (glass.T_d, "$t_d^2$")):
        plots.mark(stay, T**2, word)
    titles = ("line: m with the pattern; points: q", "a pattern is a typical state: 0", "small N lose the pattern")
    labels = (f"density, N = {N}", "energy above the pattern", "share of chains that stay")
    for ax, title, label in zip((alike, energy, stay), titles, labels, strict=True):
        ax.set_title(title)
        ax.set(xlabel="load = temperature T", xlim=(0.08, 0.52), ylabel=label)
    alike.set(xlabel="overlap m or q", yscale="log", xlim=(0.55, 1.0), ylim=(1e-2, 3e3))
    plots.legend(energy, [("exact", "k")], markers, extrapolated=True, below=True)
    note = "T = load; in the middle runs that were short or lost the pattern (right) are not drawn"
    finding = "On the Nishimori line the pattern is one more replica: the overlap q of two replicas is distributed as m with it"
    return plots.headline(fig, finding, f"P = {case.network.P}, {note}")
