"""Landscapes of pairs: f(m) of Hopfield networks below, at and above coexistence, where every load needs runs of its own.

barrier      from fields that hold m >= 0.12 below the top, without walls, up to N = 1152
f(m) - f(1)  at m = 0.1 and 0.3 from all fields: walls at the top of the barrier keep networks from the other patterns, which
             are as deep as the one asked for; on rungs without a field, where these have less energy, the glass is renewed
Loads are those of the K - 1 other patterns, the noise of the pattern, which is a whole number at all N (multiples of 144).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Lines, Measured, ReplicaExchange, Table, plots
from ._sim import Case, Sampling, Tables

PAIRS, GRID, UNIT, BARRIER, AT = DenseHebbian(2), np.linspace(0.0, 0.999, 250), 144, "barrier", (0.1, 0.3)


@dataclass(frozen=True, kw_only=True)
class Pairs(Case):
    """T of the network and of the hottest rung, other patterns of 144 spins, and N, samples, sweeps of the barrier alone."""

    T: float
    hot: float
    others: tuple[int, ...]
    near: tuple[tuple[int, int, int], ...]

    def theory(self, load: float) -> glassy.FreeEnergyOfM:
        """Return f(m) with one step of replica symmetry breaking, beyond the AT line at small m."""
        return glassy.free_energy_of_m(PAIRS, load, self.T, GRID, glassy.RSB(1), progress=False)

    def curve(self, run: Sampling, load: float, N: int, S: int, sweeps: int, out: str, least: float, **kind: Any) -> Any:
        """Return f(m) as measured, from fields of that strength or more, and where."""
        K, seed, how = round(load * N) + 1, self.seed + round(UNIT * load), ReplicaExchange(every=2)
        rungs = [p for p in glassy.field_rungs(PAIRS, K / N, self.T, N, **kind) if p.along >= least]
        more: Any = {"samples": S, "sweeps": sweeps, "seed": seed, "method": how}
        f = run(PAIRS, K / N, self.T, N, perturbation=rungs, out=f"{out}_{N}_{K}", **more)
        return (found := f.free_energy_of_m()), {"load": load, "T": self.T, "N": N, "status": found.status}


CASES = {c.name: c for c in (
    Pairs(name="P2", T=0.5, hot=1.7, others=(3, 4, 6), seed=850, sizes=(288, 576, 1152), samples=(64, 48, 24), sweeps=2000,
         near=((144, 128, 1500), (288, 96, 1500), (576, 64, 1000), (1152, 32, 800)),
         claim="At P = 2 and T = 0.5 the free energy of a network that is held at an overlap with a pattern, and away from all "
         "others, has for 1/N -> 0 the barrier of theory, below, at and above coexistence. Its height at m = 0.1 and 0.3 is "
         "held against theory, too, in the glass that the 6 to 48 other patterns of N = 288 to 1152 make.",
         quick={"sizes": (144, 288), "sweeps": 1200, "others": (4,), "near": ((144, 8, 800), (288, 8, 800))}),
)}  # fmt: skip


def measure(case: Pairs, run: Sampling) -> Tables:
    near, whole, curves, lines = Table(), Table(), Lines(), Lines()
    for each in case.others:
        theory = case.theory(load := each / UNIT)
        top, height = theory.m_top or 0.0, theory.free_energy - theory.f_pattern
        lines += [{"load": load, "m": m, "f": x} for m, x in zip(GRID.tolist(), height, strict=True)]
        least = float(np.interp(top - 0.12, GRID, theory.slope + GRID))  # that holds it without the pattern's own energy
        for N, S, sweeps in case.near:
            f, state = case.curve(run, load, N, S, sweeps, "near", least, step=0.8)
            at = int(np.argmin(np.abs(f.m - top)))
            found = f.of_curve(lambda y, at=at: float(y[at] - y[at:].min()))
            near += [Measured.of(found, theory.barrier, quantity=BARRIER, **state)]
        for N, S, sweeps in case.runs:
            f, state = case.curve(run, load, N, S, sweeps, "all", 0.0, step=1.4, others=round(top, 2), hot=case.hot)
            found = ((m, f.above_pattern(m)) for m in np.linspace(0.1, 0.95, 18).tolist())
            curves += [{"N": N, "load": load, "m": m, "f": float(e), "error": e.error} for m, e in found]
            rows = ((f.above_pattern(m), float(np.interp(m, GRID, height)), f"f({m:g}) - f(1)") for m in AT)
            whole += [Measured.of(e, x, quantity=name, **state) for e, x, name in rows]
    return {"data": near + whole + near.limits() + whole.limits((1.0,)), "curves": curves, "lines": lines}


def verdict(case: Pairs, tables: Tables) -> str:
    said = (f", {r.value} ({r.theory:.4f}) at {r.load:.4f}" for r in tables["data"].usable.where(N=np.inf, quantity=BARRIER))
    return f"{tables['data'].verdict()}; barriers (theory) at load{''.join(said) or ': no limit'}"


def panels(case: Pairs, tables: Tables) -> Any:
    data, curves, lines = tables["data"], tables["curves"], tables["lines"]
    fig, ((left, middle, right),) = plots.figure(1, 3, height=2.6)
    N, markers = int(max(curves["N"])), plots.markers_of(data)
    named = dict(zip(dict.fromkeys(lines["load"]), plots.COLORS, strict=False))
    for load, color in named.items():
        line, found = lines.where(load=load), curves.where(load=load, N=N)
        left.plot(line["m"], line["f"], color=color, lw=plots.WIDTH, ls=plots.STYLES["RS"])
        left.errorbar(found["m"], found["f"], found["error"], color=color, marker=".", ms=3.5, ls="none")
        for ax, quantity, wide in ((middle, BARRIER, 0.0076), (right, "f(0.1) - f(1)", 0.0038)):
            rows = data.where(quantity=quantity, load=load)
            ax.axhline(rows["theory"][0], color=color, lw=0.9, ls="--")
            plots.points(ax, rows, lambda r: 1.0 / r.N, color=color, markers=markers)
            ax.set(xlabel="1/N", ylabel=quantity, xlim=(-0.0003, wide))
    left.set(xlabel="overlap m with the pattern", ylabel="f(m) - f(1)", title=f"dashed: theory; dots: N = {N}")
    plots.legend(middle, [(f"load {x:.4f}", c) for x, c in named.items()], markers, extrapolated=True, below=True)
    off = [[abs(r.z) for r in data.usable.where(N=np.inf) if (r.quantity == BARRIER) == it] for it in (True, False)]
    wall, rest = (f"{max(z):.1f} errors" if z else "no limit" for z in off)
    finding = f"Pairs for 1/N → 0, at most off theory: barrier {wall}, f at small m {rest}"
    return plots.headline(fig, finding, f"P = 2, T = {case.T:g}; coexistence at load 0.0282; dashed: theory, RSB(1)")
