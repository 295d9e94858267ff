"""Coexistence: free energies of retrieval and of the spin glass, both from simulation, and the load at which they cross."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import RSB, Lines, Measured, Table, moved_root, plots, solve
from . import beyond_rs, spin_glass
from ._sim import Case, Sampling, Tables

RESTS_ON = ("beyond_rs", "spin_glass")


@dataclass(frozen=True, kw_only=True)
class Pair(Case):
    """The same network in both phases, along T = warm sqrt(load); the ansatz is that of the glass, retrieval has RSB(1)."""

    retrieval: beyond_rs.Phase
    glass: spin_glass.Glass
    ansatz: str

    def f(self, load: float) -> float:
        """Return f/sqrt(load) of retrieval by theory, NaN beyond its spinodal."""
        s = solve(self.retrieval.network, load, self.retrieval.warm_T(load), "retrieval", RSB(1), strict=False)
        return float(s.free_energy) / math.sqrt(load)


CASES = {
    name: Pair(
        name=name, retrieval=phase, glass=glass, ansatz=ansatz, seed=phase.seed,
        claim=f"Retrieval wins over the spin glass where theory says so (P = {phase.network.P}, {phase.network.interactions}). "
        "Its free energy, integrated upwards from T = 0 in the phase of the pattern, meets that of the glass, joined downwards "
        f"from T = inf by replica exchange, at the load of {ansatz} coexistence, within its error.",
    )
    for name, ansatz in (("P3", "RSB(1)"), ("P4", "RSB(1)"), ("P4-self-interacting", "full RSB"))
    for phase, glass in [(beyond_rs.CASES[name], spin_glass.CASES[name])]
}  # fmt: skip


def measure(case: Pair, run: Sampling) -> Tables:
    held = run.reads("beyond_rs", case.name)["data"].where(quantity=beyond_rs.FREE, ansatz="RSB(1)")
    ladder = run.reads("spin_glass", case.name)["data"].where(quantity="-beta f")
    retrieval = Table(r.scaled(1.0, -0.5, curve="retrieval", ansatz="", quantity="f") for r in held)
    warm = case.retrieval.warm  # only T/sqrt(load) matters to the glass
    (coldest,) = ladder.ends.usable.where(T=lambda T: math.isclose(T, warm * math.sqrt(case.glass.load)))
    glass = coldest.scaled(-warm, curve="glass", quantity="f/sqrt(load)")
    ends = retrieval.ends
    off = [r.value.shifted(-r.theory).divided(math.sqrt(r.load)) for r in ends]
    load, met = moved_root(lambda x: case.f(x) - glass.theory, ends["load"], off, glass.value.shifted(-glass.theory))
    meet = Measured.of(met, load, curve="crossing", quantity="load of coexistence", load=load, T=case.retrieval.warm_T(load),
                       N=math.inf)  # fmt: skip
    lines = Lines({"load": x, "f": case.f(float(x)), "glass": glass.theory} for x in np.linspace(0.2, 1.3, 70) * load)
    return {"data": Table([*retrieval, glass, meet]), "lines": lines}


def verdict(case: Pair, tables: Tables) -> str:
    (r,) = tables["data"].where(quantity="load of coexistence")
    return f"{tables['data'].verdict()}; they meet at load {r.value}, {case.ansatz} itself says {r.theory:.4f}"


def panels(case: Pair, tables: Tables) -> Any:
    data, lines = tables["data"], tables["lines"]
    (glass,), (meet,), retrieval = (data.where(curve=curve) for curve in ("glass", "crossing", "retrieval"))
    fig, axes = plots.figure(1, 1, height=3.4)
    ax, ours, other, style = axes[0][0], *plots.COLORS[2:4], "deeper" if case.glass.continuous else "RSB(1)"
    plots.theory(ax, lines["load"], lines["f"] - lines["glass"], ours, "RSB(1)")
    ax.axhline(0.0, color=other, ls=plots.STYLES[style], lw=1.3)
    height = glass.simulation - glass.theory
    ax.axhspan(height - glass.error, height + glass.error, color=other, alpha=0.25, lw=0)
    plots.points(ax, Table(r.scaled(r.load**-0.5, -glass.theory) for r in retrieval), "load", color=ours)
    ax.errorbar([meet.simulation], [height], xerr=[meet.error], fmt="*", color=plots.COLORS[5], ms=9, capsize=2, zorder=4)
    plots.mark(ax, meet.theory, "theory crosses")
    left, right = 0.57 * meet.theory, max(1.1 * meet.theory, meet.simulation + 1.1 * meet.error)
    shown = lines.where(load=lambda x: left < x < right, f=math.isfinite)
    gap = shown["f"] - shown["glass"]
    ax.set(xlim=(left, right), ylim=(min(gap), max(*gap, height + glass.error) * 1.3 + 0.02),
           xlabel="load", ylabel=r"$f/\sqrt{\mathrm{load}}$, above that of the glass by theory")  # fmt: skip
    named = [("retrieval, RSB(1)", ours, "RSB(1)"), (f"spin glass, {case.ansatz}; band: simulation", other, style)]
    plots.legend(ax, named, plots.markers_of(data), extrapolated=True, unusable=True, below=True)
    finding = f"Retrieval loses to the glass at load {meet.value}, as measured (star); theory crosses at {meet.theory:.3f}"
    kind = f"P = {case.glass.network.P}, {case.glass.network.interactions}, T = {case.retrieval.warm:.3g} √load"
    return plots.headline(fig, finding, f"{kind}: retrieval wins where it lies below the glass")
