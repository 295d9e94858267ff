"""Grid: results on a grid or a path of state points."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, overload

import numpy as np
import numpy.typing as npt

from glassy.core.cubes import Cube
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.export import Exported, joint
from glassy.core.provenance import Provenance
from glassy.core.records import as_array, rows_of
from glassy.core.renamed import attributes, nearest
from glassy.core.results import Status
from glassy.core.storage import Saved

FloatArray = npt.NDArray[np.float64]
R = TypeVar("R")


class Rows(Protocol):
    """Results kept as columns of numbers: a Grid makes each where it is asked for."""

    def __len__(self) -> int: ...

    def row(self, i: int) -> Any:
        """Return the result at point i."""

    def column(self, name: str) -> FloatArray | None:
        """Return attribute `name` of every point, or None where it must be asked of the results."""

    def statuses(self) -> tuple[Status, ...]:
        """Return the status of every point."""

    def take(self, picked: Any) -> Rows:
        """Return the rows at some points."""


@dataclass(frozen=True)
class Grid(Drawn, Saved, Generic[R]):
    """Results on a grid or a path of state points: nothing is left out, each point keeps its own status.

    As a sequence (len, iteration, grid[i], grid[i:j]) it counts the points in C order. Everything else indexes as in NumPy,
    along the axes of `shape`: grid[i, j], grid[-1, 0], grid[0, :], grid[mask]. What is not one point is a Grid again.

    Parameters
    ----------
    points : tuple
        One result for each state point, in C order of `shape`.
    shape : tuple of int
        Shape of the grid.

    Examples
    --------
    >>> import glassy
    >>> path = glassy.scan(glassy.DenseHebbian(P=4), load=0.1, T=[0.0, 0.2, 0.4])
    >>> len(path), path[0].T, path.values("m").shape
    (3, 0.0, (3,))
    """

    points: tuple[R, ...]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, rows: Rows, shape: tuple[int, ...] | None = None) -> Grid[Any]:
        """Return the Grid of results that are made from rows where they are asked for; as a path, or with a shape."""
        grid: Grid[Any] = object.__new__(cls)
        grid.__dict__.update(_rows=rows, shape=(len(rows),) if shape is None else shape)
        return grid

    def __getattr__(self, name: str) -> Any:
        """Make all points of a Grid of rows, once they are asked for together."""
        if name == "points" and "_rows" in self.__dict__:
            self.__dict__["points"] = tuple(self)
            return self.__dict__["points"]
        own = name.startswith("_") or "shape" not in self.__dict__ or not len(self) or nearest(name, attributes(type(self)))
        if not own and (each := nearest(name, attributes(type(self[0])))):
            raise AttributeError(f"{type(self).__name__!r} has {each!r} at each point: write .values({each!r}) or [i].{each}")
        return super().__getattr__(name)  # type: ignore[misc]

    @property
    def _lazy(self) -> Rows | None:
        return self.__dict__.get("_rows") if "points" not in self.__dict__ else None

    def kind(self) -> tuple[type, ...]:
        """Return Grid and the type of its points, or Grid alone where it is empty: what tells which drawing it has."""
        return (Grid, type(self[0])) if len(self) else (Grid,)

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __iter__(self) -> Iterator[R]:
        rows = self._lazy
        return iter(self.points) if rows is None else map(rows.row, range(len(rows)))

    @overload
    def __getitem__(self, index: int | tuple[int, ...]) -> R: ...
    @overload
    def __getitem__(self, index: Any) -> Any: ...
    def __getitem__(self, index: Any) -> Any:
        rows = self._lazy
        if isinstance(index, int) and -len(self) <= index < len(self):
            return self.points[index] if rows is None else rows.row(index % len(self))
        sequence = isinstance(index, int | np.integer | slice)
        picked = np.arange(len(self)).reshape(-1 if sequence else self.shape)[index]
        if picked.ndim == 0:
            return self.points[picked] if rows is None else rows.row(int(picked))
        if rows is not None:
            return Grid.of(rows.take(picked.ravel()), picked.shape)
        return Grid(tuple(self.points[i] for i in picked.flat), picked.shape)

    def __repr__(self) -> str:
        kind = type(self[0]).__name__ if len(self) else "results"
        good = sum(status.ok for status in self.statuses)
        marked, where = "", ".statuses, .remarks"
        if len(self) <= 2000:  # beyond it the remarks of all points take a while
            words = Counter(re.split(r"\W", remark)[0] for remarks in self.remarks for remark in remarks)
            marked = "".join(f", {n} {word}" for word, n in sorted(words.items(), reverse=True))
            where = where if marked else ".statuses"
        return f"Grid of {len(self)} {kind}, shape {self.shape}, {good} of them usable{marked} (see {where})"

    def table(self, names: Sequence[str] = ("m",)) -> str:
        """Return the points as text: load, T, the attributes `names`, the status, and what must be known of each point.

        Examples
        --------
        >>> import glassy
        >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=0.4, T=[0.08, 0.3], ansatz=glassy.RSB(1), wins=True)
        >>> print(path.table(("m", "free_energy")))
                load            T            m  free_energy  status
                 0.4         0.08     0.880193    -0.523197  CONVERGED; unstable (replicon -0.291): try RSB(2)
                 0.4          0.3      0.87415    -0.528559  COLLAPSED
        """
        columns = ("load", "T", *names)
        lines = ["".join(f"{name:>12} " for name in columns) + " status"]
        for p, remarks in zip(self, self.remarks, strict=True):
            values = (getattr(p, name) for name in columns)
            cells = (f"{v!r:>12} " if v is None or hasattr(v, "error") else f"{float(v):>12.6g} " for v in values)
            lines.append("".join(cells) + " " + "; ".join((getattr(p, "status").name, *remarks)))  # noqa: B009
        return "\n".join(lines)

    def values(self, name: str) -> npt.NDArray[Any]:
        """Return attribute `name` of every point as an array of `shape`.

        Numbers and truth are floats, NaN where the attribute is None. Words, and a Status by its name, are text. A tuple of
        numbers adds an axis; a point without numbers (its tuple is one NaN) is NaN along it.

        Raises
        ------
        InputError
            If the attribute is something else, or its tuples have several lengths.

        Examples
        --------
        >>> import glassy
        >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=[0.1, 9.0], T=0.3, ansatz=glassy.RSB(1))
        >>> path.values("status").tolist(), path.values("q_levels").shape
        (['COLLAPSED', 'LEFT_PHASE'], (2, 2))
        """
        column = self._lazy.column(name) if self._lazy is not None else None
        if column is None:
            column = as_array(name, [*self.statuses] if name == "status" else [getattr(p, name) for p in self])
        return column.reshape(self.shape + column.shape[1:])

    def errors(self, name: str) -> FloatArray:
        """Return the error of attribute `name` of every point, a number; zero where the attribute is exact."""
        found = [getattr(p, name) for p in self]
        if any(x is not None and not isinstance(x, float | int) for x in found):
            raise InputError(f"errors are those of a number, but {name} is {found[0]!r}. Ask values({name!r}).")
        return np.array([float(getattr(x, "error", 0.0)) for x in found]).reshape(self.shape)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of every point."""
        for p in self:
            yield from p.records() if isinstance(p, Exported) else rows_of(p)

    def cube(self) -> Cube:
        """Return the points along the axes of the grid, named by what changes along each."""
        rows = self._filled()
        return Cube.of_grid(rows, self.shape) if len(rows) == len(self) else Cube.of_rows(rows, self.axis)

    def made_by(self) -> Provenance | None:
        """Return the code that made the numbers; what is kept as rows was made in one scan."""
        return joint(self.points if self._lazy is None else (self[0],) if len(self) else ())

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Status of every point."""
        return tuple(getattr(p, "status") for p in self) if self._lazy is None else self._lazy.statuses()  # noqa: B009

    @property
    def remarks(self) -> tuple[tuple[str, ...], ...]:
        """What must be known of every point before it is used, as that a Solution is unstable or does not win; mostly empty."""
        return tuple(tuple(getattr(p, "remarks", ())) for p in self)
