"""The last word on a figure: what it shows, in words, and every text in its size, none longer than its panel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from glassy.plots.key import lean, width_of
from glassy.plots.style import TEXT

_INSIDE = 0.3  # inches of a page that its headline leaves free


def headline(fig: Figure, finding: str, where: str = "") -> Figure:
    """Say over a figure what it shows, and below that of what; other texts get the sizes of `TEXT` and fit into panels.

    To be called last: it draws the figure to see which labels and titles are longer than their panels, and breaks them.
    The legend below the panels loses the sizes, limits and hollow points that are in none of them.

    Parameters
    ----------
    fig : Figure
        As from `figure`.
    finding : str
        What a reader should see, as a statement.
    where : str
        The network and its state point, and what else must be known of the points.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> import glassy
    >>> fig, _ = glassy.plots.figure(1, 2)
    >>> fig = glassy.plots.headline(fig, "Networks approach RS as N grows", "P = 3, load 0.1")
    >>> fig.get_suptitle().strip()
    'Networks approach RS as N grows'
    """
    room = fig.get_figwidth() - _INSIDE
    above = broken(finding, room, TEXT["headline"], "bold")
    below = broken(where, room, TEXT["legend"]) if where else ""
    title = fig.suptitle(above + "\n" * (below.count("\n") + 1 if below else 0), fontsize=TEXT["headline"], fontweight="bold")
    if below:
        fig.add_artist(Annotation(below, (0.5, 0.0), xycoords=title, ha="center", va="bottom", fontsize=TEXT["legend"],
                                  color="0.25", annotation_clip=False)).set_in_layout(False)  # fmt: skip
    for ax in fig.axes:
        ax.tick_params(which="both", labelsize=TEXT["tick"])
        ax.set_title(
            ax.get_title(), fontsize=TEXT["panel"], pad=14.0 if any(t.get_position()[1] == 1.0 for t in ax.texts) else 4.0
        )
        for text in (ax.xaxis.label, ax.yaxis.label):
            text.set_fontsize(TEXT["label"])
        for text in (ax.xaxis.get_offset_text(), ax.yaxis.get_offset_text()):
            text.set_fontsize(TEXT["tick"])
        for axis in (ax.xaxis, ax.yaxis):
            _plain(axis)
        if (legend := ax.get_legend()) is not None:
            legend.get_frame().set(edgecolor="none", alpha=0.8)
    lean(fig)
    fig.draw_without_rendering()  # the panels have their places then
    for ax in fig.axes:
        box = ax.get_window_extent()
        for text, pixels in ((ax.xaxis.label, box.width), (ax.title, box.width), (ax.yaxis.label, box.height)):
            text.set_text(broken(text.get_text(), 0.96 * pixels / fig.dpi, float(text.get_fontsize())))
        _thinned(ax)
    return fig


def _plain(axis: Any) -> None:
    """Write 1, 2, 5 of each decade of a logarithmic axis of few decades as they are: no powers of ten run into each other."""
    low, high = sorted(axis.get_view_interval())
    if axis.get_scale() == "log" and high < 50.0 * low:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(lambda x, _: f"{x:g}")
        axis.set_minor_formatter(NullFormatter())


def _thinned(ax: Axes) -> None:
    """Take numbers from an x axis where they nearly touch."""
    locator: Any = ax.xaxis.get_major_locator()
    boxes = [t.label1.get_window_extent() for t in ax.xaxis.get_major_ticks()]
    if isinstance(locator, MaxNLocator) and sum(box.width for box in boxes) > 0.7 * ax.get_window_extent().width:
        ax.xaxis.set_major_locator(MaxNLocator(max(len(boxes) // 2, 2), steps=(1, 2, 2.5, 5, 10)))


def broken(text: str, room: float, size: float, weight: str = "normal") -> str:
    """Return a text in as few lines as fit into the room in inches, as even as they can be; its own line breaks stay."""
    return "\n".join(part for line in text.split("\n") for part in _even(line, room, size, weight))


def _even(line: str, room: float, size: float, weight: str) -> list[str]:
    words = re.findall(r"(?:\$[^$]*\$|[^\s$])+", line)  # a formula is one word
    wide, space = [width_of(word, size, weight) for word in words], 0.35 * size / 72.0
    found = best = _filled(words, wide, room, space)
    while len(found) == len(best) and len(words) > 1 < len(best):  # narrower, as long as it takes no other line
        best, room = found, 0.97 * room
        found = _filled(words, wide, room, space)
    return best


def _filled(words: Sequence[str], wide: Sequence[float], room: float, space: float) -> list[str]:
    """Return lines filled one after the other; a word that is longer than the room has a line of its own."""
    lines: list[list[str]] = []
    left = 0.0
    for word, width in zip(words, wide, strict=True):
        if not lines or width + space > left:
            lines.append([])
            left = room + space
        lines[-1].append(word)
        left -= width + space
    return [" ".join(words) for words in lines]
