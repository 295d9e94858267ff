"""Figures of a Grid: what `scan` solved, what `simulate` measured, and what a ladder says between its temperatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from glassy.analysis.reweighting import Reweighted
from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.core.grid import Grid
from glassy.core.results import Status
from glassy.exact import Exact
from glassy.plots import curves as of
from glassy.plots.curves import Curve
from glassy.plots.sheet import Sheet, is_number, known, unknown, words
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution

AXIS = ("T", "load", "N")
KINDS: dict[type, str] = {Samples: "run", Exact: "enumeration", Solution: "theory", Reweighted: "reweighted"}
UNKNOWN = "no attribute"


@draws(Grid)
def grids(
    grids: Grid[Any] | Sequence[Grid[Any]], observables: str | Sequence[str] | None = None, *, x: str | None = None,
    ax: Any = None, path: str | Path | None = None,
) -> Any:  # fmt: skip
    """Draw one or several Grids against T, the load or N: lines of theory, points of runs with errors, crosses of `Exact`.

    Colour tells the load (else T, the phase, the network, or the size), the marker the size, the line the ansatz. A line is
    pale where its saddle is unstable; with `scan(..., wins=True)` it is thin where another phase wins. A point is hollow
    where its status is not good. What has no place, a phase that is not there or T = inf, is counted below the axis.

    Parameters
    ----------
    grids : Grid, or sequence of them
        What `scan` or `simulate` returned, a Ladder, or what its `reweighted` returned; all in one figure.
    observables : str or sequence of str, optional
        Attributes of the points, as "m" or "free_energy"; a panel for each. Default: "m", and "energy" of what has no m.
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
    every = [p for g in found for p in g]
    if stateless := [p for p in every if not isinstance(getattr(p, "status", None), Status)]:
        raise InputError(
            f"the points of a Grid must have a status to be drawn, got {stateless[0]!r}. Draw them with glassy.plots.figure."
        )
    first = next((name for name in ("m", "energy") if all(is_number(getattr(p, name, None)) for p in every)), "m")
    names = (first,) if observables is None else words(observables)
    for name in names:
        _check(every, name)
    if x is None:
        x = next((word for word in AXIS if any(_changes(g, word) for g in found)), "T")
        if all(known(p, x) is None for p in every):
            raise InputError(
                f"points must know their T, load or N to be drawn against it, got {every[0]!r}. Draw each by itself."
            )
    elif x not in AXIS or any(known(p, x) is None for p in every):
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
    if not found or not all(isinstance(g, Grid) and len(g) and all(isinstance(p, Samples) for p in g) for g in found):
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


def _check(points: Sequence[Any], name: str) -> None:
    """Refuse what is no number of all points; it may be None of some, as whether a phase wins is where nobody asked."""
    values = [getattr(p, name, UNKNOWN) for p in points]
    bad = next((p for p, value in zip(points, values, strict=True) if value is not None and not is_number(value)), None)
    bad = points[0] if bad is None and all(value is None for value in values) else bad
    if bad is not None:
        kind = type(bad).__name__
        words = "'m' or 'free_energy'" if kind == "Solution" else "'energy'"
        none = " It is None of every point." if getattr(bad, name, UNKNOWN) is None else ""
        raise InputError(f"observables must be numbers of a {kind}, as {words}, got {name!r}.{none or unknown(name)}")


def _changes(grid: Grid[Any], word: str) -> bool:
    return len({known(p, word) for p in grid} - {None}) > 1


def curves_of(grid: Grid[Any], name: str, x: str) -> Iterator[Curve]:
    """Yield the curves of a Grid along the axis on which x changes: one for each place of the others and each type."""
    points, shape = tuple(grid), grid.shape or (1,)
    found = [getattr(p, name) for p in points]
    columns = [known(p, x) for p in points], found, [getattr(value, "error", 0.0) for value in found]
    across, values, errors = (np.array([np.nan if v is None else float(v) for v in column]) for column in columns)
    moves = [k for k in range(len(shape)) if np.any(np.diff(across.reshape(shape), axis=k) != 0.0)]
    rows = np.moveaxis(np.arange(len(points)).reshape(shape), moves[-1] if moves else -1, -1)
    for row in rows.reshape(-1, rows.shape[-1]).tolist():
        kinds: dict[str, list[int]] = {}
        for i in row:
            kinds.setdefault(KINDS.get(type(points[i]), type(points[i]).__name__), []).append(i)
        for kind, at in kinds.items():
            mine = [points[i] for i in at]
            yield Curve(
                x=across[at], y=values[at], error=errors[at], statuses=tuple(p.status for p in mine), kind=kind,
                states=tuple(p for p in mine if isinstance(p, Solution)), points=tuple(mine),
                **{word: _held(mine, word) for word in ("load", "T", "N", "phase", "network")},
            )  # fmt: skip


def _held(points: Sequence[Any], word: str) -> Any:
    """Return the attribute that all points have in common, or None; the phase is that which was asked of the theory."""
    found = {known(p, word) for p in points if word != "phase" or isinstance(p, Solution)}
    return found.pop() if len(found) == 1 else None
