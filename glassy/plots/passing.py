"""A figure of message passing: how each sample went to where it ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.core.results import Status
from glassy.evidence.sides import check_state, side
from glassy.passing.result import MessagePassing
from glassy.passing.state_evolution import StateEvolution
from glassy.plots.sheet import Sheet
from glassy.plots.style import AXES, STYLES, WIDTH, ramp


@draws(MessagePassing)
def iterations(
    result: MessagePassing, evolution: StateEvolution | None = None, *, ax: Any = None, path: str | Path | None = None
) -> Any:
    """Draw m, or q without patterns, and the largest change of a magnetization by iterations: a line a sample, pale: DIVERGED.

    Parameters
    ----------
    result : MessagePassing
        What `message_passing` returned.
    evolution : StateEvolution, optional
        The same on infinitely many spins, drawn dashed (T.4).
    ax : two Axes, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    array of two Axes

    Raises
    ------
    InputError
        If it is no MessagePassing, or the other no StateEvolution of the same state point and start.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> r = glassy.message_passing(network, load=0.2, T=0.3, N=60, samples=3, start_overlap=0.8, seed=1)
    >>> axes = glassy.plots.iterations(r, glassy.state_evolution(network, load=0.2, T=0.3, start_overlap=0.8))
    >>> [ax.get_ylabel() for ax in axes]
    ['magnetization m', 'largest change in an iteration']
    """
    if not isinstance(result, MessagePassing) or not isinstance(evolution, StateEvolution | None):
        raise InputError(f"result must be a MessagePassing, and evolution a StateEvolution, got {result!r}, {evolution!r}.")
    if evolution is not None:
        check_state(side(evolution), side(result))
        if result.network.has_patterns and abs(result.points[0].m_history[0] - evolution.start_overlap) > 1.0 / result.N:
            raise InputError(
                f"both must begin at one overlap with the pattern, got {evolution.start_overlap:g} and "
                f"{result.points[0].m_history[0]:g}. Repeat one."
            )
    sheet = Sheet(ax, path, 2)
    alone = "Give each result axes of its own."
    name = "m" if result.network.has_patterns else "q"
    sheet.name(("iteration", AXES[name]), ("iteration", "largest change in an iteration"), alone=alone)
    first, second = sheet.axes
    for point, color in zip(result.points, ramp(result.samples), strict=True):
        look: Any = {"color": color, "lw": 0.9, "alpha": 0.45 if point.status is Status.DIVERGED else 1.0}
        first.plot(np.arange(len(point.m_history)), getattr(point, f"{name}_history"), **look)
        second.plot(np.arange(1, point.iterations + 1), np.maximum(point.change_history, 1e-17), **look)
    handles = [Line2D([], [], color="0.3", lw=0.9, label=f"samples: {result.samples}, a colour each")]
    if evolution is not None:
        longest = max(len(point.m_history) for point in result.points)
        first.plot(getattr(evolution, name)[:longest], color="black", ls=STYLES["RS"], lw=WIDTH)
        handles.append(Line2D([], [], color="black", ls=STYLES["RS"], lw=WIDTH, label="state evolution"))
    second.set_yscale("log")
    second.axhline(result.tolerance, color="0.5", lw=0.8, ls=":", zorder=0)
    sheet.panels[0].legend(handles)
    sheet.panels[1].legend([Line2D([], [], color="0.5", lw=0.8, ls=":", label=f"tolerance {result.tolerance:g}")])
    load = f"load {result.load:.3g}, " if result.network.has_load else ""
    sheet.title(f"{result.network!r}, N = {result.N}, {load}T = {result.T:g}: {result.status.name}")
    return sheet.done()
