"""Axes and what drawings have put into them: one that comes later must fit, and be told from the earlier ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes

from glassy.core.errors import InputError


class Panel:
    """Axes of a drawing, with the memory of drawings that are still there.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    """

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        self.names, self.title = ("", ""), ""
        self.items: list[Any] = []
        self.shown: list[Any] = []  # pictures of the items
        self.labels: set[str] = set()  # legend entries of the items
        self.artists: list[Any] = []  # all that drawings have put here
        self.before: list[Any] = []
        self.alone = True  # whether nothing but the items is here

    @classmethod
    def of(cls, ax: Axes) -> Panel:
        """Return the memory that axes carry, or a new one where they have none or were cleared."""
        found = vars(ax).get("glassy_panel")
        if found is None or not any(a in found.artists for a in found.pictures()):
            found = cls(ax)
        found.before = found.pictures()
        return found

    def check(self, x: str, y: str, remedy: str = "") -> None:
        """Refuse a drawing of other quantities than those that are here; with a remedy, any second drawing."""
        held = " against ".join(repr(name) for name in reversed(self.names) if name)
        if self.artists and remedy:
            raise InputError(f"ax must have no drawing yet, but they show {held}. {remedy} Or leave ax out.")
        if self.artists and self.names != (x, y):
            raise InputError(f"ax must show {y!r} against {x!r} already, or nothing, but they show {held}. Give other axes, or "
                             "leave ax out.")  # fmt: skip

    def name(self, x: str, y: str) -> None:
        """Name the axes; what an earlier drawing could not place stays counted below."""
        _, *counts = self.ax.get_xlabel().split("\n") if self.artists else ("",)
        self.names = x, y
        self.ax.set_xlabel("\n".join((x, *counts)))
        self.ax.set_ylabel(y)

    def together(self, new: Iterable[Any]) -> list[Any]:
        """Return what earlier drawings have put here and what is new; the earlier pictures go, to be drawn beside the new."""
        self.alone = all(a in self.shown for a in self.artists)
        for a in self.shown:
            if a in self.pictures():  # bars go with their container
                a.remove()
                if a in self.ax.containers:  # older versions of matplotlib leave it there
                    self.ax.containers.remove(a)
        self.before = self.pictures()
        self.items += new
        return self.items

    def keep(self) -> None:
        """Remember the pictures of the items."""
        self.shown = [a for a in self.pictures() if a not in self.before]

    def pictures(self) -> list[Any]:
        """Return what is in the axes now, but for the legend."""
        return [*self.ax.containers, *(a for a in self.ax.get_children() if a is not self.ax.get_legend())]

    def legend(self, handles: Sequence[Any], *, beside: bool = False, **look: Any) -> None:
        """Draw a legend, beside the panel where it is long or asked to be, and there is room; entries of other drawings stay.

        A figure with a layout makes the room. In any other what lies beside axes that were given is cut off or covers what is
        next to them: there the legend lies inside.
        """
        old = self.ax.get_legend()
        entries: dict[str, Any] = {}
        if old is not None:
            entries |= zip((t.get_text() for t in old.get_texts()), old.legend_handles, strict=True)
        entries = {k: h for k, h in entries.items() if k not in self.labels}
        mine = {str(h.get_label()): h for h in handles}
        self.labels = set(mine) if self.items else set()
        entries |= mine
        beside = beside or len(entries) > 4 or sum(label.count("\n") + 1 for label in entries) > 6
        where: Any = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)} if beside and self.room else {"loc": "best"}
        look = {"fontsize": 7.5, "handlelength": 2.6, "edgecolor": "none"} | where | look
        self.ax.legend(list(entries.values()), list(entries), **look)

    @property
    def room(self) -> bool:
        """Whether the figure makes room for what lies beside its axes: whether it has a layout."""
        whole: Any = self.ax.figure.figure  # of a SubFigure as well
        return whole.get_layout_engine() is not None

    def entitle(self, text: str, *, whole: bool = False) -> None:
        """Write a title: what is true of the earlier drawings too, unless the text is of all of them."""
        if self.artists and not (whole and self.alone):
            earlier = _parts(self.title)
            text = ", ".join(part for part in _parts(text) if part in earlier)
        self.title = text
        self.ax.set_title(text, fontsize=9.5)

    def done(self) -> None:
        """Remember what was drawn, for the next drawing."""
        old = [*self.artists, *self.shown]
        self.artists = [a for a in self.pictures() if a in old or a not in self.before]
        vars(self.ax)["glassy_panel"] = self


def _parts(title: str) -> list[str]:
    """Return the parts of a title, which commas outside of brackets divide."""
    return re.split(r", (?![^({]*[)}])", title)
