"""A figure of phase diagrams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy.spatial import cKDTree

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.phases.diagram import PhaseDiagram
from glassy.plots.marks import not_drawn
from glassy.plots.sheet import Sheet, several
from glassy.plots.style import COLORS, STYLES, style_of

# Lines of a phase diagram: colour, width, and what the legend says. AT and glass lines do not follow the style of the ansatz.
_LINES: Any = {
    "spinodal": (COLORS[2], 1.9, "spinodal: limit of retrieval"),
    "coexistence": (COLORS[3], 1.9, "coexistence: retrieval loses equilibrium"),
    "AT": (COLORS[1], 1.2, "AT line of retrieval"),
    "T_g": (COLORS[5], 1.5, "spin-glass onset $T_g$"),
    "T_c": (COLORS[5], 1.5, "spin glass below $T_c$"),
    "onset": ("0.45", 1.2, "spin-glass onset of RS"),
    "m = 0 AT": (COLORS[5], 1.5, "AT line of m = 0"),
    "T_d": (COLORS[0], 1.3, "dynamical transition $T_d$"),
    "T_G": (COLORS[4], 1.3, "Gardner transition $T_G$"),
    "Nishimori": ("0.55", 0.9, "Nishimori line T = load"),
}
SHADES = {"spinodal": 0.10, "coexistence": 0.16}  # how dark what lies to the left of a line is
_FIXED: Any = {"AT": (0, (4, 1, 1, 1)), "T_d": (0, (6, 1.5)), "T_G": (0, (2, 1)), "Nishimori": "solid"}


@draws(PhaseDiagram)
def phase_diagram(diagrams: PhaseDiagram | Sequence[PhaseDiagram], ax: Any = None, *, path: str | Path | None = None) -> Any:
    """Draw phase diagrams of one network over each other: load across, temperature up; RS dashed, RSB(1) solid, deeper dotted.

    The regions of the last one are shaded: retrieval in equilibrium darker, metastable retrieval lighter.

    Parameters
    ----------
    diagrams : PhaseDiagram or sequence of them
        Of one network.
    ax : Axes, optional
        Where to draw; default: a figure of its own, with its legend beside the panel. Axes of a figure without a layout have no
        room there: it lies inside, above the lines.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is nothing to draw, the networks differ, or the path has the suffix of another format.

    Examples
    --------
    >>> import glassy
    >>> diagram = glassy.phase_diagram(glassy.DenseHebbian(P=3), tolerance=0.05)
    >>> ax = glassy.plots.phase_diagram(diagram)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('load', 'temperature T')
    """
    found = several("diagrams", diagrams, PhaseDiagram, "Call glassy.phase_diagram.")
    if any(d.network != found[0].network for d in found):
        raise InputError(f"diagrams must be of one network, got {[d.network for d in found]}. Draw a figure of each.")
    sheet = Sheet(ax, path, width=4.6, height=4.0)
    sheet.name(("load", "temperature T"), alone="Give a list of all of them.")
    panel = sheet.axes[0]
    draw_phase_diagram(panel, found)
    lost = [s for d in found for line in d.lines for s in line.status if not s.ok]
    not_drawn(panel, len(lost), sum(len(line.status) for d in found for line in d.lines), ", ".join({s.name: 0 for s in lost}))
    network = found[0].network
    kind = "distinct interactions" if network.interactions == "distinct" else "self-interacting"
    sheet.title(f"P = {network.P}, {kind}")
    small: Any = {} if sheet.panels[0].room else {"fontsize": 6.5, "labelspacing": 0.25}
    sheet.panels[0].legend(diagram_legend(found), beside=True, handlelength=3.0, **small)
    if small:
        _legend_above(panel)
    return sheet.done()


def _legend_above(ax: Axes) -> None:
    """Make room for the legend above what is drawn."""
    legend: Any = ax.get_legend()
    legend.set_loc("upper right")
    share = legend.get_window_extent().height / ax.get_window_extent().height
    ax.set_ylim(0.0, ax.get_ylim()[1] / (1.0 - min(share + 0.03, 0.7)))


def top_of(diagram: PhaseDiagram) -> float:
    """Return the temperature up to which a diagram is drawn."""
    return 1.04 * float(diagram["T_g"].T[-1]) if diagram.network.wishart else 1.08 * float(diagram["spinodal"].T[-1])


def draw_phase_diagram(ax: Axes, diagrams: Sequence[PhaseDiagram]) -> None:
    """Draw phase diagrams into axes, without a title and a legend.

    Parameters
    ----------
    ax : Axes
        Where.
    diagrams : sequence of PhaseDiagram
        Of one network.

    Examples
    --------
    >>> import glassy
    >>> _, axes = glassy.plots.figure(1, 1)
    >>> glassy.plots.draw_phase_diagram(axes[0][0], [glassy.phase_diagram(glassy.DenseHebbian(P=3), tolerance=0.05)])
    >>> sorted(text.get_text().split()[0] for text in axes[0][0].texts)
    ['metastable', 'paramagnet', 'retrieval', 'spin']
    """
    last = diagrams[-1]
    top = top_of(last)
    for name, alpha in SHADES.items():
        line = last[name]
        ax.fill_betweenx(line.T, 0.0, line.load, color=COLORS[2], alpha=alpha, linewidth=0.0)
    shared = {"AT", "Nishimori"}
    for d in diagrams:
        for line in d.lines:
            if line.name in shared and d is not last:
                continue
            color, width, _, style = look_of(line.name, d)
            ax.plot(line.load, line.T, color=color, linestyle=style, linewidth=width, zorder=2)
    for point in last.points:
        if point.load > 0.0:
            ax.plot(point.load, point.T, "o", color="black", markersize=3.2, zorder=4, clip_on=False)
    ax.set_xlim(0.0, last.load_max)
    ax.set_ylim(0.0, top)
    ax.set_xlabel("load")
    ax.set_ylabel("temperature T")
    ax.xaxis.set_major_locator(MaxNLocator(6))
    for name, load, T in regions(diagrams, top):
        ax.text(load, T, name, fontsize=7.5, ha="center", va="center", color="0.15")


def regions(diagrams: Sequence[PhaseDiagram], top: float) -> list[tuple[str, float, float]]:
    """Return the name of each region, with the load and T where it is farthest from every line; none if no place holds it."""
    last = diagrams[-1]
    load, T = np.meshgrid(np.linspace(0.0, 1.0, 61)[1:-1] * last.load_max, np.linspace(0.0, 1.0, 61)[1:-1] * top)
    right = {n: np.interp(T, last[n].T, last[n].load, right=-1.0) for n in ("spinodal", "coexistence")}
    onset = next((line for line in last.lines if line.name in ("T_c", "T_g", "onset", "m = 0 AT")), None)
    glass = np.zeros_like(T, bool) if onset is None else np.interp(load, onset.load, onset.T) > T
    outside = load > right["spinodal"]
    paths = [np.column_stack([line.load / last.load_max, line.T / top]) for d in diagrams for line in d.lines]
    dense = np.vstack([p[:-1] + t * np.diff(p, axis=0) for p in paths for t in np.linspace(0.0, 1.0, 20)])
    dense = dense[np.isfinite(dense).all(axis=1)]
    frame = [load / last.load_max, 1.0 - load / last.load_max, T / top, 1.0 - T / top]
    found = []
    for name, inside, size in (
        ("retrieval", load < right["coexistence"], (0.09, 0.03)),
        ("metastable\nretrieval", (load > right["coexistence"]) & ~outside, (0.11, 0.05)),
        ("spin\nglass", outside & glass, (0.05, 0.05)),
        ("paramagnet", outside & ~glass, (0.12, 0.03)),
    ):
        half = np.array(size)  # of the text, as a share of the panel
        tree = cKDTree(dense / half)
        near = np.reshape(tree.query(np.dstack([load / last.load_max, T / top]) / half, p=np.inf)[0], T.shape)
        room = np.min([near, frame[0] / half[0], frame[1] / half[0], frame[2] / half[1], frame[3] / half[1]], axis=0)
        best = np.unravel_index(np.argmax(np.where(inside, room, 0.0)), T.shape)
        if room[best] > 0.8 and inside[best]:
            found.append((name, float(load[best]), float(T[best])))
    return found


def look_of(name: str, diagram: PhaseDiagram) -> tuple[str, float, str, Any]:
    """Return colour, width, the words of the legend and the style of a line of a diagram."""
    return (*_LINES[name], _FIXED.get(name, STYLES[style_of(diagram.ansatz)]))


def diagram_legend(diagrams: Sequence[PhaseDiagram]) -> list[Any]:
    """Return legend handles: one for each kind of line, and one for each ansatz.

    Parameters
    ----------
    diagrams : sequence of PhaseDiagram
        Those that are drawn.

    Examples
    --------
    >>> import glassy
    >>> diagram = glassy.phase_diagram(glassy.DenseHebbian(P=3), tolerance=0.05)
    >>> [handle.get_label() for handle in glassy.plots.diagram_legend([diagram])][:2]
    ['spinodal: limit of retrieval', 'coexistence: retrieval loses equilibrium']
    """
    names = [n for n in _LINES if any(line.name == n for d in diagrams for line in d.lines)]
    handles = []
    for name in names:
        owner = next(d for d in reversed(diagrams) if any(line.name == name for line in d.lines))
        color, width, label, style = look_of(name, owner)
        handles.append(Line2D([], [], color=color, linestyle=style, linewidth=width, label=label))
    if len(diagrams) > 1:
        handles += [
            Line2D([], [], color="0.3", linestyle=STYLES[style_of(d.ansatz)], label=f"{d.ansatz!r}".replace("RS()", "RS"))
            for d in diagrams
        ]
    handles.append(Line2D([], [], color="black", marker="o", linestyle="none", markersize=3.2, label="ends and crossings"))
    return handles
