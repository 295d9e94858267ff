"""Nishimori: on the line T = load two replicas are as alike as a replica and the pattern, which is a typical state too.

Small networks lose the pattern well before its phase ends, the fewer the larger N, half of them to another pattern: a finite
network prefers the lowest of its K patterns, whose energies scatter by sqrt(load/2N).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import (
    DenseHebbian,
    Estimate,
    Measured,
    Samples,
    Table,
    density,
    nishimori_identities,
    plots,
    solve,
    spin_glass_temperatures,
)
from sims._sim import Case, Lines, Sampling, Tables

EXCESS = "energy above the pattern"


@dataclass(frozen=True, kw_only=True)
class Line(Case):
    """State points T = load of one network, and those whose distributions are drawn."""

    network: DenseHebbian
    loads: tuple[float, ...]
    shown: tuple[float, ...]


def line(P: int, **fields: Any) -> Line:
    """Return the case of one P."""
    claim = (
        f"On the Nishimori line T = load (P = {P}, distinct) the phase of a pattern is that of a Bayes-optimal problem: the "
        "overlap q of two replicas is distributed as the overlap m with the pattern, e = -1/2, and the pattern itself has the "
        "energy of a typical state."
    )
    quick = {"loads": fields["shown"], "sizes": fields["sizes"][:2], "samples": (16, 12)}
    return Line(name=f"P{P}", claim=claim, network=DenseHebbian(P), seed=1000 * P, quick=quick, **fields)


LOADS = (0.15, 0.2, 0.25, 0.3, 0.34, 0.38, 0.42, 0.46, 0.5)
CASES = {
    "P3": line(
        3, loads=(0.1, *LOADS), shown=(0.2, 0.3, 0.38), sizes=(128, 200, 300, 450), samples=(192, 160, 128, 96), sweeps=600
    ),
    "P4": line(4, loads=LOADS, shown=(0.25, 0.34, 0.42), sizes=(64, 96, 140), samples=(192, 160, 128), sweeps=500),
}


def fate(r: Samples) -> dict[str, tuple[Estimate, float]]:
    """Return the share of chains that stay at the pattern, and of those that leave the share that ends at another one."""
    stay = Estimate(1.0 - r.escaped.mean(), r.escaped.any(axis=1).std(ddof=1) / math.sqrt(r.samples), samples=r.samples)
    found, n = {"chains that stay": (stay, math.nan)}, int(r.escaped.sum())
    if n:  # |m| > 0.6: random spins do not reach it
        share = float((np.abs(r.largest_overlaps(1)[1][..., 0])[r.escaped] > 0.6).mean())
        error = math.sqrt((share * (1.0 - share) + 1.0 / n) / n)
        found["lost to another"] = (Estimate(share, error, samples=n), math.nan)
    return found


def measure(case: Line, run: Sampling) -> Tables:
    table, densities, edges = Table(), Lines(), np.linspace(-1.0, 1.0, 201)
    for i, load in enumerate(case.loads):
        here = Table()
        for N, S, sweeps in case.runs:
            r = run(case.network, load, load, N, seed=case.seed + i, samples=S, sweeps=sweeps, threads=1, out=f"{load:g}_{N}")
            where: Any = {"curve": "line", "load": load, "T": load, "N": N, "K": r.K, "sweeps": sweeps, "status": r.status}
            found = nishimori_identities(r) | fate(r)
            here += [Measured.of(x, say, quantity=name, **where) for name, (x, say) in found.items()]
            for name in "mq" if case.sizes[-1] == N else "":
                own = {"load": load, "N": N, "quantity": name}
                bins = zip(*density(getattr(r.series, name), edges), strict=True)
                densities += [{**own, "x": round(float(x), 6), "density": p, "error": e} for x, p, e in bins if p]
        table += here + Table(x for x in here if math.isfinite(x.theory)).limits()
    along = [solve(case.network, x, x, strict=False) for x in np.linspace(0.02, 0.55, 107).tolist()]
    lines = Lines({"load": s.load, "m": s.m, "status": s.status.name} for s in along)
    return {"data": table, "densities": densities, "lines": lines}


def verdict(case: Line, tables: Tables) -> str:
    data, load, end = tables["data"], case.shown[-1], spin_glass_temperatures(case.network).T_c ** 2
    low, *_, high = data.where(quantity="chains that stay", load=load)
    lost = data.where(quantity="lost to another", load=lambda x: x < end)
    share = np.average(lost["simulation"], weights=lost["samples"]) if len(lost) else math.nan
    return (
        f"{data.verdict()}; at load {load:g} {1 - low.simulation:.2f} of the chains lose the pattern at N = {low.N:.0f}, "
        f"{1 - high.simulation:.2f} at N = {high.N:.0f}; of {sum(lost['samples'])} lost below t_c^2 {share:.2f} end at another"
    )


def panels(case: Line, tables: Tables) -> Any:
    data, densities = tables["data"], tables["densities"]
    fig, axes = plots.figure(1, 3, width=4.2, height=3.8)
    alike, energy, stay = axes[0]
    kept, N, markers = data.where(quantity="chains that stay"), data.sizes[-1], plots.markers_of(data)
    for load, color in zip(case.shown, plots.COLORS[1:], strict=False):
        m, q = (densities.where(load=load, quantity=name) for name in "mq")
        label = f"load {load:g}: {kept.where(load=load, N=N)['simulation'][0]:.2f} of chains stay"
        alike.step(m["x"], m["density"], where="mid", color=color, lw=1.2, label=label)
        alike.errorbar(q["x"], q["density"], q["error"], fmt=markers[-1][1], ms=3, lw=0.8, color=color)
    alike.set(xlabel="line: m with the pattern; points: q of two replicas", ylabel=f"density, N = {N}", yscale="log")
    alike.set(xlim=(0.55, 1.0), ylim=(1e-2, 3e3))
    plots.points(energy, data.where(quantity=EXCESS), "load", color="0.35", markers=markers, hollow=False)
    energy.axhline(0.0, color="k", ls=plots.STYLES["RS"], lw=plots.WIDTH, zorder=1)
    for size, marker in markers:
        mine = kept.where(N=size)
        stay.errorbar(mine["load"], mine["simulation"], mine["error"], fmt=f"{marker}-", ms=4.5, lw=0.8, color="0.35")
    glass = spin_glass_temperatures(case.network)
    plots.mark(stay, glass.T_c**2, "$t_c^2$")
    plots.mark(stay, glass.T_d**2, "$t_d^2$")
    energy.set(xlabel="load = temperature T", xlim=(0.08, 0.52), ylabel=f"{EXCESS}, per spin")
    stay.set(xlabel="load = temperature T", xlim=(0.08, 0.52), ylabel="share of chains that stay")
    for ax, title in zip(
        axes[0], ("q is distributed as m", "a pattern is a typical state: 0", "small N lose the pattern"), strict=True
    ):
        ax.set_title(title, fontsize=9, pad=14)
    alike.legend(fontsize=7.5)
    plots.legend(energy, [("exact", "k")], markers, extrapolated=True)
    note = "colour tells the load, the marker N; in the middle, runs that were short or lost the pattern (right) are not drawn"
    fig.suptitle(f"P = {case.network.P} on the Nishimori line T = load: the pattern is one more replica\n{note}", fontsize=9.5)
    return fig
