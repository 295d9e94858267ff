"""Where a drawing goes: a figure of its own or axes that were given, and into files if there is a path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from glassy.core.errors import InputError
from glassy.plots.files import figure, save, without_suffix
from glassy.plots.panel import Panel

BESIDE = 1.9  # inches of a legend beside the panels


class Sheet:
    """The axes of one drawing, a panel each.

    A figure of its own is one of pyplot's, so that notebooks and `plt.show()` show it. With a path in a script it is not: what
    is written to files need not wait to be shown.

    Parameters
    ----------
    ax : Axes, or an array of them, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.
    panels : int
        How many panels there are, side by side.
    width, height : float
        Inches of a panel of its own figure.
    """

    def __init__(self, ax: Any, path: str | Path | None, panels: int = 1, width: float = 4.4, height: float = 3.3) -> None:
        self.path = None if path is None else without_suffix(path)
        self.own = ax is None
        self.axes: list[Axes] = []
        if ax is None:
            shown = path is None or mpl.is_interactive()
            self.axes = list(figure(1, panels, width, height, shown=shown)[1][0])
            self.panels = [Panel(a) for a in self.axes]
            return
        self.axes = list(np.asarray(ax, dtype=object).ravel())
        if not all(isinstance(a, Axes) for a in self.axes):
            where = f" To write the figure give path={str(ax)!r}." if isinstance(ax, str | Path) else ""
            raise InputError(f"ax must be matplotlib Axes, got {ax!r}.{where or ' Leave it out for a figure of its own.'}")
        if len(self.axes) != panels or len(set(self.axes)) != panels:
            raise InputError(f"ax must be {panels} Axes, one for each panel, got {len(set(self.axes))}. Or leave it out.")
        self.panels = [Panel.of(a) for a in self.axes]

    def name(self, *names: tuple[str, str], alone: str = "") -> None:
        """Name x and y of each panel, or refuse axes that show others; say what to do where a drawing must be alone."""
        for panel, (x, y) in zip(self.panels, names, strict=True):
            panel.check(x, y, alone)
        for panel, (x, y) in zip(self.panels, names, strict=True):
            panel.name(x, y)

    def title(self, text: str, *, whole: bool = False) -> None:
        """Write a title over a figure of its own, or over the one panel that was given; `whole`: it is of all that is there."""
        if len(self.axes) == 1:
            self.panels[0].entitle(text, whole=whole)
        elif self.own:
            self.axes[0].figure.suptitle(text, fontsize=9.5)

    def done(self) -> Any:
        """Write the figure if there is a path, and return the Axes, or an array of them; a legend beside them gets its room."""
        for panel in self.panels:
            panel.done()
        legends = [found for ax in self.axes if (found := ax.get_legend()) is not None]
        if self.own and any(found.get_bbox_to_anchor().width == 0.0 for found in legends):  # a point, not the panel
            figure_of_own: Any = self.axes[0].figure
            width, height = figure_of_own.get_size_inches()
            figure_of_own.set_size_inches(width + BESIDE, height)
        if self.path is not None:
            save(self.axes[0].figure.figure, self.path)  # the whole one, of a SubFigure as well
        return self.axes[0] if len(self.axes) == 1 else np.array(self.axes, dtype=object)


def several(name: str, given: Any, kind: type | tuple[type, ...], remedy: str) -> list[Any]:
    """Return one result or a sequence of them as a list, or raise InputError where there is none or it is of another kind."""
    found = [given] if isinstance(given, kind) else list(given) if isinstance(given, list | tuple) else []
    if not found or not all(isinstance(r, kind) for r in found):
        kinds = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise InputError(f"{name} must be one {kinds} or several, got {given!r}. {remedy}")
    return found


def words(observables: Any, example: str = "m") -> tuple[str, ...]:
    """Return names of observables as a tuple: one word, or a sequence of them."""
    found = (observables,) if isinstance(observables, str) else observables
    if not isinstance(found, tuple | list) or not found or not all(isinstance(name, str) for name in found):
        where = f" To write the figure give path={str(found)!r}." if isinstance(found, Path) else f" Try {example!r}."
        raise InputError(f"observables must be a word or a non-empty sequence of words, got {observables!r}.{where}")
    return tuple(found)


def known(result: Any, word: str) -> Any:
    """Return an attribute of a state point, None where it has none, as a SeparableMemory has no load."""
    if word == "load" and not getattr(getattr(result, "network", None), "has_load", True):
        return None
    return getattr(result, word, dict(getattr(result, "state_point", ())).get(word))


def is_number(value: Any) -> bool:
    """Whether a value has a place on an axis: a float, an integer, or a truth."""
    return isinstance(value, float | int | np.generic)


def common(results: Sequence[Any], near: float = 0.0) -> str:
    """Return the network, load and T that all results have in common, as a title; loads this near are told as a range."""
    parts = []
    for word, text in (("network", "{!r}"), ("load", "load {:.3g}"), ("T", "T = {:g}")):
        found = [value for r in results if (value := known(r, word)) is not None]
        texts = list(dict.fromkeys(map(text.format, found)))
        if len(texts) == 1:
            parts += texts
        elif word == "load" and found and max(found) - min(found) <= near * max(found):
            parts.append(f"load {min(found):.3g} to {max(found):.3g}")
    return ", ".join(parts)


def unknown(name: str) -> str:
    """Return what to do where a word is no observable: it may have been meant as a path."""
    return f" To write the figure give path={name!r}."
