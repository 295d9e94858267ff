"""Panels of a Table of evidence: every size a marker, limits black, what does not count hollow; theory lines through them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from glassy.evidence.table import Measured, Table
from glassy.plots.marks import legend, limit, simulation, stepped, theory
from glassy.plots.style import AXES, COLORS, MARKERS, ramp, size_colors

Number = str | Callable[[Measured], float]


def points(
    ax: Axes, table: Table, x: Number, y: Number = "simulation", error: Number = "error", *, color: str = "",
    markers: Sequence[tuple[int, str]] = (), limits: bool = True, hollow: bool = True,
) -> None:  # fmt: skip
    """Draw the rows of one quantity: each size with its marker, hollow where it does not count, limits 1/N = 0 as black dots.

    Parameters
    ----------
    ax : Axes
        Where.
    table : Table
        Rows of one quantity and curve.
    x, y, error : str or callable
        Name of a column, or a function of a row.
    color : str
        Of all sizes; default: the darker the larger, to the black of the limits.
    markers : sequence of (N, marker)
        Markers of the sizes, as from `markers_of` of a whole figure; default: those of this table.
    limits, hollow : bool
        Whether the usable limits, and the points that do not count, are drawn.

    Examples
    --------
    >>> import glassy
    >>> rows = [
    ...     glassy.Measured(quantity="m", load=x, T=0.3, N=N, theory=0.9, simulation=0.9 + 1 / N, error=0.01)
    ...     for x in (0.1, 0.2) for N in (50, 100)
    ... ]
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> glassy.plots.points(axes[0][0], glassy.Table(rows), "load")
    >>> [bars[0].get_xdata().tolist() for bars in axes[0][0].containers]  # a marker for each size
    [[0.1, 0.2], [0.1, 0.2]]
    """
    value = [name if callable(name) else _column(name) for name in (x, y, error)]
    markers = markers or markers_of(table)
    for (N, marker), own in zip(markers, cycle((color,) if color else size_colors(len(markers)))):
        at = [r for r in table.where(N=N) if hollow or not r.hollow]
        a, b, c = ([f(r) for r in at] for f in value)
        simulation(ax, a, b, c, [not r.hollow for r in at], own, marker)
    if limits and (ends := table.ends.usable):
        a, b, c = ([f(r) for r in ends] for f in value)
        limit(ax, a, b, c)


def panel(
    ax: Axes, table: Table, lines: Sequence[Mapping[str, Any]], x: str, quantity: str, *, by: str = "load",
    colors: Mapping[Any, str] | None = None, of: Callable[[Any], Any] | None = None,
    markers: Sequence[tuple[int, str]] = (), limits: bool = True, hollow: bool = True,
) -> dict[Any, str]:  # fmt: skip
    """Draw one quantity against x with its theory lines, one colour for each value of the column `by`; return the colours.

    Parameters
    ----------
    ax : Axes
        Where.
    table : Table
        Rows of one curve; those of other quantities are left out.
    lines : sequence of mappings
        Theory lines as rows, with x, `by` and the quantity among their columns; one of each ansatz, where a column says it.
    x, quantity, by : str
        Columns.
    colors : mapping, optional
        Values of `by` that are drawn, and their colours; default: all.
    of : callable, optional
        What is drawn of the quantity, as lambda m: (1 - m)/2.
    markers, limits, hollow
        As in `points`.

    Returns
    -------
    dict
        The colour of each value of the column `by`.

    Examples
    --------
    >>> import glassy
    >>> rows = [
    ...     glassy.Measured(quantity="m", load=x, T=0.3, N=N, theory=0.9, simulation=0.9 + 1 / N, error=0.01)
    ...     for x in (0.1, 0.2) for N in (50, 100)
    ... ]
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> theory = [{"T": T, "load": x, "m": 0.9} for x in (0.1, 0.2) for T in (0.2, 0.4)]
    >>> len(glassy.plots.panel(axes[0][0], glassy.Table(rows), theory, "T", "m"))
    2
    >>> axes[0][0].get_ylabel()
    'magnetization m'
    """
    mine = table.where(quantity=quantity)
    found = _coloured(sorted(set(table[by]))) if colors is None else dict(colors)
    f = of or float

    def error(r: Measured) -> float:
        return float(abs(f(r.simulation + r.error) - f(r.simulation)))

    for value, color in found.items():
        for style in dict.fromkeys(r.get("ansatz", "RS") for r in lines):
            line = [r for r in lines if r[by] == value and r.get("ansatz", style) == style]
            theory(ax, [r[x] for r in line], [f(r[quantity]) for r in line], color, style)
        points(ax, mine.where(**{by: value}), x, lambda r: f(r.simulation), error, color=color,
               markers=markers or markers_of(table), limits=limits, hollow=hollow)  # fmt: skip
    ax.set_xlabel(AXES.get(x, x))
    ax.set_ylabel(AXES.get(quantity, quantity))
    return found


def lines(
    ax: Axes, rows: Sequence[Mapping[str, Any]], x: str, y: str, by: str, looks: Mapping[Any, Mapping[str, Any]],
    order: str = "",
) -> None:  # fmt: skip
    """Draw y against x of rows that are no evidence, as theory: one line for each value of the column `by`.

    Parameters
    ----------
    ax : Axes
        Where.
    rows : sequence of mappings
        Columns by name.
    x, y, by : str
        Columns.
    looks : mapping
        Values of `by` that are drawn, where they are, and matplotlib's words for each, as `ansatz_looks` gives them.
    order : str
        Column of an order parameter: a line breaks where it vanishes in a jump.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> rows = [{"T": T, "entropy": T * T, "ansatz": "RS()"} for T in (0.1, 0.2)]
    >>> glassy.plots.lines(axes[0][0], rows, "T", "entropy", "ansatz", glassy.plots.ansatz_looks([glassy.RS()]))
    >>> axes[0][0].get_ylabel()
    'entropy per spin'
    """
    for value, look in looks.items():
        if mine := [r for r in rows if r[by] == value]:
            height: Any = [r[y] for r in mine]
            if order:
                height = stepped(height, [r[order] for r in mine])
            ax.plot([r[x] for r in mine], height, zorder=1 if order else 2, **look)
    ax.set_xlabel(AXES.get(x, x))
    ax.set_ylabel(AXES.get(y, y))


def overlap_density(
    ax: Axes, rows: Sequence[Mapping[str, Any]], levels: Mapping[float, Iterable[float]], *, below: bool = False
) -> dict[float, str]:
    """Draw P(q) of two replicas at several T, with vertical lines at the levels of theory.

    Parameters
    ----------
    ax : Axes
        Where.
    rows : sequence of mappings
        Columns T, q, density, error.
    levels : mapping of T to numbers
        What is drawn, one colour for each T.
    below : bool
        Whether each T is named in the legend below the panels, not in the panel.

    Returns
    -------
    dict
        The colour of each T.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> rows = [{"T": 0.5, "q": q, "density": 1.0, "error": 0.1} for q in (0.2, 0.6)]
    >>> glassy.plots.overlap_density(axes[0][0], rows, {0.5: (0.3, 0.7)})
    {0.5: '#E69F00'}
    >>> axes[0][0].get_ylabel(), len(axes[0][0].lines)  # the points and two levels
    ('P(q)', 3)
    """
    colors = _coloured(list(levels))
    for T, color in colors.items():
        q, density, error = ([r[k] for r in rows if r["T"] == T] for k in ("q", "density", "error"))
        ax.errorbar(q, density, error, fmt=".", ms=3.0, lw=0.6, color=color)
        for level in levels[T]:
            ax.axvline(level, color=color, lw=1.0)
    ax.set(xlabel="overlap q of two replicas", ylabel="P(q)")
    legend(ax, [], [], dots=[(f"T = {T:.3g}", color) for T, color in colors.items()], below=below)
    return colors


def approach(ax: Axes, rows: Sequence[Mapping[str, Any]], y: str, by: str, looks: Mapping[Any, Mapping[str, Any]]) -> None:
    """Draw how a positive number shrinks with the steps k of RSB, on a logarithmic axis; dotted lines are the rows of k = inf.

    Parameters
    ----------
    ax, rows, y, by, looks
        As in `lines`, x being the column k.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> rows = [{"k": k, "gap": 10.0 ** -k, "P": 3} for k in (0, 1, 2)]
    >>> glassy.plots.approach(axes[0][0], rows, "gap", "P", {3: {"color": "black"}})
    >>> axes[0][0].get_yscale()
    'log'
    """
    here = {value: {"marker": "o", "ms": 4, "lw": 1.0, **look} for value, look in looks.items()}
    rows = [r for r in rows if r[y] > 0.0 and r[by] in here]
    lines(ax, [r for r in rows if math.isfinite(r["k"])], "k", y, by, here)
    for r in rows:
        if math.isinf(r["k"]):
            ax.axhline(r[y], color=here[r[by]]["color"], linestyle=":", linewidth=1.0)
    ax.set(yscale="log", xlabel="steps k of RSB; dotted: full RSB")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def markers_of(table: Table) -> list[tuple[int, str]]:
    """Return the sizes of a table and the marker of each, as `points` draws and `legend` takes them.

    Parameters
    ----------
    table : Table
        Rows of evidence.

    Examples
    --------
    >>> import glassy
    >>> rows = [glassy.Measured(quantity="m", N=N, simulation=0.9, error=0.01) for N in (50, 100)]
    >>> glassy.plots.markers_of(glassy.Table(rows))
    [(50, 'o'), (100, 's')]
    """
    return list(zip(table.sizes, cycle(MARKERS)))


def _coloured(values: Sequence[Any]) -> dict[Any, str]:
    """Return a colour for each value: those of the style, or a scale where they are too few."""
    return dict(zip(values, COLORS if len(values) <= len(COLORS) else ramp(len(values)), strict=False))


def _column(name: str) -> Callable[[Measured], Any]:
    return lambda r: getattr(r, name)
