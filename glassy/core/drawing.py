"""Results that can draw themselves: `glassy.plots` fills a table when it is imported, and `plot` of a result looks there.

So imports go down only: a result names no figure, and matplotlib is imported by the first figure.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from glassy.core.errors import InputError

DRAWINGS: dict[tuple[type, ...], Callable[..., Path]] = {}
D = TypeVar("D", bound=Callable[..., Path])


def draws(*kind: type) -> Callable[[D], D]:
    """Return a decorator: the function draws results of a kind, which is a type, or Grid and the type of its points."""

    def enter(function: D) -> D:
        DRAWINGS[kind] = function
        return function

    return enter


class Drawn:
    """Mixin: a result with a drawing in `glassy.plots`."""

    def kind(self) -> tuple[type, ...]:
        """Return what tells which drawing it has."""
        return (type(self),)

    def plot(self, path: str | Path, **options: Any) -> Path:
        """Draw this result alone, as .png and .pdf, and return the .png.

        Parameters
        ----------
        path : path
            Where to write, with or without .png or .pdf.
        **options
            Those of its function in `glassy.plots`, which draws several results in one figure as well: `comparison`,
            `phase_diagram`, or `solutions` for a Grid of Solution.

        Raises
        ------
        InputError
            If there is no drawing of such a result.
        """
        importlib.import_module("glassy.plots")
        draw = DRAWINGS.get(self.kind())
        if draw is None:
            known = ", ".join(sorted(" of ".join(t.__name__ for t in kind) for kind in DRAWINGS))
            raise InputError(
                f"a result with a drawing is needed, one of {known}, got {self!r}. Print it, or draw its numbers with "
                "glassy.plots.figure."
            )
        return draw(self, path, **options)
