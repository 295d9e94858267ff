"""Landscape: the free energy of a network at any overlap with a pattern, its barrier, and where the pattern wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import DenseHebbian, Landscape, Lines, Table, plots
from ._sim import Case, Sampling, Tables

MEETS, TIME = "load of coexistence", "ln of the sweeps to the top of the barrier"
AT = (0.8, 1.0, 1.05)  # loads, in units of that of coexistence
CLAIM = """At P = {P} and T = sqrt(load) the free energy of a network that is held at an overlap with a pattern has the \
barrier and the depth of theory for 1/N -> 0, below, at and above coexistence, and both states are equally deep at the load \
that theory says."""


@dataclass(frozen=True, kw_only=True)
class Line(Case):
    """The line T = sqrt(load), and the sizes at which networks are left alone at a pattern, at coexistence."""

    P: int
    noisy: float
    escapes: tuple[int, ...]

    @property
    def line(self) -> Landscape:  # noqa: D102
        return Landscape(DenseHebbian(self.P), noisy=self.noisy)


CASES = {c.name: c for c in (
    Line(name="P3", P=3, noisy=16.0, seed=800, sizes=(24, 32, 48, 64, 96), samples=(128, 128, 128, 128, 32),
         sweeps=(6000, 6000, 6000, 6000, 2000), escapes=(64, 96, 128), claim=CLAIM.format(P=3),
         quick={"samples": 16, "sweeps": 400, "escapes": (32, 48)}),
    Line(name="P4", P=4, noisy=32.0, seed=801, sizes=(24, 32, 48, 64), samples=(96, 96, 80, 24),
         sweeps=(6000, 6000, 4000, 1200), escapes=(32, 48, 64), claim=CLAIM.format(P=4),
         quick={"samples": 16, "sweeps": 400, "escapes": (24, 32)}),
)}  # fmt: skip


def measure(case: Line, run: Sampling) -> Tables:
    line, table, curves, lines = case.line, Table(), Lines(), Lines()
    loads = [x * line.coexistence for x in AT]
    for N, S, sweeps in case.runs:
        f = run(N, samples=S, sweeps=sweeps, seed=case.seed, out=f"{N}", how=line.run).free_energy_of_m()
        table += line.measured(f, loads)
        for load in loads:
            g = line.at(f, load)
            curves += [{"N": N, "load": load, "m": m, "f": float(v), "error": v.error}
                       for m, v in zip(g.m.tolist(), g.free_energy, strict=True)]  # fmt: skip
    for N in case.escapes:
        table += line.escape(run(N, samples=48, sweeps=4000, seed=case.seed, out=f"escape_{N}", how=line.escapes))
    for load in loads:
        theory, _ = line.theory(load, np.linspace(0.0, 0.999, 120))
        lines += [{"load": load, "m": m, "f": x} for m, x in zip(theory.m, theory.free_energy, strict=True)]
    return {"data": table + table.limits(), "curves": curves, "lines": lines}


def verdict(case: Line, tables: Tables) -> str:
    data, rows = tables["data"], tables["data"].where(quantity=TIME)
    *_, meets = data.where(quantity=MEETS)  # the limit, if there is one
    (up, _), covariance = np.polyfit(rows["t"], rows["simulation"], 1, w=1.0 / rows["error"], cov="unscaled")
    times = f"ln of the sweeps from a pattern to the top of the barrier rises by {up:.2f}({100 * covariance[0, 0] ** 0.5:.0f})"
    return f"{data.verdict()}; equally deep at load {meets.value}, theory {meets.theory:.4f}; {times} times N barrier/T"


def panels(case: Line, tables: Tables) -> Any:
    data, curves, lines = tables["data"], tables["curves"], tables["lines"]
    fig, ((left, middle, right),) = plots.figure(1, 3, height=2.6)
    N, loads, markers = int(max(curves["N"])), list(dict.fromkeys(lines["load"])), plots.markers_of(data)
    for load, color in zip(loads, plots.COLORS, strict=False):
        line, found = lines.where(load=load), curves.where(load=load, N=N, m=lambda m: m >= 0.0)
        dashed = {"lw": plots.WIDTH, "ls": plots.STYLES["RS"]}
        for rows, style in ((line, dashed), (found, {"marker": ".", "ms": 3.5, "ls": "none"})):
            above = rows["f"] - rows["f"][rows["m"] > 0.6].min()
            left.plot(rows["m"], above, color=color, **style)
    left.set(xlabel="overlap m with the pattern", ylabel="f(m) - minimum at the pattern", ylim=(-0.04, 0.1))
    left.set_title(f"dashed: theory; dots: N = {N}")
    named = {"barrier": plots.COLORS[3], "depth": plots.COLORS[4]}
    for quantity, color in named.items():
        for load in loads:
            rows = data.where(quantity=quantity, load=load)
            middle.axhline(rows["theory"][0], color=color, lw=0.9, ls="--")
            plots.points(middle, rows, lambda r: 1.0 / r.N, color=color, markers=markers)
    named |= {f"left: load {load:.3f}": color for load, color in zip(loads, plots.COLORS, strict=False)}
    plots.legend(middle, list(named.items()), markers, extrapolated=True, below=True)
    middle.set(xlabel="1/N", ylabel="free energy per spin", xlim=(-0.001, 1.1 / data.sizes[0]))
    middle.set_title("three loads each; dashed: theory")
    plots.points(right, data.where(quantity=TIME), "t", color=plots.COLORS[3], markers=markers)
    right.set(xlabel="N barrier/T, by theory", ylabel="mean of ln(sweeps)")
    right.set_title("from a pattern to the top, at coexistence")
    finding = "The barrier around a memory and its depth extrapolate to theory, and escapes take longer with N barrier/T"
    return plots.headline(fig, finding, f"P = {case.P}, T = √load; depth: the paramagnet above the pattern")
