"""Figures of boundaries on one axis: storage capacities, and the temperatures of the spin glass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from glassy.core.drawing import draws
from glassy.model.family import Network
from glassy.model.network import DenseHebbian
from glassy.phases.capacity import StorageCapacity
from glassy.phases.spin_glass_temperatures import SpinGlassTemperatures
from glassy.plots.marks import not_drawn
from glassy.plots.sheet import Sheet, several
from glassy.plots.style import COLORS, short_ansatz

Span = tuple[float, float, str, float, str]  # from, to, colour, alpha, what it is


def _rows(ax: Axes, rows: Sequence[tuple[str, Sequence[Span]]]) -> list[Patch]:
    """Draw a bar of spans for each row, named at its left, and return legend handles; what has no number is left out."""
    seen: dict[str, Patch] = {}
    for i, (_, spans) in enumerate(rows):
        for low, high, color, alpha, what in spans:
            if math.isfinite(low) and math.isfinite(high):
                ax.barh(i, high - low, left=low, height=0.5, color=color, alpha=alpha, lw=0.0, zorder=1)
                seen.setdefault(what, Patch(color=color, alpha=alpha, lw=0.0, label=what))
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    return list(seen.values())


def _size(n: int) -> dict[str, float]:
    return {"width": 5.7, "height": 1.7 + 0.42 * n}


def _name(network: Network) -> str:
    if not isinstance(network, DenseHebbian):
        return repr(network)
    return f"P = {network.P}{'' if network.interactions == 'distinct' else ' self-interacting'}"


@draws(StorageCapacity)
def storage_capacity(
    capacities: StorageCapacity | Sequence[StorageCapacity], ax: Any = None, *, path: str | Path | None = None
) -> Any:
    """Draw storage capacities at T = 0: up to load_t retrieval is the ground state, up to load_c it is metastable.

    Strokes are the exact upper bounds of both (B.1), the lower and the higher one, where they exist.

    Parameters
    ----------
    capacities : StorageCapacity, or sequence of them
        A bar for each.
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
        If there is nothing to draw.

    Examples
    --------
    >>> import glassy
    >>> glassy.plots.storage_capacity(glassy.storage_capacity(glassy.DenseHebbian(P=4))).get_xlabel()
    'load at T = 0'
    """
    found = several("capacities", capacities, StorageCapacity, "Call glassy.storage_capacity.")
    sheet = Sheet(ax, path, **_size(len(found)))  # type: ignore[arg-type]
    sheet.name(("load at T = 0", ""), alone="Give a list of all of them.")
    panel, dots, lost = sheet.axes[0], [], []
    rows = []
    for i, c in enumerate(found):
        ground = (
            c.load_t if math.isfinite(c.load_t) else c.load_c if c.status.ok else 0.0
        )  # the ground state up to the spinodal
        spans = [
            (0.0, ground, COLORS[2], 0.45, "retrieval is the ground state"),
            (ground, c.load_c, COLORS[2], 0.18, "retrieval is metastable" if ground else "retrieval exists"),
        ]
        rows.append((f"{_name(c.network)}, {short_ansatz(c.ansatz)}", [s for s in spans if s[1] > s[0]]))
        for value, color, word in ((c.load_t, COLORS[3], "load_t"), (c.load_c, COLORS[2], "load_c")):
            if math.isfinite(value):
                panel.errorbar(value, i, xerr=getattr(value, "error", 0.0), fmt="o", color=color, ms=4.5, capsize=2.0, zorder=3)
                dots.append(Line2D([], [], color=color, marker="o", ls="none", ms=4.5, label=word))
            else:
                lost.append(word)
        bounds = [b for b in (c.bound_t, c.bound_c) if math.isfinite(b)]
        panel.plot(bounds, [i] * len(bounds), "|", color=COLORS[5], ms=15.0, mew=1.2, zorder=2)
        if bounds:
            dots.append(Line2D([], [], color=COLORS[5], marker="|", ls="none", ms=9.0, label="exact bounds of load_t, load_c"))
    shades = _rows(panel, rows)
    panel.set_xlim(0.0, None)
    not_drawn(panel, len(lost), 2 * len(found), ", ".join(dict.fromkeys(lost)) + " (see reason)")
    sheet.panels[0].legend([*shades, *{h.get_label(): h for h in dots}.values()], beside=True)
    return sheet.done()


@draws(SpinGlassTemperatures)
def spin_glass_temperatures(
    temperatures: SpinGlassTemperatures | Sequence[SpinGlassTemperatures], ax: Any = None, *, path: str | Path | None = None
) -> Any:
    """Draw the temperatures of the m = 0 glass, and what lies between them.

    Parameters
    ----------
    temperatures : SpinGlassTemperatures, or sequence of them
        A bar for each.
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
        If there is nothing to draw.

    Examples
    --------
    >>> import glassy
    >>> glassy.plots.spin_glass_temperatures(glassy.spin_glass_temperatures(glassy.DenseHebbian(P=3))).get_xlabel()
    'temperature T'
    """
    found = several("temperatures", temperatures, SpinGlassTemperatures, "Call glassy.spin_glass_temperatures.")
    sheet = Sheet(ax, path, **_size(len(found)))  # type: ignore[arg-type]
    sheet.name(("temperature T", ""), alone="Give a list of all of them.")
    panel, dots, lost, rows = sheet.axes[0], {}, [], []
    for i, t in enumerate(found):
        gardner = t.T_G if math.isfinite(t.T_G) else 0.0
        spans: list[Span] = [
            (0.0, gardner, COLORS[4], 0.45, "glass, RSB(1) unstable"), (gardner, t.T_c, COLORS[2], 0.35, "glass, RSB(1)"),
            (t.T_c, t.T_d, COLORS[0], 0.30, "many metastable states, dynamics gets stuck"),
        ]  # fmt: skip
        if t.continuous:
            spans = [(0.0, t.T_c, COLORS[4], 0.45, "glass, RSB(1) unstable")]
        rows.append((f"{_name(t.network)}, load {t.load:.3g}", spans))
        named = [
            (t.T_G, COLORS[4], "v", "T_G (Gardner)"),
            (t.T_c, COLORS[5], "o", "T_c (static)"),
            (t.T_d, COLORS[0], "^", "T_d (dynamical)"),
        ]
        if t.continuous:
            named = [(t.T_c, COLORS[5], "o", "T_c, a continuous onset: T_d = T_G = T_c")]
        if not any(math.isfinite(value) for value, *_ in named):
            panel.text(0.0, i, "  no transition, see reason", fontsize=7.5, va="center", color="0.3")
        for value, color, marker, word in named:
            if math.isfinite(value):
                panel.plot(value, i, marker, color=color, ms=6.0, zorder=3)
                dots[word] = Line2D([], [], color=color, marker=marker, ls="none", ms=6.0, label=word)
            else:
                lost.append(word.partition(" ")[0])
    shades = _rows(panel, rows)
    panel.set_xlim(0.0, None)
    not_drawn(panel, len(lost), 3 * len(found), ", ".join(dict.fromkeys(lost)) + " (see reason)")
    sheet.panels[0].legend([*shades, *dots.values()], beside=True)
    return sheet.done()
