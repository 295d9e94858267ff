"""Broken transport: where RS is broken, the overlap along its characteristics (J.1) drifts to what RSB(1) says, measured."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Interpolation, Lines, Measured, Table, plots, solve, transport
from ._sim import Case, Sampling, Tables, results

TIMES = (0.2, 0.6, 1.0)
ONSET = 0.5  # RS breaks at .32 and .38, continuously; overlaps fluctuate by N^(-1/3) beyond
WRONG = 2.0  # of the velocity of the control, which has the end x = 0


@dataclass(frozen=True, kw_only=True)
class Glass(Case):
    """Characteristics of RS that end at one network in the glass, in random fields of variance x."""

    load: float
    T: float
    ends: tuple[float, ...] = (0.0, 1.0)

    def line(self, x: float) -> Interpolation:
        """The characteristic that ends at x."""
        return Interpolation(solve(DenseHebbian(3), self.load, self.T, "spin_glass"), x)

    def at(self, t: float, x: float = 0.0, ansatz: str = "RS()") -> Any:
        """What theory says at a point."""
        return transport(DenseHebbian(3), self.load, self.T, t, x, start="random", ansatz=ansatz)


CLAIM = """In the spin glass the characteristics of RS are broken. The overlap of replicas stays what it is along them only \
while RS is stable; then it falls to the finite limit of RSB(1), and what is left of the transport equation stays finite. \
Along a line with a wrong velocity the overlap drifts where RS is stable, too."""
CASES = {c.name: c for c in (
    Glass(name="P3", claim=CLAIM, load=4.0, T=0.8, seed=740, sizes=(24, 32, 48), samples=(256, 192, 96),
          sweeps=(2000, 3000, 4000), quick={"samples": 12, "sweeps": 200}),
)}  # fmt: skip


def measure(case: Glass, run: Sampling) -> Tables:
    places = [(f"x={x:g}", x, t) for x in case.ends for t in TIMES]
    astray = case.at(TIMES[0], -WRONG * (1.0 - TIMES[0]) * case.at(1.0).velocity[0])  # it lies on another characteristic
    places.append(("wrong velocity", astray.at(1.0).x, TIMES[0]))
    data = Table()
    for curve, x, t in places:
        line, point = case.line(x), case.at(1.0, x).at(t)
        table, theory = Table(), {"q": case.at(t, point.x, "RSB(1)").q, "rest": line.expected(t)}
        for N, S, sweeps in case.runs:
            options: Any = {"seed": case.seed + N, "fields": (9, N), "samples": S, "sweeps": sweeps, "how": line.run}
            r = run(N, t, out=f"{N}_{curve.replace(' ', '_')}_{t:g}", **options)
            values = {"q": r.q, "rest": glassy.mean_of_samples(line.integrand(r), math.inf)}
            where: Any = {"load": case.load, "T": case.T, "N": N, "t": t, "curve": curve, "status": r.status, "sweeps": sweeps}
            table += [Measured.of(values[name], theory[name], quantity=name, **where) for name in values]
        data += table + table.limits((2 / 3 if t > ONSET else 1.0,), theory)
    return {"data": data, "lines": Lines(lines(case))}


def lines(case: Glass) -> list[dict[str, Any]]:
    """Return q of RS and of RSB(1) along the characteristics."""
    ends = {x: case.at(1.0, x) for x in case.ends}
    return [{"curve": f"x={x:g}", "t": t, "RS": end.q, "RSB(1)": case.at(t, end.at(t).x, "RSB(1)").q}
            for x, end in ends.items() for t in np.linspace(0.02, 1.0, 50).tolist()]  # fmt: skip


def verdict(case: Glass, tables: Tables) -> str:
    rows = tables["data"].ends.where(quantity="q", curve=lambda c: c != "x=1", t=lambda t: t in (TIMES[0], 1.0))
    off = ", ".join(f"{abs(r.value.z(case.at(1.0).q)):.0f} ({r.curve}, t={r.t:g})" for r in rows)
    return f"{tables['data'].verdict()}; errors by which q is off RS at the end x=0: {off}"


def panels(case: Glass, tables: Tables) -> Any:
    fig, ((left, right),) = plots.figure(1, 2, width=4.6, height=3.9)
    data, found = tables["data"], tables["lines"]
    markers, curves = plots.markers_of(data), [f"x={x:g}" for x in case.ends]
    colors = dict(zip([*curves, "wrong velocity"], plots.COLORS, strict=False))
    for shift, (curve, color) in zip((-0.015, 0.0, 0.015), colors.items(), strict=True):
        rows = (replace(r, t=r.t + shift) for r in data.where(quantity="q", curve=curve))
        plots.points(left, Table(rows), "t", color=color, markers=markers)
    for curve in curves:
        one = found.where(curve=curve)
        for name, style in (("RS", "--"), ("RSB(1)", "-")):
            left.plot(one["t"], one[name], color=colors[curve], lw=1.2, ls=style)
        plots.points(
            right, data.where(quantity="rest", curve=curve, t=1.0), lambda r: 1.0 / r.N, color=colors[curve], markers=markers
        )
    retrieval = results("transport", "P3")["data"].finite.usable.where(quantity="rest", curve="x=1 y=1", t=1.0)
    plots.points(right, retrieval, lambda r: 1.0 / r.N, color=plots.COLORS[5], markers=[(N, "o") for N in retrieval.sizes])
    right.axhline(0.0, color="k", lw=0.8)
    left.set(xlabel="t", ylabel="overlap q on the characteristic")
    right.set(xlabel="1/N", ylabel="V, what is left of J.1, at t = 1")
    plots.legend(left, list(colors.items()), markers, extrapolated=True, unusable=True, below=True)
    plots.legend(right, [], [], dots=[("retrieval, load 0.1, T = 0.4, x=1 y=1", plots.COLORS[5])], below=True)
    fig.suptitle(f"Transport in the glass, P = 3, load {case.load:g}, T = {case.T:g}: dashed RS, solid RSB(1)", fontsize=9)
    return fig
