"""The one legend of a figure, below its panels: entries of every panel, each once, in as many columns as the width holds."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath

from glassy.plots.style import TEXT

LINE, DOT, SIZE, LIMIT, HOLLOW, MORE = range(6)  # the order of entries
_BESIDE = 5.4  # widths of a letter: of the handle, and of the room about it and its label


@functools.cache
def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of one line of text in inches."""
    return float(TextPath((0.0, 0.0), text, prop=FontProperties(size=size, weight=weight)).get_extents().width) / 72.0


def key(fig: Any, handles: Sequence[tuple[int, Line2D]]) -> None:
    """Add entries to the legend below a figure, where each label stands once.

    Parameters
    ----------
    fig : Figure
        Its layout must be constrained, which makes the room.
    handles : sequence of (int, handle)
        Entries and what they are, as `LINE` or `SIZE`; they stand in that order, those of other calls among them.
    """
    known = {h.get_label(): (rank, h) for rank, h in itertools.chain(vars(fig).get("glassy_key", ()), handles)}
    _write(fig, sorted(known.values(), key=lambda entry: entry[0]))


def lean(fig: Any) -> None:
    """Take from the legend below a figure the sizes, limits and hollow points that no panel shows."""
    drawn = [line for ax in fig.axes for line in ax.lines if len(line.get_xdata())]
    entries = [
        (rank, h) for rank, h in vars(fig).get("glassy_key", ()) if rank not in (SIZE, LIMIT, HOLLOW) or _shown(h, drawn)
    ]
    if entries:
        _write(fig, entries)


def _shown(handle: Line2D, drawn: Sequence[Line2D]) -> bool:
    """Return whether points like those of a legend entry are drawn; hollow ones have any marker, limits are black."""
    if handle.get_markerfacecolor() == "none":
        return any(line.get_markerfacecolor() == "none" for line in drawn)
    alike = [line for line in drawn if line.get_marker() == handle.get_marker()]
    return any(line.get_color() == "black" for line in alike) if handle.get_color() == "black" else bool(alike)


def _write(fig: Any, entries: list[tuple[int, Line2D]]) -> None:
    vars(fig)["glassy_key"] = entries
    for old in list(fig.legends):
        old.remove()
    shown = [h for _, h in entries]
    fig.legend(handles=shown, ncols=_columns([str(h.get_label()) for h in shown], fig.get_figwidth() - 0.2), frameon=False,
               loc="outside lower center", fontsize=TEXT["legend"], handlelength=2.6, columnspacing=1.6)  # fmt: skip


def _columns(labels: Sequence[str], room: float) -> int:
    """Return the largest number of columns that is no wider than the room in inches."""
    size = TEXT["legend"]
    widths = [width_of(label, size) + _BESIDE * size / 72.0 for label in labels]
    fits = [n for n in range(1, len(labels) + 1) if sum(max(c) for c in np.array_split(widths, n)) <= room]
    return max(fits, default=1)
