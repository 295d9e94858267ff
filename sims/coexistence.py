"""Coexistence: free energies of retrieval and of the spin glass, both from simulation, and the load at which they cross."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import glassy
from glassy import RSB, Estimate, Measured, Table, moved_root, plots, solve
from . import beyond_rs, spin_glass
from ._sim import Case, Lines, Sampling, Tables

NEAR = 0.25  # distance in load, in units of the crossing, up to which a measured free energy says where it is


@dataclass(frozen=True, kw_only=True)
class Pair(Case):
    """The same network in both phases, along T = warm sqrt(load)."""

    retrieval: beyond_rs.Phase
    glass: spin_glass.Glass

    @property
    def ansatz(self) -> str:
        """Of the glass; that of retrieval is RSB(1) everywhere."""
        return "full RSB" if self.glass.continuous else "RSB(1)"

    def f(self, load: float) -> float:
        """Return f/sqrt(load) of retrieval by theory, NaN beyond its spinodal."""
        s = solve(self.retrieval.network, load, self.retrieval.warm_T(load), "retrieval", RSB(1), strict=False)
        return float(s.free_energy) / math.sqrt(load)


def pair(name: str) -> Pair:
    """Return the case of one network."""
    phase, glass = beyond_rs.CASES[name], spin_glass.CASES[name]
    case = Pair(name=name, claim="", retrieval=phase, glass=glass, seed=phase.seed)
    return replace(case, claim=(
        f"Retrieval wins over the spin glass where theory says so (P = {phase.network.P}, {phase.network.interactions}). Its "
        "free energy, integrated upwards from T = 0 in the phase of the pattern, meets that of the glass, joined downwards "
        f"from T = inf by replica exchange, at the load of {case.ansatz} coexistence, within its error."
    ))  # fmt: skip


CASES = {name: pair(name) for name in ("P3", "P4", "P4-self-interacting")}


def measure(case: Pair, run: Sampling) -> Tables:
    held, ladder = (run.reads(claim, case.name)["data"] for claim in ("beyond_rs", "spin_glass"))
    retrieval = Table(
        replace(r, curve="retrieval", ansatz="", quantity="f", simulation=r.simulation - 0.5).beside(r.theory - 0.5)
        for r in held.where(ansatz="RSB(1)", quantity=beyond_rs.FREE)
    )
    warm = case.retrieval.warm
    # only T/sqrt(load) matters to the glass
    r = next(r for r in ladder.ends.usable.where(quantity="-beta f") if abs(r.T / math.sqrt(r.load) - warm) < 1e-9)
    of_glass = replace(r, curve="glass", quantity="f/sqrt(load)", simulation=-r.simulation * warm, error=r.error * warm).beside(
        -r.theory * warm
    )
    table = Table([*retrieval, of_glass])
    table += [meeting(case, table)]
    loads = np.linspace(0.2, 1.3, 70) * table.rows[-1].theory
    return {"data": table, "lines": Lines({"load": x, "f": case.f(float(x)), "glass": of_glass.theory} for x in loads)}


def meeting(case: Pair, table: Table) -> Measured:
    """Return the load at which both measured free energies are equal.

    Theory carries the gap from the measured loads to the crossing: what is measured is how far its curve must be shifted.
    """
    (glass,), retrieval = table.where(curve="glass"), table.where(curve="retrieval")

    def gap(load: float) -> float:
        return case.f(load) - glass.theory

    at, slope = glassy.rising_root(gap, float(min(retrieval["load"])))
    ends = retrieval.ends
    used = [r for r in ends if abs(r.load - at) < NEAR * at] or ends
    off = [Estimate((r.simulation - r.theory) / math.sqrt(r.load), r.error / math.sqrt(r.load)) for r in used]
    found = moved_root(at, slope, off, Estimate(glass.simulation - glass.theory, glass.error))
    where: Any = {"load": at, "T": case.retrieval.warm_T(at), "N": math.inf}
    return Measured.of(found, at, curve="crossing", quantity="load of coexistence", **where)


def verdict(case: Pair, tables: Tables) -> str:
    (r,) = tables["data"].where(quantity="load of coexistence")
    return f"{tables['data'].verdict()}; they meet at load {r.value}, {case.ansatz} itself says {r.theory:.4f}"


def panels(case: Pair, tables: Tables) -> Any:
    data, lines = tables["data"], tables["lines"]
    (glass,), (meet,), retrieval = (data.where(curve=curve) for curve in ("glass", "crossing", "retrieval"))
    fig, axes = plots.figure(1, 1, width=6.6, height=4.4)
    ax, style = axes[0][0], "deeper" if case.glass.continuous else "RSB(1)"
    plots.theory(ax, lines["load"], lines["f"] - lines["glass"], plots.COLORS[2], "RSB(1)")
    ax.axhline(0.0, color=plots.COLORS[3], ls=plots.STYLES[style], lw=1.3)
    low, high = (glass.simulation - glass.theory + sign * glass.error for sign in (-1, 1))
    ax.axhspan(low, high, color=plots.COLORS[3], alpha=0.25, lw=0)
    plots.points(
        ax, retrieval, "load", lambda r: r.simulation / math.sqrt(r.load) - glass.theory, lambda r: r.error / math.sqrt(r.load),
        color=plots.COLORS[2],
    )  # fmt: skip
    height = glass.simulation - glass.theory
    ax.errorbar([meet.simulation], [height], xerr=[meet.error], fmt="*", color=plots.COLORS[5], ms=10, capsize=3, zorder=4)
    plots.mark(ax, meet.theory, "theory crosses")
    ax.set(xlabel="load", ylabel=r"$f/\sqrt{\mathrm{load}}$, above that of the glass by theory")
    left, right = 0.57 * meet.theory, max(1.1 * meet.theory, meet.simulation + 1.1 * meet.error)
    inside = [r["f"] - r["glass"] for r in lines if left < r["load"] < right and math.isfinite(r["f"])]
    ax.set(xlim=(left, right), ylim=(min(inside), max(max(inside), high) * 1.3 + 0.02))
    glass_line = (f"spin glass, {case.ansatz}; band: simulation", plots.COLORS[3], style)
    named = [("retrieval, RSB(1)", plots.COLORS[2], "RSB(1)"), glass_line]
    plots.legend(ax, named, plots.markers_of(data), extrapolated=True, unusable=True, below=True)
    fig.suptitle(
        f"P = {case.glass.network.P}, {case.glass.network.interactions}, T = {case.retrieval.warm:.3g} √load: "
        "retrieval wins where it lies below the glass\nstar: the crossing as measured", fontsize=9,
    )  # fmt: skip
    return fig
