"""A figure of two runs of one state point that began far apart: where each observable came to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.plots.marks import simulation
from glassy.plots.sheet import Sheet
from glassy.plots.style import AXES, ramp
from glassy.simulation.compare_starts import SMALLEST, Starts


@draws(Starts)
def starts(result: Starts, ax: Any = None, *, path: str | Path | None = None) -> Any:
    """Draw the means of two runs from two starts, a panel for each observable, with z and p of their difference (M.11).

    The bars are thermal errors: the runs share their patterns, so the scatter between samples is none of their difference. They
    are hollow where the status is not a good one.

    Parameters
    ----------
    result : Starts
        What `compare_starts` returned.
    ax : Axes, as many as there are observables, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    array of Axes

    Raises
    ------
    InputError
        If it is no Starts.

    Examples
    --------
    >>> import glassy
    >>> run = {"load": 0.2, "T": 1.5, "N": 30, "samples": 4, "sweeps": 400, "seed": 5}
    >>> a, b = (glassy.simulate(glassy.DenseHebbian(P=3), start=start, **run) for start in ("pattern", "random"))
    >>> [ax.get_ylabel() for ax in glassy.plots.starts(glassy.compare_starts(a, b))]
    ['energy per spin', 'magnetization m', 'overlap q']
    """
    if not isinstance(result, Starts):
        raise InputError(f"result must be a Starts, got {result!r}. Call compare_starts.")
    sheet = Sheet(ax, path, len(result.meetings), width=2.7)
    names = [("", AXES.get(meeting.observable, meeting.observable)) for meeting in result.meetings]
    sheet.name(*names, alone="Give each pair of runs axes of its own.")
    for panel, meeting, color in zip(sheet.axes, result.meetings, ramp(len(names)), strict=True):
        both = meeting.first, meeting.second
        good = [result.status.ok] * 2
        simulation(panel, [0, 1], [float(e) for e in both], [e.thermal or 0.0 for e in both], good, color, "o")
        panel.set_xticks([0, 1], [f"from {start}" for start in result.starts])
        panel.set_xlim(-0.5, 1.5)
        verdict = "" if meeting.p >= SMALLEST else ": they do not meet"
        panel.set_xlabel(f"z = {meeting.z:.2f}, p = {meeting.p:.2g}{verdict}")
    state = dict(result.state_point)
    texts = {"network": "{!r}", "N": "N = {}", "load": "load {:.3g}", "T": "T = {:g}"}
    where = "".join(f"{text.format(state[word])}, " for word, text in texts.items() if word in state)
    sheet.title(f"{where}two starts, thermal errors: {result.status.name}")
    return sheet.done()
