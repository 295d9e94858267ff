"""Interactions: the same P = 4 load with distinct and with self-interacting energies, two models with two theories."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from glassy import DenseHebbian, Lines, Table, plots
from ._sim import Sampling, Tables
from .retrieval import Grid, confront, theory

KINDS = ("distinct", "self-interacting")
LOAD, T = 0.05, 0.3
COLORS = dict(zip(KINDS, plots.COLORS[2:4], strict=True))


CASES = {
    "P4": Grid(
        name="P4", network=DenseHebbian(4), sizes=(64, 100, 140, 200), samples=(128, 96, 64, 64), sweeps=240, seed=77_000_000,
        at_load={LOAD: (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)}, at_T={T: (0.025, 0.075, 0.1, 0.15, 0.2)}, reach=(0.7, 0.3),
        claim="Distinct (H.2) and self-interacting (H.3) energies of the same P = 4 network are different models: each follows "
        "its own theory (N.1, N.2), and neither follows the other's.",
        quick={"part": (None,), "at_load": {LOAD: (0.2, 0.5)}, "at_T": {T: (0.025, 0.075)}, "sweeps": 100},
    )
}  # fmt: skip


def measure(case: Grid, run: Sampling) -> Tables:
    data, lines = Table(), Lines()
    for number, kind in enumerate(KINDS):
        grid = replace(case, network=DenseHebbian(4, kind))
        data += confront(grid, run, number * len(grid.points), kind)
        lines += [{"network": kind, **line} for line in theory(grid, np.linspace(0.0, 0.7, 71))]
    return {"data": data, "lines": lines}


def swapped(table: Table) -> Table:
    """Return the limits of m, q and the energy above the pattern beside the theory of the other energy."""
    ends = table.judged().where(quantity=lambda name: name != "energy")
    say = {(r.network, r.curve, r.load, r.T, r.quantity): r.theory for r in ends}
    other = [(r, say.get((KINDS[r.network == KINDS[0]], r.curve, r.load, r.T, r.quantity))) for r in ends]
    return Table(r.beside(x) for r, x in other if x is not None)


def verdict(case: Grid, tables: Tables) -> str:
    own, wrong = tables["data"].verdict(), swapped(tables["data"]).verdict()
    if wrong.worst is None:
        return f"{own}; no state point has usable limits of both energies"
    off = f"{wrong.counted - wrong.inside} of {wrong.counted} are off, the worst by {abs(wrong.worst.z):.0f}"
    return f"{own}; against the theory of the other energy {off}"


def panels(case: Grid, tables: Tables) -> Any:
    data, lines = tables["data"], tables["lines"]
    fig, axes = plots.figure(1, 2, height=2.7)
    options: Any = {"by": "network", "colors": COLORS, "markers": plots.markers_of(data)}
    left, right = axes[0]
    plots.panel(left, data.where(curve="against T"), lines.where(curve="against T"), "T", "m", of=lambda m: (1.0 - m) / 2.0,
                limits=False, hollow=False, **options)  # fmt: skip
    left.set(yscale="log", ylim=(1e-6, 0.1), ylabel="misaligned fraction, (1 - m)/2", title=f"load {LOAD:g}")
    plots.panel(right, data.where(curve="against load"), lines.where(curve="against load"), "load", "m", **options)
    right.set(ylim=(0.0, 1.05), title=f"T = {T:g}")
    plots.legend(left, [(f"{k}, RS", COLORS[k]) for k in KINDS], [], below=True)
    plots.legend(right, [], plots.markers_of(data), extrapolated=True, unusable=True, below=True)
    return plots.headline(fig, "The same load, two energies: each network follows its own theory, and not the other's", "P = 4")
