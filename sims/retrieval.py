"""Retrieval: m and energy against T at several loads and against load at several T, P = 2 to 5, distinct interactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import DenseHebbian, Lines, Table, plots, solve, spinodal
from ._sim import NetworkCase, Sampling, Tables

COLUMNS = ("load", "T", "m", "q", "energy", "energy_excess", "free_energy", "replicon", "status")
AGAINST = (("against T", "T", "load"), ("against load", "load", "T"))  # curve, what varies along it, what is held


@dataclass(frozen=True, kw_only=True)
class Grid(NetworkCase):
    """State points of one network: temperatures along fixed loads, loads along fixed temperatures; the reach of the figure."""

    at_load: Mapping[float, tuple[float, ...]]
    at_T: Mapping[float, tuple[float, ...]]
    reach: tuple[float, float]

    @property
    def points(self) -> list[tuple[str, float, float]]:
        """Curve, load and T of every state point, in the order of their seeds."""
        along = [("against T", x, T) for x, path in self.at_load.items() for T in self.part_of(path)]
        return along + [("against load", x, T) for T, path in self.at_T.items() for x in self.part_of(path)]


_SCAN = (0.025, 0.075, 0.125, 0.175, 0.225, 0.275)
# at P = 2 and P = 5 where all samples of a size have more than three misaligned spins: fewer have no honest scatter
CASES = {
    f"P{P}": Grid(
        name=f"P{P}", network=DenseHebbian(P), at_load=at_load, at_T=at_T, reach=reach, sizes=sizes, samples=samples,
        sweeps=240, seed=10_000_000 * P, quick={"sweeps": 100},
        claim=f"In the retrieval phase at P = {P} (distinct) m, q and the energy of finite networks extrapolate in 1/N to the "
        "replica-symmetric theory, wherever networks of these sizes stay in the phase and RS is stable.",
    )
    for P, at_load, at_T, sizes, samples, reach in (
        (2, {0.02: (0.3, 0.4, 0.5, 0.6), 0.05: (0.2, 0.3, 0.4, 0.5), 0.1: (0.1, 0.15, 0.2, 0.25, 0.3)},
         {0.2: (0.03, 0.05, 0.07, 0.09, 0.11), 0.4: (0.02, 0.03, 0.04, 0.05, 0.06, 0.07)},
         (500, 1000, 2000), (128, 96, 64), (0.75, 0.14)),
        (3, dict.fromkeys((0.05, 0.1, 0.2), (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)), dict.fromkeys((0.2, 0.4, 0.6), _SCAN),
         (100, 200, 400), (128, 96, 64), (0.75, 0.3)),
        (4, dict.fromkeys((0.05, 0.1, 0.2), (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)), dict.fromkeys((0.2, 0.4, 0.6), _SCAN),
         (64, 100, 140, 200, 300), (128, 96, 64, 64, 32), (0.75, 0.3)),
        (5, {0.2: (0.4, 0.5, 0.6), 0.3: (0.2, 0.3, 0.4, 0.5)}, {0.4: (0.19, 0.22, 0.25, 0.28)},
         (80, 100, 130, 160), (48, 48, 32, 16), (0.9, 0.35)),
    )
}  # fmt: skip


def confront(case: Grid, run: Sampling, first: int = 0, network: str = "") -> Table:
    """Return theory and simulation at every point of a grid; where there are several, the number of the first and a name."""
    table = Table()
    for index, (curve, load, T) in enumerate(case.points, first):
        folder = f"{network} ".lstrip() + (f"load={load:g}" if curve == "against T" else f"T={T:g}")
        runs = [run(case.network, load, T, N, seed=case.seed + 1000 * index, samples=S, sweeps=sweeps, burn_in=sweeps // 4,
                    out=f"{folder}/{load:g}_{T:g}_{N}") for N, S, sweeps in case.runs]  # fmt: skip
        table += Table.of(solve(case.network, load, T, strict=False), runs, curve=curve, load=load, network=network)
    return table


def theory(case: Grid, temperatures: Iterable[float]) -> Lines:
    """Return RS along every curve: through a range of T, and in load to a little beyond the spinodal."""
    points = [("against T", load, float(T)) for load in case.at_load for T in temperatures]
    for T in case.at_T:
        end = spinodal(case.network, T).load
        points += [("against load", float(x), T) for x in (*np.linspace(0.002, end * (1 - 1e-9), 100), end * 1.001)]
    found = ((curve, solve(case.network, load, T, strict=False)) for curve, load, T in points)
    return Lines(Lines.row(s, *COLUMNS, curve=curve) for curve, s in found)


def measure(case: Grid, run: Sampling) -> Tables:
    return {"data": confront(case, run), "lines": theory(case, np.linspace(0.0, 1.0, 101))}


def panels(case: Grid, tables: Tables) -> Any:
    data = tables["data"]
    fig, axes = plots.figure(2, 2, height=2.2)
    for (top, low), (curve, x, held), reach in zip(axes.T, AGAINST, case.reach, strict=True):
        table, lines = data.where(curve=curve), tables["lines"].where(curve=curve, **{x: lambda v, end=reach: v <= end})
        options: Any = {"by": held, "hollow": False, "markers": plots.markers_of(data)}
        plots.panel(top, table, lines, x, "m", of=lambda m: (1.0 - m) / 2.0, limits=False, **options)
        colors = plots.panel(low, table, lines, x, "energy_excess", **options)
        top.set(yscale="log", ylim=(1e-6, 0.2), xlim=(0.0, reach), ylabel="misaligned fraction, (1 - m)/2")
        low.set(xlim=(0.0, reach))
        named = [(f"T = {value:g}" if held == "T" else f"load {value:g}", color) for value, color in colors.items()]
        plots.legend(low, named, plots.markers_of(data), extrapolated=True, below=True)
    where = f"P = {case.network.P}, {case.network.interactions}"
    hidden = f"{len(data.finite) - len(data.finite.usable)} of {len(data.finite)} values, of runs that left the phase"
    where += f"; not drawn: {hidden}, stood still or were short"
    return plots.headline(fig, "In retrieval finite networks approach RS (dashed) as N grows", where)
