"""Curves of one panel: what is measured or solved against one axis, with errors, and what tells the curves apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from glassy.core.results import Status
from glassy.plots.marks import branch, marks_legend, not_drawn, simulation
from glassy.plots.panel import Panel
from glassy.plots.sheet import common
from glassy.plots.style import AXES, MARKERS, STYLES, WIDTH, ramp, short_ansatz, style_of
from glassy.theory.solution import Solution

FloatArray = npt.NDArray[np.float64]
NEAR = 0.03  # loads of a title: those of the integers K of several sizes are as good as one


@dataclass(frozen=True)
class Curve:
    """One curve.

    Parameters
    ----------
    x, y, error : arrays
        The points; NaN where there is no number, 0 where there is no error.
    statuses : sequence of Status or None
        What became of each point; None where nothing was done.
    load, T, N, phase, network
        What holds along the curve, None where it does not.
    states : tuple of Solution
        Of theory: the points themselves.
    kind : str
        "run" is drawn as points, "enumeration" as crosses, all else as a line: "theory", "reweighted", or the type of others.
    joined : bool
        Whether lines join its points.
    points : tuple
        The results, for a title.
    """

    x: FloatArray
    y: FloatArray
    error: FloatArray
    statuses: tuple[Status | None, ...]
    load: float | None = None
    T: float | None = None
    N: int | None = None
    phase: str | None = None
    network: Any = None
    states: tuple[Solution, ...] = ()
    kind: str = "run"
    joined: bool = False
    points: tuple[Any, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether it is drawn as points."""
        return self.kind in ("run", "enumeration")

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Points that have a good status."""
        return np.array([s is not None and s.ok for s in self.statuses], dtype=np.bool_)

    @property
    def here(self) -> npt.NDArray[np.bool_]:
        """Points that have a place in the panel; numbers of no saddle have none."""
        found = np.isfinite(self.x) & np.isfinite(self.y)
        return found & self.usable if self.states else found

    def why(self) -> Counter[str]:
        """Return why points have no place, with their numbers."""
        lost = [(x, s) for x, s, here in zip(self.x, self.statuses, self.here, strict=True) if not here]
        words = (
            "at infinity" if np.isinf(x) else "nothing finished" if s is None else s.name if not s.ok else "no number"
            for x, s in lost
        )
        return Counter(words)


def names(x: str, name: str) -> tuple[str, str]:
    """Return what the two axes are called."""
    return AXES.get(x, x), AXES.get(name, name)


def draw(panel: Panel, new: Iterable[Curve], *, named: bool = True) -> None:
    """Draw curves beside those that are there, with their legend and the number of points that have no place.

    Colour tells the load, else T, the phase or the network, else the size; the marker tells the size, the line the ansatz.
    """
    new = list(new)
    ax, curves = panel.ax, panel.together(new)
    colors, markers = _colors(curves), _markers(curves)
    handles = []
    for curve, color in zip(curves, colors, strict=True):
        marker = "x" if curve.kind == "enumeration" else markers.get(curve.N, "o")
        if curve.measured:
            _points(ax, curve, color, marker)
            handles.append(Line2D([], [], color=color, marker=marker, ms=4.5, ls="-" if curve.joined else "none", lw=0.6))
        else:
            style = _line(ax, curve, color)
            handles.append(Line2D([], [], color=color, ls=style, lw=WIDTH))
        handles[-1].set_label(_label(curve, curves))
    lost = sum((c.why() for c in new), Counter())
    not_drawn(ax, lost.total(), sum(len(c.x) for c in new), ", ".join(lost))
    panel.keep()
    if named:
        panel.legend([*handles, *marks_of(curves)])


def title_of(panel: Panel) -> str:
    """Return what all curves of a panel have in common."""
    return common([p for c in panel.items for p in c.points], NEAR)


def marks_of(curves: Iterable[Curve]) -> list[Line2D]:
    """Return legend handles of what is pale, thin or hollow in some curves."""
    curves = list(curves)
    found = marks_legend([s for c in curves for s in c.states])
    bad = dict.fromkeys(s.name for c in curves if not c.states for s, here in zip(c.statuses, c.here, strict=True)
                        if here and s is not None and not s.ok)  # fmt: skip
    if bad:
        look: Any = {"color": "0.3", "marker": "o", "mfc": "none", "alpha": 0.45, "ls": "none", "ms": 4.5}
        found.append(Line2D([], [], **look, label="\n".join(["not to be used:", *bad])))
    return found


def _points(ax: Axes, curve: Curve, color: str, marker: str) -> None:
    at = curve.here
    x, y, error = curve.x[at], curve.y[at], curve.error[at]
    if curve.joined:
        ax.plot(x, y, color=color, lw=0.6, alpha=0.6, zorder=1.5)
    if curve.kind == "enumeration":  # without an error
        ax.plot(x, y, marker, color=color, ms=4.5, zorder=3)
    else:
        simulation(ax, x, y, np.where(np.isfinite(error), error, 0.0), curve.usable[at], color, marker)


def _line(ax: Axes, curve: Curve, color: str) -> Any:
    y = np.where(curve.here, curve.y, np.nan)
    if curve.states:
        branch(ax, curve.x.tolist(), y.tolist(), curve.states, color)
        style = STYLES[style_of(curve.states[0].ansatz)]
    else:
        ax.plot(curve.x, y, color=color, lw=WIDTH, zorder=1)
        bad = curve.here & ~curve.usable
        ax.plot(curve.x[bad], y[bad], "o", color=color, mfc="none", alpha=0.45, ms=4.5, zorder=2)
        style = "solid"
    beside = np.pad(curve.here, 1)
    lone = curve.here & ~beside[:-2] & ~beside[2:]
    ax.plot(curve.x[lone], y[lone], ".", color=color, ms=4.0, zorder=1)  # a line of one point is none
    if np.any(curve.error[curve.here] > 0.0):
        ax.fill_between(curve.x, y - curve.error, y + curve.error, color=color, alpha=0.25, lw=0.0, zorder=1)
    return style


def _colors(curves: Sequence[Curve]) -> list[str]:
    """Return the colour of each curve."""
    loads = _loads(curves)
    told: list[list[Any]] = [[load, c.T, c.phase, c.network and repr(c.network)] for load, c in zip(loads, curves, strict=True)]
    vary = [len({key[i] for key in told} - {None}) > 1 for i in range(4)]
    if any(vary):
        keys = [tuple(part for part, on in zip(key, vary, strict=True) if on) for key in told]
    else:
        keys = [(c.N, short_ansatz(c.states[0].ansatz) if c.states else None) for c in curves]
    order = sorted(set(keys), key=lambda key: [(part is not None, part or 0) for part in key])
    look = dict(zip(order, ramp(len(order)), strict=True))
    return [look[key] for key in keys]


def _loads(curves: Sequence[Curve]) -> list[float | None]:
    """Return the load of each curve, one for all that stand for it: a run has the load of its integer K, the nearest to it."""
    known: list[tuple[float, float, int | None]] = []  # load, half of what one pattern adds, N
    found: dict[int, float | None] = {}
    for i in sorted(range(len(curves)), key=lambda i: curves[i].N or math.inf, reverse=True):
        c = curves[i]
        if c.load is None:
            found[i] = None
            continue
        half = 0.0 if c.N is None or c.network is None else 0.501 * float(c.network.load(1, c.N))
        near = [(abs(x - c.load), x) for x, h, N in known if abs(x - c.load) <= (half + h if N != c.N else 0.0)]
        found[i] = min(near)[1] if near else c.load
        known += [] if near else [(c.load, half, c.N)]
    return [found[i] for i in range(len(curves))]


def _markers(curves: Sequence[Curve]) -> dict[int | None, str]:
    sizes = sorted({c.N for c in curves if c.N is not None})
    return {N: MARKERS[i % len(MARKERS)] for i, N in enumerate(sizes)}


def _label(curve: Curve, curves: Sequence[Curve]) -> str:
    """Return the name of a curve in the legend: what it is of, and what tells it from the others."""
    parts = []
    if curve.states:
        parts.append(f"{curve.phase}, {short_ansatz(curve.states[0].ansatz)}")
    elif curve.kind != "run":
        parts.append(curve.kind)
    if curve.N is not None and (curve.kind in ("run", "enumeration") or len({c.N for c in curves} - {None}) > 1):
        parts.append(f"N = {curve.N}")
    if curve.load is not None and len(set(_loads(curves)) - {None}) > 1:
        parts.append(f"load {curve.load:.3g}")
    for word, text in (("T", "T = {:.4g}"), ("network", "{!r}")):
        mine = getattr(curve, word)
        if mine is not None and len({getattr(c, word) for c in curves} - {None}) > 1:
            parts.append(text.format(mine))
    return ", ".join(parts)
