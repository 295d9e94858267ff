"""Guerra: the interpolation from free spins to the network, measured; its integrand is the error of replica symmetry (I.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from glassy import DenseHebbian, Interpolation, Lines, Table, plots, solve
from ._interpolated import ladder
from ._sim import Case, Sampling, Tables, results

RESTS_ON = ("spin_glass",)
NODES = 6
ONSET = 0.32  # t at which replica symmetry breaks in the glass, continuously: q fluctuates by N^(-1/3) there


@dataclass(frozen=True, kw_only=True)
class State(Case):
    """One phase of the P = 3 network, the glass at 0.61 T_c."""

    load: float
    T: float
    phase: str

    @property
    def guerra(self) -> Interpolation:
        """The interpolation of infinitely many spins."""
        return Interpolation(solve(DenseHebbian(3), self.load, self.T, self.phase))

    def power(self, t: float) -> float:
        """Power of 1/N with which the integrand, a square of overlaps, meets its limit."""
        return 2 / 3 if self.phase == "spin_glass" and t > ONSET else 1.0


CLAIM = """Guerra's interpolation I.1 gives the free energy of the network from overlaps alone. Its integrand vanishes with N \
in the retrieval phase, where RS is exact, and in the spin glass tends to the finite curve of RSB(1), whose area is the error \
of RS in -beta f."""
COMMON: Any = {"claim": CLAIM, "seed": 900, "quick": {"samples": 12, "sweeps": 200}}
CASES = {c.name: c for c in (
    State(name="retrieval", phase="retrieval", load=0.1, T=0.4, sizes=(60, 100, 160, 240), **COMMON,
          samples=(128, 96, 64, 48), sweeps=300),
    State(name="glass", phase="spin_glass", load=4.0, T=0.8, sizes=(24, 32, 48, 64), samples=(96, 72, 48, 36), **COMMON,
          sweeps=(10000, 15000, 30000, 40000)),
)}  # fmt: skip


def measure(case: State, run: Sampling) -> Tables:
    guerra, table = case.guerra, Table()
    how = partial(ladder, guerra) if case.phase == "spin_glass" else guerra.run
    for N, S, sweeps in case.runs:
        options: Any = {"seed": case.seed + N, "fields": (3, N, 17), "samples": S, "sweeps": sweeps, "how": how}
        table += guerra.measured({t: run(N, t, out=f"{N}_{t:.4f}", **options) for t in guerra.nodes(NODES)[0].tolist()})
    lines = Lines({"t": t, "RSB(1)": guerra.expected(float(t))} for t in np.linspace(0.001, 0.999, 60))
    return {"data": table + guerra.limits(table, case.power), "lines": lines}


def verdict(case: State, tables: Tables) -> str:
    nodes, ends = tables["data"].where(quantity="integrand").verdict(), tables["data"].ends.where(quantity="-beta f")
    if not ends:
        return "fewer than two sizes are equilibrated at every t"
    (end,), rs = ends, case.guerra.theory()
    glass = f" (z = {end.beside(rs).z:.0f}), RSB(1) {end.theory:.4f}" if case.phase == "spin_glass" else ""
    text = f"-beta f for 1/N -> 0 is {end.value}, RS {rs:.5f}{glass} (z = {end.z:.2f})"
    return f"{text}; the integrand at {nodes.counted} t tends to theory, worst z = {nodes.worst.z:.2f}"


def panels(case: State, tables: Tables) -> Any:
    nodes, free = (tables["data"].where(quantity=name) for name in ("integrand", "-beta f"))
    fig, ((left, right),) = plots.figure(1, 2, height=2.7)
    glass, markers, named = case.phase == "spin_glass", plots.markers_of(nodes), [("RS", plots.COLORS[3], "RS")]
    dots = [("RS + area on the left", plots.COLORS[5])]
    where = f"P = 3, load {case.load:g}, T = {case.T:g}"
    finding = "In retrieval RS is exact: its error vanishes with N at every t"
    plots.points(left, nodes, "t")
    plots.points(right, free, lambda r: 1.0 / r.N, color=plots.COLORS[5], markers=markers)
    left.axhline(0.0, **plots.depth_style(0))
    right.axhline(case.guerra.theory(), **plots.depth_style(0))
    if glass:
        plots.theory(left, tables["lines"]["t"], tables["lines"]["RSB(1)"], plots.COLORS[2], "RSB(1)")
        plots.mark(left, ONSET, "RS breaks")
        right.axhline(free["theory"][0], **plots.depth_style(1))
        ladder = results("spin_glass", "P3")["data"].finite.usable.where(quantity="-beta f", load=case.load, T=case.T)  # M.8
        plots.points(right, ladder, lambda r: 1.0 / r.N, color=plots.COLORS[1], markers=[(N, "o") for N in ladder.sizes])
        named.append(("RSB(1)", plots.COLORS[2], "RSB(1)"))
        dots.append(("ladder from T = inf", plots.COLORS[1]))
        finding = "In the spin glass overlaps alone give the error of RS, whose area leads from RS to RSB(1)"
        where += """; limits in 1/N left of the onset, in $N^{-2/3}$ right of it; all t share their patterns: neighbours are off
together, their area is not. The ladder knows the energies of single patterns, which I.1 leaves out"""
    left.set(xlabel="t: from free spins (0) to the network (1)", ylabel="integrand of I.1: the error of RS")
    right.set(xlabel="1/N", ylabel="free energy -βf per spin")
    right.locator_params(axis="x", nbins=5)
    plots.legend(left, named, markers, extrapolated=True, unusable=True, below=True)
    plots.legend(right, named, [], dots=dots, below=True)
    return plots.headline(fig, finding, where)
