"""Figures of comparisons: theory through the simulated points, and every difference in units of its error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.evidence.comparison import Comparison, Row
from glassy.evidence.confront import predicted
from glassy.plots.marks import branch, legend, limit, marks_legend, not_drawn, simulation
from glassy.plots.sheet import Sheet, common, several, unknown, words
from glassy.plots.style import AXES, COLORS, MARKERS, short_ansatz, style_of
from glassy.theory.solution import Solution
from glassy.theory.solve import scan


def _check(comparisons: Sequence[Comparison], observables: Sequence[str]) -> Solution:
    """Return the first solution of comparisons that belong on one axis, or raise InputError."""
    solutions = [c.solution for c in comparisons if isinstance(c.solution, Solution)]
    if len(solutions) < len(comparisons):
        raise InputError("comparisons must all be with a Solution, or none: one without has no curve. Draw it with plot_z().")
    first = solutions[0]
    for s in solutions:
        if (s.network, s.load, s.phase, s.ansatz) != (first.network, first.load, first.phase, first.ansatz):
            raise InputError(
                f"comparisons must be of one network, load, phase and ansatz, got {first!r} and {s!r}. Draw a figure of each."
            )
    for c in comparisons:
        found = _names(c)
        lacking = [name for name in observables if name not in found]
        if lacking:
            raise InputError(
                f"observables must be rows of every comparison, got {lacking[0]!r}. {c!r} has {', '.join(found)}."
                f"{unknown(lacking[0])}"
            )
    return first


def _names(c: Comparison) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.observable for row in c.rows))


@draws(Comparison)
def comparison(
    comparisons: Comparison | Sequence[Comparison], observables: str | Sequence[str] | None = None, *, ax: Any = None,
    path: str | Path | None = None,
) -> Any:  # fmt: skip
    """Draw theory through the simulated points, a panel for each observable: one temperature against 1/N, several against T.

    The line is pale where the saddle is unstable, thin where another phase wins, and the legend says so. Other pairs,
    as of an enumeration and a run, have no curve: their differences are drawn in units of their errors, by `deviations`.

    Parameters
    ----------
    comparisons : Comparison, or sequence of them
        One for each temperature, all of one network, load, phase and ansatz. Sizes may differ: each is drawn where it is.
    observables : str or sequence of str, optional
        Rows to draw; every comparison must have them. Default: the first and the last, as m and energy_excess.
    ax : Axes, or as many as there are observables, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    Axes, or an array of them where there are several observables

    Raises
    ------
    InputError
        If there is nothing to draw, the comparisons do not belong on one axis, one lacks an observable, or the path has the
        suffix of another format.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> run = glassy.simulate(network, load=0.1, T=0.3, N=60, samples=8, sweeps=200, seed=3)
    >>> ax = glassy.plots.comparison(glassy.compare(glassy.solve(network, run.load, run.T), run), "m")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('1/N', 'magnetization m')
    """
    found = several("comparisons", comparisons, Comparison, "Call compare first.")
    if not any(isinstance(c.solution, Solution) and any(math.isfinite(row.N) for row in c.rows) for c in found):
        return deviations(found, None if observables is None else words(observables), ax=ax, path=path)
    names = _names(found[0])
    names = tuple(dict.fromkeys((names[0], names[-1]))) if observables is None else words(observables)
    first = _check(found, names)
    sheet = Sheet(ax, path, len(names), width=4.4, height=3.4)
    temperatures = {c.solution.T for c in found}
    across = "T" if len(temperatures) > 1 else "1/N"
    sheet.name(*((AXES.get(across, across), AXES.get(name, name)) for name in names), alone="Give a list of all of them.")
    sizes = sorted({int(row.N) for c in found for row in c.rows if np.isfinite(row.N)})
    marked = list(zip(sizes, cycle(MARKERS)))
    grid = np.linspace(0.0, 1.08 * max(temperatures), 120) if across == "T" else np.array([first.T] * 2)
    states = scan(first.network, first.load, grid, first.phase, first.ansatz, wins=True)
    line_x = grid.tolist() if across == "T" else [0.0, 1.08 / sizes[0]]

    def where(c: Comparison, r: Row) -> float:
        return float(c.solution.T) if across == "T" else 1.0 / r.N

    bad = False
    for panel, name in zip(sheet.axes, names, strict=True):
        branch(panel, line_x, [predicted(name, s) for s in states], states.points, COLORS[2])
        for N, marker in marked:
            at = [(where(c, r), r) for c in found for r in c.rows if r.observable == name and r.N == N]
            good = [r.status.ok for _, r in at]
            bad = bad or not all(good)
            simulation(
                panel, [x for x, _ in at], [float(r.simulation) for _, r in at], [r.simulation.error for _, r in at], good,
                COLORS[sizes.index(N) if sizes.index(N) < 2 else 3], marker,
            )  # fmt: skip
        whole = [(where(c, r), r) for c in found for r in c.extrapolated if r.observable == name]
        ends = [(x, r) for x, r in whole if r.status.ok]
        if ends:
            limit(panel, [x for x, _ in ends], [float(r.simulation) for _, r in ends], [r.simulation.error for _, r in ends])
        not_drawn(panel, len(whole) - len(ends), len(whole), "1/N → 0 through sizes that are not to be used")
    line = (f"{short_ansatz(first.ansatz)} theory", COLORS[2], style_of(first.ansatz))
    extrapolated = any(c.extrapolated for c in found)
    legend(sheet.axes[0], [line], marked, extrapolated=extrapolated, unusable=bad, more=marks_legend(states))
    T = "" if across == "T" else f", T = {first.T:g}"
    sheet.title(f"{first.network!r}, load {first.load:g}{T}: theory and simulation")
    return sheet.done()


@draws(Comparison, name="plot_z")
def deviations(
    comparisons: Comparison | Sequence[Comparison], observables: Sequence[str] | None = None, *, ax: Any = None,
    path: str | Path | None = None,
) -> Any:  # fmt: skip
    """Draw the z of every row of comparisons of any two sides: the difference in units of its error.

    Where sizes were extrapolated, theory is judged at 1/N = 0: finite sizes are hollow there, and may be far off. Shaded is
    |z| <= 2, dotted |z| = 4. Rows without a z are counted below the axis.

    Parameters
    ----------
    comparisons : Comparison, or sequence of them
        As for several temperatures.
    observables : sequence of str, optional
        Rows to draw; default: all.
    ax : Axes, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is nothing to draw.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> run = glassy.simulate(network, load=0.1, T=0.3, N=60, samples=8, sweeps=200, seed=3)
    >>> ax = glassy.plots.deviations(glassy.compare(glassy.solve(network, run.load, run.T), run))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['m', 'q', 'energy', 'energy_excess']
    """
    found = several("comparisons", comparisons, Comparison, "Call compare first.")
    names = list(dict.fromkeys(name for c in found for name in _names(c)))
    asked = names if observables is None else list(words(observables))
    if lacking := [name for name in asked if name not in names]:
        raise InputError(
            f"observables must be rows of a comparison, {', '.join(names)}, got {lacking[0]!r}.{unknown(lacking[0])}"
        )
    rows = [(c, r) for c in found for r in c.rows if r.observable in asked]
    shown = [(c, r) for c, r in rows if math.isfinite(r.z)]
    sets = sorted({(_key(c, r)) for c, r in shown})
    sheet = Sheet(ax, path, width=4.4, height=1.5 + (0.42 + 0.05 * len(sets)) * len(asked))
    first, second = found[0].sides
    sheet.name((f"z: ({second} - {first}) in units of its error", ""), alone="Give a list of all of them.")
    panel, handles = sheet.axes[0], {}
    temperatures, sizes = (sorted({key[k] for key in sets}) for k in (0, 1))
    several_T = len(temperatures) > 1
    for c, r in shown:
        (T, N), size = _key(c, r), sizes.index(float(r.N))
        look = _look(c, r, size, temperatures.index(T) if several_T else size)
        look["label"] = (f"T = {T:g}, " if several_T else "") + look["label"]
        height = asked.index(r.observable) + 0.6 * ((sets.index((T, N)) + 0.5) / len(sets) - 0.5)
        panel.errorbar(r.z, height, xerr=1.0, elinewidth=0.8, zorder=3, **look)
        handles[look["label"]] = Line2D([], [], **{k: v for k, v in look.items() if k != "fmt"}, marker=look["fmt"], ls="none")
    panel.axvspan(-2.0, 2.0, color="0.5", alpha=0.15, lw=0.0, zorder=0)
    for z in (-4.0, 4.0):
        panel.axvline(z, color="0.5", lw=0.8, ls=":", zorder=0)
    panel.axvline(0.0, color="0.4", lw=0.8, zorder=0)
    far = max((abs(r.z) for _, r in shown), default=0.0)
    panel.set_xlim(-max(5.0, far + 1.5), max(5.0, far + 1.5))
    panel.set_yticks(range(len(asked)), asked)
    panel.set_ylim(len(asked) - 0.5, -0.5)
    panel.grid(visible=False, axis="y")
    judged = "\nhollow: a finite N is off by about 1/N, theory is judged at 1/N → 0" if any(map(_limits, found)) else ""
    panel.set_xlabel(f"{panel.get_xlabel()}{judged}")
    not_drawn(panel, len(rows) - len(shown), len(rows), "no z, see table()")
    if handles:
        sheet.panels[0].legend(list(handles.values()), beside=True)
    sheet.title(common([c.solution for c in found]))
    return sheet.done()


def _limits(c: Comparison) -> bool:
    """Whether finite sizes stand beside their limit, by which theory is judged."""
    return 0 < len(c.extrapolated) < len(c.rows)


def _key(c: Comparison, row: Row) -> tuple[float, float]:
    return float(c.solution.T), float(row.N)


def _look(c: Comparison, row: Row, color: int, marker: int) -> dict[str, Any]:
    """Return matplotlib's words for a row: the limit black, a size its colour, hollow where theory is not judged by it."""
    size = "1/N → 0" if math.isinf(row.N) else f"N = {int(row.N)}"
    look: dict[str, Any] = {
        "color": "black" if math.isinf(row.N) else COLORS[(2, 3, 1, 0, 4)[color % 5]],
        "fmt": MARKERS[marker % len(MARKERS)],
        "ms": 4.5,
        "label": size if row.status.ok else f"{size}: {row.status.name}",
    }
    judged = math.isinf(row.N) or not _limits(c)
    return look if judged and row.status.ok else look | {"mfc": "none", "alpha": 0.45}
