"""A figure of what `scan` found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.core.results import Grid
from glassy.plots.style import AXES, COLORS, branch, figure, legend, marks_legend, save, style_of, without_suffix
from glassy.theory.solution import Solution


@draws(Grid, Solution)
def solutions(
    scans: Grid[Solution] | Sequence[Grid[Solution]], path: str | Path, observables: Sequence[str] = ("m", "free_energy")
) -> Path:
    """Draw what `scan` found, against T, or against the load where T does not change: one panel for each observable.

    A line is pale where its saddle is unstable; with `scan(..., wins=True)` it is thin where another phase wins.

    Parameters
    ----------
    scans : Grid of Solution, or sequence of them
        Several phases or ansaetze in one figure, in the order of their points.
    path : path
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.
    observables : sequence of str
        Attributes of Solution.

    Returns
    -------
    Path
        The .png.

    Raises
    ------
    InputError
        If there is nothing to draw, an observable is no number of a Solution, or the path has the suffix of another format.
    """
    grids = [scans] if isinstance(scans, Grid) else list(scans)
    if not grids or not all(isinstance(g, Grid) and len(g) and all(isinstance(s, Solution) for s in g) for g in grids):
        raise InputError(f"scans must be what glassy.scan returned, one or several, got {scans!r}. Call scan first.")
    if isinstance(observables, str) or not observables:
        raise InputError(f"observables must be a non-empty sequence of words, got {observables!r}. Try ('m',).")
    for name in observables:
        if not isinstance(getattr(grids[0][0], name, None), float | int):
            raise InputError(f"observables must be numbers of a Solution, as 'm' or 'free_energy', got {name!r}.")
    path = without_suffix(path)
    states = [s for g in grids for s in g]
    x = "T" if len({s.T for s in states}) > 1 else "load"
    labels = {f"{g[0].phase}, {g[0].ansatz!r}".replace("RS()", "RS"): (g, c) for g, c in zip(grids, cycle(COLORS[::-1]))}
    fig, axes = figure(1, len(observables), width=4.0, height=3.2)
    for ax, name in zip(axes[0], observables, strict=True):
        for grid, color in labels.values():
            branch(ax, grid.values(x).tolist(), grid.values(name).tolist(), grid.points, color)
        ax.set_xlabel(AXES[x])
        ax.set_ylabel(AXES.get(name, name))
    lines = [(label, color, style_of(grid[0].ansatz)) for label, (grid, color) in labels.items()]
    legend(axes[0][0], lines, [], more=marks_legend(states))
    held = {getattr(s, "load" if x == "T" else "T") for s in states}
    where = f", {'load' if x == 'T' else 'T ='} {held.pop():g}" if len(held) == 1 else ""
    fig.suptitle(f"{states[0].network!r}{where}", fontsize=9.5)
    return save(fig, path)[0]
