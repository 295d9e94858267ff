"""Results that can draw themselves: `glassy.plots` fills a table when it is imported, and `plot...` of a result looks there.

So imports go down only: a result names no figure, and matplotlib is imported by the first figure.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

from glassy.core.errors import InputError

Kind = tuple[type, ...]
DRAWINGS: dict[tuple[Kind, str], Callable[..., Any]] = {}
D = TypeVar("D", bound=Callable[..., Any])


def draws(*kind: type, name: str = "plot") -> Callable[[D], D]:
    """Return a decorator: the function draws results of a kind, under the name of their method.

    Parameters
    ----------
    *kind : type
        A type of result, or Grid and the type of its points. Grid alone stands for all that have no drawing of their own.
    name : str
        The method: "plot", or "plot_..." of a result with several drawings.
    """

    def enter(function: D) -> D:
        DRAWINGS[kind, name] = function
        return function

    return enter


class Drawn:
    """Mixin: a result with drawings in `glassy.plots`."""

    def kind(self) -> Kind:
        """Return what tells which drawings it has."""
        return (type(self),)

    def plot(self, *args: Any, **options: Any) -> Any:
        """Draw this result, and return the matplotlib Axes.

        Parameters
        ----------
        *args, **options
            Those of the function in `glassy.plots` that draws such a result, which draws several in one figure as well:
            `phase_diagram`, `comparison`, `grids` (of `scan`, `simulate` and ladders), `series` (of one run), `ensemble`,
            `exchange`, `autocorrelation`, `binning`, `starts`, `table` (of a Held as well), `storage_capacity`,
            `spin_glass_temperatures`, `complexity`, `glassiness`, `free_energy_of_m`, `iterations` (of message passing).
        ax : matplotlib Axes, or as many as the drawing has panels, optional
            Where to draw; default: a figure of its own, which a notebook shows.
        path : path, optional
            Where to write the figure, as .png and .pdf.

        Returns
        -------
        Axes, or an array of them where there are several panels

        Raises
        ------
        InputError
            If there is no such drawing of this result.

        Examples
        --------
        >>> import glassy
        >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=0.1, T=[0.1, 0.2, 0.3])
        >>> path.plot("m").get_ylabel()
        'magnetization m'
        """
        return self.draw("plot", *args, **options)

    def draw(self, name: str, *args: Any, **options: Any) -> Any:
        """Call the drawing of this result that has a name."""
        importlib.import_module("glassy.plots")
        kind = self.kind()
        function = DRAWINGS.get((kind, name)) or DRAWINGS.get((kind[:1], name))
        if function is None:
            others = ", ".join(sorted(f"{word}()" for mine, word in DRAWINGS if mine in (kind, kind[:1])))
            remedy = f"Call {others}." if others else "Print it, or draw its numbers with glassy.plots.figure."
            raise InputError(f"a result must have a drawing to {name} it, got {self!r}. {remedy}")
        return function(self, *args, **options)
