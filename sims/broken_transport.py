"""Broken transport: where RS is broken, the overlap along its characteristics (J.1) drifts to what RSB(1) says, measured."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassy import DenseHebbian, Lines, Measured, ReplicaExchange, Table, mean_of_samples, plots, transport
from ._sim import Case, Sampling, Tables

RIGHT, REST, FAST = "characteristic", "at rest", "too fast"
VELOCITY = {RIGHT: 1.0, REST: 0.0, FAST: 2.0}  # of the lines from one foot, in units of that of RS
DRIFT = "drift"  # q less that on the characteristic at the same t
EARLY, ONSET = 0.25, 0.32  # RS is stable at EARLY on all lines, on the characteristic up to ONSET
PLACES = ((RIGHT, EARLY), (RIGHT, 0.7), (RIGHT, 1.0), (REST, EARLY), (FAST, EARLY))
SHARE = {EARLY: 8, 0.7: 3, 1.0: 1}  # the sweeps of a case are those at t = 1, where chains are slowest
RUNGS = (1.0, 1.3, 1.75, 2.6, 4.5, 10.0, math.inf)  # of the ladder, in units of T


@dataclass(frozen=True, kw_only=True)
class Glass(Case):
    """The characteristic of RS that ends at one network in the glass without fields, and wrong lines from its foot."""

    load: float
    T: float

    def at(self, t: float, curve: str = RIGHT, ansatz: str = "RS()") -> Any:
        """What theory says at time t on a line."""
        end = transport(DenseHebbian(3), self.load, self.T, start="random")
        x = end.at(0.0).x + VELOCITY[curve] * end.velocity[0] * t
        return transport(DenseHebbian(3), self.load, self.T, t, max(x, 0.0), start="random", ansatz=ansatz)


CLAIM = """In the glass of P = 3, the noise of the network standing alone, the characteristics of RS break: the overlap of two \
replicas stays what it is at their foot while RS is stable, then it falls, and for 1/N -> 0 is that of RSB(1). On lines from \
the same foot with a wrong velocity it drifts where RS is stable, too."""
CASES = {c.name: c for c in (
    Glass(name="P3", claim=CLAIM, load=4.0, T=0.8, seed=740, sizes=(16, 24, 34, 48), samples=(512, 448, 288, 160),
          sweeps=(8000, 10000, 16000, 30000), quick={"samples": 24, "sweeps": 1600}),
)}  # fmt: skip


def measure(case: Glass, run: Sampling) -> Tables:
    data, seen = Table(), dict[Any, Any]()
    for curve, t in PLACES:
        spins, theory, rows = case.at(t, curve).spins, case.at(t, curve, "RSB(1)").q, []
        for N, S, sweeps in case.runs:
            some = {"samples": S if t == 1.0 else S // 4, "sweeps": sweeps // SHARE[t], "burn_in": sweeps // SHARE[t] // 4}
            options: Any = {"seed": case.seed, "method": ReplicaExchange(every=1), **some}
            name = f"{N}_{curve.replace(' ', '_')}_{t:g}"
            r = run(spins, case.load, [case.T * x for x in RUNGS], N, out=name, **options)[0]
            where: Any = {"load": case.load, "T": case.T, "N": N, "t": t, "curve": curve, "status": r.status}
            rows += [Measured.of(r.q, theory, quantity="q", sweeps=r.sweeps, **where)]
            each = r.series.q.mean(axis=(1, 2))
            drift = mean_of_samples(each - seen.setdefault((t, N), each), math.inf)  # all lines share their random numbers
            off = theory - case.at(t, ansatz="RSB(1)").q
            rows += [Measured.of(drift, off, quantity=DRIFT, sweeps=r.sweeps, **where)] if curve != RIGHT else []
        data += Table(rows) + Table(rows).limits((2 / 3 if t > ONSET else 1.0,))
    return {"data": data, "lines": Lines(lines(case))}


def lines(case: Glass) -> list[dict[str, Any]]:
    """Return x and q of RS and of RSB(1) along the lines, the wrong ones as far as they are measured."""
    ways = ((curve, t) for curve in VELOCITY for t in np.linspace(0.02, 1.0 if curve == RIGHT else EARLY, 40).tolist())
    points = ((curve, t, case.at(t, curve), case.at(t, curve, "RSB(1)")) for curve, t in ways)
    return [{"curve": curve, "t": t, "x": rs.x, "RS": rs.q, "RSB(1)": one.q} for curve, t, rs, one in points]


def verdict(case: Glass, tables: Tables) -> str:
    ends, foot = tables["data"].ends.usable, case.at(1.0).q
    away, drift = (ends.where(**of) for of in ({"quantity": "q"}, {"quantity": DRIFT}))
    named = [(r, f"t={r.t:g}" if r.curve == RIGHT else r.curve) for r in away]
    off = ", ".join(f"{abs(r.value.z(foot)):.1f} ({name})" for r, name in named) or "no limits"
    apart = ", ".join(f"{abs(r.value.z(0.0)):.1f}" for r in drift) or "no limits"
    return f"RSB(1): {tables['data'].verdict()}; errors off RS at the foot {off}; off the characteristic {apart}"


def panels(case: Glass, tables: Tables) -> Any:
    fig, ((left, right),) = plots.figure(1, 2, height=2.9)
    data, found, foot = tables["data"].where(quantity="q"), tables["lines"], case.at(1.0)
    markers, colors = plots.markers_of(data), dict(zip(VELOCITY, (plots.COLORS[k] for k in (0, 1, 2)), strict=True))
    for shift, (curve, color) in zip((0.0, -0.025, 0.025), colors.items(), strict=True):
        mine, rows = found.where(curve=curve), data.where(curve=curve)
        left.plot(np.append(foot.at(0.0).x, mine["x"]), np.append(0.0, mine["t"]), color=color)
        right.plot(np.append(0.0, mine["t"]), np.append(foot.q, mine["RSB(1)"]), color=color)
        plots.points(right, Table(replace(r, t=r.t + shift) for r in rows), "t", color=color, markers=markers)
    left.set(xlabel="x: variance of the random field", ylabel="t: from free spins (0) to the network (1)")
    right.axhline(foot.q, color="k", lw=0.8, ls=plots.STYLES["RS"])
    plots.mark(right, ONSET, "RS breaks")
    right.set(xlabel="t", ylabel="overlap q of replicas")
    more: Any = {"dots": [*colors.items()], "extrapolated": True, "unusable": True, "below": True}
    plots.legend(right, [("RS", "k"), ("RSB(1)", "0.3", "RSB(1)")], markers, **more)
    finding = "The overlap is carried along a characteristic until RS breaks, then drifts to RSB(1); on wrong lines at once"
    return plots.headline(fig, finding, f"the spin glass of P = 3, load {case.load:g}, T = {case.T:g}")
