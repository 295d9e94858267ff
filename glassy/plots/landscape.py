"""Figure of the free energy at a given m: the depth of the memory and its barrier, by theory and as measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.phases.free_energy_of_m import FreeEnergyOfM
from glassy.plots.sheet import Sheet
from glassy.plots.style import COLORS, UNSTABLE, WIDTH, ramp, short_ansatz
from glassy.simulation.free_energy_of_m import MeasuredFreeEnergyOfM

Curve = FreeEnergyOfM | MeasuredFreeEnergyOfM


@draws(MeasuredFreeEnergyOfM)
@draws(FreeEnergyOfM)
def free_energy_of_m(results: Curve | Sequence[Curve], ax: Any = None, *, path: str | Path | None = None) -> Any:
    """Draw f(m), pale where its ansatz is unstable; a dot at the minimum of the pattern, a ring at the top beside it.

    Measured curves are points with their errors, in the colors of the lines in their order: give them in the same order.

    Parameters
    ----------
    results : FreeEnergyOfM, MeasuredFreeEnergyOfM or sequence of them
        What `glassy.free_energy_of_m` and `Ladder.free_energy_of_m` returned.
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
        If there is nothing of that kind.

    Examples
    --------
    >>> import glassy
    >>> f = glassy.free_energy_of_m(glassy.DenseHebbian(P=3), load=0.2, T=0.3)
    >>> glassy.plots.free_energy_of_m(f).get_xlabel()
    'overlap m with the pattern'
    """
    given = [*results] if isinstance(results, Sequence) else [results]
    if not given or not all(isinstance(f, Curve) for f in given):
        raise InputError(f"results must be of glassy.free_energy_of_m, got {results!r}. Call it.")
    curves = [f for f in given if isinstance(f, FreeEnergyOfM)]
    measured = [f for f in given if isinstance(f, MeasuredFreeEnergyOfM)]
    sheet = Sheet(ax, path)
    sheet.name(("overlap m with the pattern", "free energy f(m) per spin"), alone="Give each result axes of its own.")
    most = max(len(curves), len(measured))
    panel, colors = sheet.axes[0], [COLORS[2]] if most == 1 else ramp(most)
    said = [(f.network, f.load, f.T, short_ansatz(f.ansatz)) for f in curves]
    words = ("{!r}", "load {:.3g}", "T = {:.3g}", "{}")
    vary = [len(set(column)) > 1 for column in zip(*said, strict=True)]
    for f, color, state in zip(curves, colors, said, strict=False):
        order = np.argsort(f.m)
        m, y, broken = f.m[order], f.free_energy[order], f.replicon[order] < 0.0
        label = ", ".join(word.format(x) for word, x, on in zip(words, state, vary, strict=True) if on)
        panel.plot(m, y, color=color, lw=WIDTH, **UNSTABLE)
        panel.plot(m, np.where(broken, np.nan, y), color=color, lw=WIDTH, label=label or said[0][3])
        if f.m_minimum is not None and f.f_minimum is not None and f.m_top is not None and f.f_top is not None:
            panel.plot(f.m_minimum, f.f_minimum, "o", color=color, ms=4.5, zorder=3)
            panel.plot(f.m_top, f.f_top, "o", color=color, ms=4.5, mfc="white", zorder=3)
    for g, color in zip(measured, colors, strict=False):
        weight = "" if g.weight == 1.0 else f", weight {g.weight:.3g} of the pattern"
        error, label = [x.error for x in g.free_energy], f"measured, N = {g.N}{weight}"
        panel.errorbar(g.m, g.free_energy, error, fmt=".", color=color, ms=4.0, elinewidth=0.9, zorder=2, label=label)
    panel.legend(fontsize=7.5)
    same = [word.format(x) for word, x, on in zip(words, said[0], vary, strict=True) if not on] if said else []
    at = dict(measured[0].state_point) if measured and not said else {}
    same += [f"{at['network']!r}", f"load {at['load']:.3g}", f"T = {measured[0].T:.3g}"] if "load" in at else []
    sheet.title(", ".join(same))
    return sheet.done()
