"""Figures of the glass: how many states there are, and of which glasses a free energy is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.phases.complexity import Complexity
from glassy.phases.glassiness import Glassiness
from glassy.plots.sheet import Sheet
from glassy.plots.style import AXES, COLORS, UNSTABLE, WIDTH, short_ansatz


@draws(Complexity)
def complexity(result: Complexity, ax: Any = None, *, path: str | Path | None = None) -> Any:
    """Draw the complexity Sigma(f), from the lowest states to the highest; pale where the states are themselves broken up.

    Parameters
    ----------
    result : Complexity
        What `glassy.complexity` returned.
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
        If there is no curve.

    Examples
    --------
    >>> import glassy
    >>> curve = glassy.complexity(glassy.DenseHebbian(P=3), load=1.0, T=0.3, points=9)
    >>> glassy.plots.complexity(curve).get_ylabel()
    'complexity per spin'
    """
    if not isinstance(result, Complexity) or not result.status.ok:
        raise InputError(f"result must be a Complexity with a curve, got {result!r}. Call glassy.complexity at T < T_d.")
    what = "energy of a minimum, per spin" if result.T == 0.0 else "free energy f of a state, per spin"
    sheet = Sheet(ax, path)
    sheet.name((what, AXES["complexity"]), alone="Give each result axes of its own.")
    panel, color = sheet.axes[0], COLORS[2]
    broken = result.replicon < 0.0
    x, y = result.free_energy, result.complexity
    panel.plot(x, y, color=color, lw=WIDTH, **UNSTABLE)
    panel.plot(x, np.where(broken, np.nan, y), color=color, lw=WIDTH)
    panel.plot(result.f_dominant, result.complexity_dominant, "o", color=COLORS[3], ms=4.5, clip_on=False, zorder=3)
    looks: Any = (
        ("1RSB, states stable", not broken.all(), {}),
        ("1RSB, states broken up: an estimate", broken.any(), UNSTABLE),
    )
    entries = [Line2D([], [], color=color, lw=WIDTH, label=text, **look) for text, on, look in looks if on]
    entries.append(Line2D([], [], color=COLORS[3], marker="o", ls="none", ms=4.5, label="states that dominate"))
    sheet.panels[0].legend(entries)
    panel.set_ylim(0.0, None)
    panel.xaxis.set_major_locator(MaxNLocator(5))
    sheet.title(f"{result.network!r}, load {result.load:.3g}, T = {result.T:g}")
    return sheet.done()


@draws(Glassiness)
def glassiness(result: Glassiness, ax: Any = None, *, path: str | Path | None = None) -> Any:
    """Draw of which glasses A = -beta f is made: the hard one, the soft one, the remainder, and their sum.

    Parameters
    ----------
    result : Glassiness
        What `glassy.glassiness` returned.
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
        If it is no Glassiness.

    Examples
    --------
    >>> import glassy
    >>> parts = glassy.glassiness(glassy.DenseHebbian(P=2), load=0.1, T=0.8)
    >>> [label.get_text() for label in glassy.plots.glassiness(parts).get_yticklabels()]
    ['hard (Ising glass)', 'soft (Gaussian glass)', 'remainder', 'total']
    """
    if not isinstance(result, Glassiness):
        raise InputError(f"result must be a Glassiness, got {result!r}. Call glassy.glassiness.")
    sheet = Sheet(ax, path, width=5.2, height=2.6)
    sheet.name((r"parts of $-\beta f$ per spin, one after the other", ""), alone="Give each result axes of its own.")
    panel = sheet.axes[0]
    values = [result.hard, result.soft, result.remainder, result.total]
    start = [0.0, result.hard, result.hard + result.soft, 0.0]
    panel.barh(range(4), values, left=start, color=[*COLORS[3:0:-1], "0.3"], height=0.55, zorder=2)
    for i, (value, low) in enumerate(zip(values, start, strict=True)):
        panel.annotate(
            f"{value:.5g}", (max(low, low + value), i), (4, 0), textcoords="offset points", va="center", fontsize=7.5
        )
    panel.axvline(0.0, color="0.4", lw=0.8)
    panel.set_yticks(range(4), ["hard (Ising glass)", "soft (Gaussian glass)", "remainder", "total"])
    panel.set_ylim(3.5, -0.5)
    panel.margins(x=0.15)
    panel.grid(visible=False, axis="y")
    sheet.title(f"{result.network!r}, load {result.load:.3g}, T = {result.T:g}, {short_ansatz(result.ansatz)}")
    return sheet.done()
