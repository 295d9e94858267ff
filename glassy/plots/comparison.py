"""A figure of comparisons: theory through the simulated points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import numpy as np

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.evidence.comparison import Comparison
from glassy.evidence.confront import predicted
from glassy.plots.style import (
    AXES,
    COLORS,
    MARKERS,
    branch,
    figure,
    legend,
    limit,
    marks_legend,
    save,
    simulation,
    style_of,
    without_suffix,
)
from glassy.theory.solution import Solution
from glassy.theory.solve import scan


def _check(comparisons: Sequence[Comparison], observables: Sequence[str]) -> Solution:
    """Return the first solution of comparisons that belong on one axis, or raise InputError."""
    if not isinstance(comparisons, Sequence) or not comparisons or not all(isinstance(c, Comparison) for c in comparisons):
        raise InputError(f"comparisons must be a non-empty sequence of Comparison, got {comparisons!r}. Call compare first.")
    solutions = [c.solution for c in comparisons if isinstance(c.solution, Solution)]
    if len(solutions) < len(comparisons):
        raise InputError("comparisons must be with a Solution, got one without, which has no curve. Use its table().")
    first = solutions[0]
    for s in solutions:
        if (s.network, s.load, s.phase, s.ansatz) != (first.network, first.load, first.phase, first.ansatz):
            raise InputError(
                f"comparisons must be of one network, load, phase and ansatz, got {first!r} and {s!r}. Draw a figure of each."
            )
    if isinstance(observables, str) or not observables:
        raise InputError(f"observables must be a non-empty sequence of words, got {observables!r}. Try ('m',).")
    for c in comparisons:
        found = tuple(dict.fromkeys(row.observable for row in c.rows))
        lacking = [name for name in observables if name not in found]
        if lacking:
            raise InputError(f"observables must be rows of every comparison, got {lacking[0]!r}. {c!r} has {', '.join(found)}.")
    return first


@draws(Comparison)
def comparison(
    comparisons: Comparison | Sequence[Comparison], path: str | Path, observables: Sequence[str] = ("m", "energy_excess")
) -> Path:
    """Draw comparisons at one load against T: theory through the simulated points, one panel for each observable.

    The line is pale where the saddle is unstable, thin where another phase wins, and the legend says so.

    Parameters
    ----------
    comparisons : Comparison, or sequence of them
        One for each temperature, all of one network, load, phase and ansatz. Sizes may differ: each is drawn where it is.
    path : path
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.
    observables : sequence of str
        Rows to draw; every comparison must have them.

    Returns
    -------
    Path
        The .png.

    Raises
    ------
    InputError
        If there is nothing to draw, the comparisons do not belong on one axis, one lacks an observable, or the path has the
        suffix of another format.
    """
    comparisons = [comparisons] if isinstance(comparisons, Comparison) else comparisons
    first = _check(comparisons, observables)
    path = without_suffix(path)
    grid = np.linspace(0.0, 1.08 * max(c.solution.T for c in comparisons), 120)
    states = scan(first.network, first.load, grid, first.phase, first.ansatz, wins=True)
    sizes = sorted({int(row.N) for c in comparisons for row in c.rows if np.isfinite(row.N)})
    marked = list(zip(sizes, cycle(MARKERS)))
    fig, axes = figure(1, len(observables), width=4.0, height=3.2)
    for ax, name in zip(axes[0], observables, strict=True):
        branch(ax, grid.tolist(), [predicted(name, s) for s in states], states.points, COLORS[2])
        for N, marker in marked:
            at = [(c.solution.T, r) for c in comparisons for r in c.rows if r.observable == name and r.N == N]
            simulation(
                ax, [t for t, _ in at], [float(r.simulation) for _, r in at], [r.simulation.error for _, r in at],
                [r.status.ok for _, r in at], COLORS[sizes.index(N) if sizes.index(N) < 2 else 3], marker,
            )  # fmt: skip
        ends = [(c.solution.T, r) for c in comparisons for r in c.extrapolated if r.observable == name and r.status.ok]
        if ends:
            limit(ax, [t for t, _ in ends], [float(r.simulation) for _, r in ends], [r.simulation.error for _, r in ends])
        ax.set_xlabel(AXES["T"])
        ax.set_ylabel(AXES.get(name, name))
    line = (f"{first.ansatz!r} theory".replace("RS()", "RS"), COLORS[2], style_of(first.ansatz))
    legend(axes[0][0], [line], marked, extrapolated=len(sizes) > 1, more=marks_legend(states))
    fig.suptitle(f"{first.network!r}, load {first.load:g}: theory and simulation", fontsize=9.5)
    return save(fig, path)[0]
