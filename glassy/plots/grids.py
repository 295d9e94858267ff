"""Figures of a Grid: what `scan` solved, what `simulate` measured, and what a ladder says between its temperatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.core.grid import Grid
from glassy.plots import curves as of
from glassy.plots.curves import Curve
from glassy.plots.sheet import Sheet, known, unknown, words
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution

AXIS = ("T", "load", "N")


@draws(Grid)
def grids(
    grids: Grid[Any] | Sequence[Grid[Any]], observables: str | Sequence[str] = "m", *, x: str | None = None, ax: Any = None,
    path: str | Path | None = None,
) -> Any:  # fmt: skip
    """Draw one or several Grids against T, the load or N: lines of theory, points of simulations, with their errors.

    Colour tells the load (else T, the phase, the network, or the size), the marker the size, the line the ansatz. A line is
    pale where its saddle is unstable; with `scan(..., wins=True)` it is thin where another phase wins. A point is hollow
    where its status is not good. What has no place, a phase that is not there or T = inf, is counted below the axis.

    Parameters
    ----------
    grids : Grid, or sequence of them
        What `scan` or `simulate` returned, a Ladder, or what its `reweighted` returned; all in one figure.
    observables : str or sequence of str
        Attributes of the points, as "m" or "free_energy"; a panel for each.
    x : {"T", "load", "N"}, optional
        What is drawn across; default: the first that changes.
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
        If there is nothing to draw, an observable is no number of the points, or the path has the suffix of another format.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> theory = glassy.scan(network, load=0.1, T=[0.2, 0.4, 0.6])
    >>> runs = glassy.simulate(network, load=0.1, T=[0.2, 0.3], N=40, sweeps=400, seed=1)
    >>> ax = glassy.plots.grids([theory, runs], "m")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['retrieval, RS', 'N = 40']
    """
    found = [grids] if isinstance(grids, Grid) else list(grids) if isinstance(grids, list | tuple) else []
    if not found or not all(isinstance(g, Grid) and len(g) for g in found):
        raise InputError(f"grids must be what scan or simulate returned, one or several, not empty, got {grids!r}.")
    names = words(observables)
    for name in names:
        _check(found, name)
    if x is None:
        x = next((word for word in AXIS if any(_changes(g, word) for g in found)), "T")
    elif x not in AXIS or any(known(g[0], x) is None for g in found):
        raise InputError(f"x must be one of 'T', 'load' and 'N', and known of every point, got {x!r}. Leave it out.")
    sheet = Sheet(ax, path, len(names))
    sheet.name(*(of.names(x, name) for name in names))
    for panel, name in zip(sheet.panels, names, strict=True):
        of.draw(panel, (c for g in found for c in curves_of(g, name, x)), named=panel is sheet.panels[-1])
    sheet.title(of.title_of(sheet.panels[0]), whole=True)
    return sheet.done()


def binder(
    runs: Sequence[Grid[Samples]], of_what: str = "q", *, x: str | None = None, ax: Any = None, path: str | Path | None = None
) -> Any:
    """Draw Binder cumulants of several sizes against T or the load: where a transition is continuous, all cross there.

    Straight lines join neighbours of one size, to lead the eye; a crossing read off them is known no better than the spacing.

    Parameters
    ----------
    runs : sequence of Grid of Samples
        Runs or ladders of one network along T (or the load), one for each size; two sizes or more.
    of_what : {"q", "m"}
        The overlap of two replicas, or the Mattis magnetization: `Samples.binder_q` or `Samples.binder_m`.
    x, ax, path
        As in `grids`.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the runs are of one size, or of several networks.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=2)
    >>> T = [0.8, 1.2, 1.6]
    >>> runs = [glassy.simulate(network, 0.1, T, N, start="random", sweeps=200, samples=4, seed=1) for N in (20, 40)]
    >>> glassy.plots.binder(runs).get_ylabel()
    'Binder cumulant of q'
    """
    found = list(runs) if isinstance(runs, list | tuple) else []
    if not found or not all(isinstance(g, Grid) and len(g) and isinstance(g[0], Samples) for g in found):
        raise InputError(f"runs must be a sequence of Grids of Samples, one for each size, got {runs!r}.")
    sizes = {p.N for g in found for p in g}
    if len(sizes) < 2 or len({p.network for g in found for p in g}) > 1:
        raise InputError(
            f"runs must be of one network and two sizes or more, got {found[0][0].network!r} and N={sorted(sizes)}."
        )
    if of_what not in ("q", "m"):
        raise InputError(f"of_what must be 'q' or 'm', got {of_what!r}.")
    x = x or ("T" if any(_changes(g, "T") for g in found) else "load")
    sheet, name = Sheet(ax, path), f"binder_{of_what}"
    sheet.name(of.names(x, name))
    of.draw(sheet.panels[0], (replace(c, joined=True) for g in found for c in curves_of(g, name, x)))
    sheet.title(of.title_of(sheet.panels[0]), whole=True)
    return sheet.done()


def _check(grids: Sequence[Grid[Any]], name: str) -> None:
    for grid in grids:
        if not isinstance(getattr(grid[0], name, None), float | int):
            kind = type(grid[0]).__name__
            words = "'m' or 'free_energy'" if kind == "Solution" else "'energy'"
            raise InputError(f"observables must be numbers of a {kind}, as {words}, got {name!r}.{unknown(name)}")


def _changes(grid: Grid[Any], word: str) -> bool:
    return len({known(p, word) for p in grid}) > 1


def curves_of(grid: Grid[Any], name: str, x: str) -> Iterator[Curve]:
    """Yield the curves of a Grid: along the axis on which x changes, one for each place of the others."""
    across = grid.values(x) if known(grid[0], x) is not None else np.full(grid.shape, np.nan)
    axis = next((k for k in reversed(range(across.ndim)) if np.any(np.diff(across, axis=k) != 0.0)), across.ndim - 1)
    rows = np.moveaxis(np.arange(len(grid)).reshape(grid.shape), axis, -1)
    values, errors, statuses = grid.values(name).ravel(), grid.errors(name).ravel(), grid.statuses
    points = tuple(grid)
    for row in rows.reshape(-1, rows.shape[-1]).tolist():
        mine = [points[i] for i in row]
        yield Curve(
            x=across.ravel()[row], y=values[row], error=errors[row], statuses=tuple(statuses[i] for i in row),
            states=tuple(p for p in mine if isinstance(p, Solution)), measured=isinstance(mine[0], Samples), points=tuple(mine),
            **{word: _held(mine, word) for word in ("load", "T", "N", "phase", "network")},
        )  # fmt: skip


def _held(points: Sequence[Any], word: str) -> Any:
    """Return the attribute that all points have in common, or None; the phase is that which was asked of the theory."""
    found = {known(p, word) for p in points if word != "phase" or isinstance(p, Solution)}
    return found.pop() if len(found) == 1 else None
