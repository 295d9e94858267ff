"""What is drawn into a panel, in the visual grammar of `style`: lines, points, limits, and one legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D

from glassy.plots.key import DOT, HOLLOW, LIMIT, LINE, MORE, SIZE, key
from glassy.plots.style import LOSES, STYLES, TEXT, UNSTABLE, WIDTH, style_of
from glassy.theory.solution import Solution


def theory(ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, color: str, ansatz: str = "RS") -> None:
    """Draw a theory line; it breaks where y is NaN, so no line crosses a gap.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y : array_like
        The line.
    color : str
        As one of `COLORS`.
    ansatz : str
        Key of `STYLES`: "RS" dashed, "RSB(1)" solid, "deeper" dotted.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> glassy.plots.theory(axes[0][0], [0.1, 0.2], [1.0, 0.9], glassy.plots.COLORS[2])
    >>> axes[0][0].lines[0].get_linestyle()
    '--'
    """
    ax.plot(x, y, color=color, linestyle=STYLES[ansatz], linewidth=WIDTH, zorder=1)


def branch(ax: Axes, x: Sequence[float], y: Sequence[float], states: Sequence[Solution], color: str) -> None:
    """Draw the theory line y(x) of solutions along a path: pale where the saddle is unstable, thin where another phase wins.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y : sequence of float
        The line.
    states : sequence of Solution
        Its points; which phase wins is known where it was asked, as by `scan(..., wins=True)`.
    color : str
        As one of `COLORS`.

    Examples
    --------
    >>> import glassy
    >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=0.35, T=[0.02, 0.05, 0.5, 0.6])
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> glassy.plots.branch(axes[0][0], path.values("T"), path.values("m"), path.points, "black")
    >>> [(len(line.get_xdata()), line.get_alpha()) for line in axes[0][0].lines]
    [(3, 0.4), (2, None)]
    """
    marks = [_marks(s) for s in states]
    ends = [i for i in range(1, len(marks)) if marks[i] != marks[i - 1]]
    for first, last in pairwise((0, *ends, len(marks))):
        style = {"linewidth": WIDTH, "linestyle": STYLES[style_of(states[first].ansatz)]}
        for marked, change in zip(marks[first], (UNSTABLE, LOSES), strict=True):
            style |= change if marked else {}
        ax.plot(x[first : last + 1], y[first : last + 1], color=color, zorder=1, **style)


def _marks(s: Solution) -> tuple[bool, bool]:
    """Whether a solution is unstable, and whether another phase is known to win."""
    return s.stable is False, s.wins is False


def marks_legend(states: Iterable[Solution]) -> list[Line2D]:
    """Return legend handles for what `branch` marks in some solutions; none where nothing is marked.

    Parameters
    ----------
    states : iterable of Solution
        What is drawn.

    Examples
    --------
    >>> import glassy
    >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=0.35, T=[0.05, 0.5])
    >>> [handle.get_label() for handle in glassy.plots.marks_legend(path)]
    ['unstable saddle']
    """
    found = [any(column) for column in zip((False, False), *map(_marks, states), strict=True)]
    entries = zip(found, (UNSTABLE, LOSES), ("unstable saddle", "metastable: another phase wins"), strict=True)
    return [Line2D([], [], color="0.3", **{"linewidth": WIDTH, **style}, label=text) for on, style, text in entries if on]


def stepped(y: npt.ArrayLike, order: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return y with NaN where an order parameter vanishes in a jump: no line leads through a transition.

    Examples
    --------
    >>> stepped([0.0, 0.1, 0.2, 0.9, 1.0], [1, 1, 1, 0, 0])
    array([0. , 0.1, 0.2, nan, 1. ])
    """
    y = np.array(y, float)
    for k in np.nonzero(np.diff(np.asarray(order) > 0.0))[0]:
        if abs(y[k + 1] - y[k]) > 4.0 * float(np.median(np.abs(np.diff(y)))):
            far = max((k, k + 1), key=lambda i: abs(y[i] - np.median(y)))  # a difference taken across the jump
            y[far] = np.nan
    return y


def simulation(
    ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, error: npt.ArrayLike, usable: npt.ArrayLike, color: str, marker: str
) -> None:
    """Draw simulated points with bars of one standard error; unusable ones hollow and pale.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y, error : array_like
        The points.
    usable : array_like of bool
        Whether each has a good status.
    color, marker : str
        As one of `COLORS` and `MARKERS`.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> glassy.plots.simulation(axes[0][0], [0.1, 0.2], [0.9, 0.8], [0.01, 0.02], [True, False], "black", "o")
    >>> [bars[0].get_markerfacecolor() for bars in axes[0][0].containers]
    ['black', 'none']
    """
    x, y, error, usable = (np.asarray(a) for a in (x, y, error, usable))
    usable = usable.astype(bool)  # no points at all: an empty list is one of floats
    for mask, face, alpha in ((usable, color, 1.0), (~usable, "none", 0.45)):
        if np.any(mask):
            ax.errorbar(
                x[mask], y[mask], error[mask], fmt=marker, color=color, markerfacecolor=face, markersize=4.0,
                elinewidth=0.9, capsize=1.5, alpha=alpha, zorder=2,
            )  # fmt: skip


def limit(ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, error: npt.ArrayLike) -> None:
    """Draw values extrapolated to 1/N = 0: black dots with bars on top of everything.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y, error : array_like
        The points.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> glassy.plots.limit(axes[0][0], [0.0], [0.95], [0.01])
    >>> axes[0][0].containers[0][0].get_color()
    'black'
    """
    ax.errorbar(x, y, error, fmt=".", color="black", markersize=4.0, elinewidth=1.0, capsize=2.5, zorder=3)


def mark(ax: Axes, x: float, word: str = "") -> None:
    """Draw a thin vertical line and its name above the panel.

    Parameters
    ----------
    ax : Axes
        Where.
    x : float
        The place of the line.
    word : str
        Its name.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> glassy.plots.mark(axes[0][0], 0.5, "$T_c$")
    >>> axes[0][0].texts[0].get_text()
    '$T_c$'
    """
    ax.axvline(x, color="0.6", lw=0.8, zorder=0)
    ax.text(x, 1.0, word, color="0.4", transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=TEXT["legend"])


def not_drawn(ax: Axes, count: int, of: int, why: str = "") -> None:
    """Say below the axis of a panel how many points have no place in it, and why; nothing where all have one."""
    if count:
        text = f"{count} of {of} points not drawn{why and f': {why}'}"
        ax.set_xlabel("\n".join(filter(None, (ax.get_xlabel(), text))))


def legend(
    ax: Axes,
    lines: Sequence[tuple[str, ...]],
    sizes: Sequence[tuple[int, str]],
    *,
    dots: Sequence[tuple[str, str]] = (),
    extrapolated: bool = False,
    unusable: bool = False,
    below: bool = False,
    more: Sequence[Line2D] = (),
) -> None:
    """Draw one legend.

    Parameters
    ----------
    ax : Axes
        Where.
    lines : sequence of (label, colour[, key of STYLES])
        Theory, dashed without a key.
    sizes : sequence of (N, marker)
        As from `markers_of`; in their colour where it tells the size.
    dots : sequence of (label, colour)
        Points, by what their colour tells.
    extrapolated, unusable : bool
        Whether limits 1/N = 0, and hollow points, are named.
    below : bool
        In the one legend below the panels of a figure, which each call adds to.
    more : sequence of handles
        As from `marks_legend`.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> glassy.plots.legend(axes[0][0], [("RS", "black")], [(100, "o")], extrapolated=True)
    >>> [text.get_text() for text in axes[0][0].get_legend().get_texts()]
    ['RS', 'N = 100', '1/N → 0']
    """
    look: Any = {"linestyle": "none", "markersize": 4.5}
    handles = [(LINE, Line2D([], [], color=c, linestyle=STYLES[(*rest, "RS")[0]], label=label)) for label, c, *rest in lines]
    handles += [(DOT, Line2D([], [], color=c, marker="o", label=label, **look)) for label, c in dots]
    shades = _colors_of(ax, [m for _, m in sizes])
    handles += [(SIZE, Line2D([], [], color=c, marker=m, label=f"N = {n}", **look))
                for (n, m), c in zip(sizes, shades, strict=True)]  # fmt: skip
    if extrapolated:
        handles.append((LIMIT, Line2D([], [], color="black", marker=".", linestyle="none", label="1/N → 0")))
    if unusable:
        look |= {"markerfacecolor": "none", "alpha": 0.45}
        handles.append((HOLLOW, Line2D([], [], color="0.3", marker="o", label="not in its phase, or short", **look)))
    handles += [(MORE, h) for h in more]
    if below:
        key(ax.figure, handles)
    else:
        ax.legend(handles=[h for _, h in sorted(handles, key=lambda h: h[0])], fontsize=TEXT["legend"], handlelength=2.6)


def _colors_of(ax: Axes, markers: Sequence[str]) -> list[str]:
    """Return the colour of each marker where colour tells them apart, else grey: it tells something else then."""
    drawn = [bars[0] for bars in ax.containers if isinstance(bars, ErrorbarContainer) and bars[0] is not None]
    found = [{str(points.get_color()) for points in drawn if points.get_marker() == marker} for marker in markers]
    apart = len(set().union(*found)) == len(markers) > 1 and all(len(colors) == 1 for colors in found)
    return [colors.pop() if apart else "0.3" for colors in found]
