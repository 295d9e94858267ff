"""Transport: along characteristics of the transport equation J.1 the magnetization and the overlap do not change, measured."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Interpolation, Lines, Measured, Table, plots, solve, transport
from ._sim import Case, Sampling, Tables

TIMES = (0.2, 0.4, 0.6, 0.8, 1.0)
ENDS = ((0.0, 0.0), (0.1, 0.2), (0.5, 0.0), (1.0, 1.0))  # x and y at t = 1
CLAIM = """At P = {P} the magnetization and the overlap of replicas are constant along characteristics of the transport \
equation, from nearly free spins to the network and for any fields at its end, for 1/N -> 0; what is left of the equation \
beside its source vanishes with N."""
COMMON: Any = {"load": 0.1, "T": 0.4, "sweeps": 300, "quick": {"samples": 8, "sweeps": 100}}


@dataclass(frozen=True, kw_only=True)
class Fan(Case):
    """Characteristics of the retrieval phase that end at one network, in several fields."""

    P: int
    load: float
    T: float

    @property
    def network(self) -> DenseHebbian:  # noqa: D102
        return DenseHebbian(self.P)

    def line(self, x: float, y: float) -> Interpolation:
        """The characteristic with this end."""
        return Interpolation(solve(self.network, self.load, self.T), x, y)


CASES = {c.name: c for c in (
    Fan(name="P3", P=3, seed=700, sizes=(60, 120, 240), samples=(128, 96, 64), claim=CLAIM.format(P=3), **COMMON),
    Fan(name="P4", P=4, seed=701, sizes=(32, 64, 128), samples=(128, 96, 48), claim=CLAIM.format(P=4), **COMMON),
)}  # fmt: skip


def measure(case: Fan, run: Sampling) -> Tables:
    table = Table()
    for x, y in ENDS:
        line, end = case.line(x, y), transport(case.network, case.load, case.T, x=x, y=y)
        for N, S, sweeps in case.runs:
            for t in TIMES:
                options: Any = {"seed": case.seed + N, "fields": (7, N), "samples": S, "sweeps": sweeps, "how": line.run}
                r = run(N, t, out=f"{N}_{x:g}_{y:g}_{t:g}", **options)
                where: Any = {"load": case.load, "T": case.T, "N": N, "t": t, "curve": f"x={x:g} y={y:g}"}
                where |= {"sweeps": sweeps, "status": r.status}
                rows = (
                    ("m", r.m, end.m),
                    ("q", r.q, end.q),
                    ("rest", glassy.mean_of_samples(line.integrand(r), math.inf), 0.0),
                )
                table += [Measured.of(value, theory, quantity=name, **where) for name, value, theory in rows]
    return {"data": table + table.limits((1.0,)), "lines": Lines(lines(case))}


def lines(case: Fan) -> list[dict[str, Any]]:
    """Return a fan of characteristics of both states that end at the coexistence load without a random field, and the shock."""
    at = glassy.coexistence(case.network, T=case.T).load
    rows = []
    for y in np.linspace(0.0, 1.0, 6).tolist():
        for state, sign in (("pattern", 1.0), ("random", -1.0)):
            p = transport(case.network, at, case.T, y=sign * y, start=state)
            rows += [Lines.row(q, "t", "y", "m", curve=state, end=sign * y) for q in (p.at(0.0), p)]
    for t in np.linspace(0.65, 1.0, 29).tolist():
        y = glassy.transport_shock(case.network, at, case.T, t)
        rows.append({"curve": "shock", "end": 0.0, "t": t, "y": y, "m": math.nan})
    return rows


def panels(case: Fan, tables: Tables) -> Any:
    (fig, ((left, right, rest),)), found, data = plots.figure(1, 3, height=2.6), tables["lines"], tables["data"]
    for curve, color in (("pattern", plots.COLORS[2]), ("random", plots.COLORS[1])):
        for end in dict.fromkeys(found.where(curve=curve)["end"]):
            left.plot(*(found.where(curve=curve, end=end)[k] for k in ("y", "t")), color=color, lw=1.0)
    left.plot(*(found.where(curve="shock")[k] for k in ("y", "t")), color="k", lw=2.2)
    left.set(xlabel="field y along the pattern", ylabel="t: free spins (0), network (1)", title="characteristics and shock")
    m, markers = data.where(quantity="m"), plots.markers_of(data)
    low = 1.5 * m.finite.usable["simulation"].min() - 0.5
    colors = dict(zip(dict.fromkeys(m["curve"]), plots.COLORS, strict=False))
    for shift, (curve, color) in zip((-0.045, -0.015, 0.015, 0.045), colors.items(), strict=True):
        rows = m.where(curve=curve)
        right.axhline(rows["theory"][0], color=color, lw=1.0, ls="--")
        plots.points(right, Table(replace(r, t=r.t + shift) for r in rows), "t", color=color, markers=markers)
        plots.points(rest, data.finite.where(quantity="rest", curve=curve, t=0.6), "N", color=color, markers=markers)
    plots.legend(right, list(colors.items()), markers, extrapolated=True, unusable=True, below=True)
    rest.plot(case.sizes, [0.05 / N for N in case.sizes], color="k", lw=0.8, ls=":")
    rest.set(xscale="log", yscale="log", xlabel="spins N", ylabel="V at t = 0.6 (dotted: 1/N)")
    below = f"{sum(m.finite['simulation'] < low)} hollow points below"
    right.set(xlabel="t", ylabel="magnetization m", ylim=(low, 1.002), title=below)
    finding = "Along characteristics of the transport equation m does not change, and what is left of it, V, vanishes with N"
    return plots.headline(fig, finding, f"P = {case.P}, load {case.load:g}, T = {case.T:g}; fields x and y at t = 1")
