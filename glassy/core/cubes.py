"""Results along axes, for xarray: a Cube, and the Dataset that is made of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.provenance import provenance
from glassy.core.quantities import quantity
from glassy.core.records import STATE, cells, columns, plain

CONVENTIONS = (
    "k_B = 1; T and energies in the units of H (H.2, H.3), energies, free energies and entropies per spin; "
    "K = (2 load/P!) N^(P-1) (H.1): help(glassy.DenseHebbian)"
)
AXES = ("network", "N", "load", "K", "T")  # in the order in which they name an axis along which several change
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Cube:
    """Rows along named axes, and arrays that have axes of their own.

    Parameters
    ----------
    dims, shape : tuples
        Names and lengths of the axes of the rows.
    rows : list of dict
        In C order of `shape`.
    arrays : dict of name to (dims, array)
        What is no cell of a row.
    coords : dict of name to (dims, array)
        What tells places along axes apart; columns of rows are found by themselves.
    notes : dict of name to dict
        Attributes of variables, beside those of their quantity.
    """

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    rows: list[dict[str, Any]]
    arrays: Mapping[str, tuple[tuple[str, ...], Array]] = field(default_factory=dict)
    coords: Mapping[str, tuple[tuple[str, ...], Any]] = field(default_factory=dict)
    notes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: list[dict[str, Any]], axis: str) -> Cube:
        """Return rows along one axis; a single row has none."""
        return cls((), (), rows) if len(rows) == 1 else cls((axis,), (len(rows),), rows)

    @classmethod
    def of_grid(cls, rows: list[dict[str, Any]], shape: tuple[int, ...]) -> Cube:
        """Return rows in C order of a shape; each axis is named by what changes along it, and along no other."""
        return cls(axes_of(rows, shape), shape, rows)


def axes_of(rows: Sequence[Mapping[str, Any]], shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return a name for each axis of a grid: the one of `AXES` that changes along it alone, else "point" or "point_1", ...

    Examples
    --------
    >>> axes_of([{"T": T, "load": x} for x in (0.1, 0.2) for T in (0.5, 0.6)], (2, 2))
    ('load', 'T')
    >>> axes_of([{"T": x, "load": x} for x in (0.1, 0.2)], (2,))
    ('point',)
    """
    found: list[str] = []
    for i, n in enumerate(shape):
        changing = [k for k in AXES if k not in found and all(k in row for row in rows) and _along(rows, shape, k) == {i}]
        if "load" in changing and "K" in changing:
            changing.remove("K")
        if "N" in changing:  # the load of the integer K follows
            changing = ["N"]
        if n == 1 and len(shape) > 1:
            changing = [k for k in ("load", "T") if k not in found and len(shape) - i == (2 if k == "load" else 1)]
        values = [plain(row[changing[0]]) for row in rows] if len(changing) == 1 and rows else []
        alone = len(set(values)) == n and not any(isinstance(x, float) and math.isnan(x) for x in values)
        found.append(changing[0] if alone else "point" if len(shape) == 1 else f"point_{i}")
    return tuple(found)


def _along(rows: Sequence[Mapping[str, Any]], shape: tuple[int, ...], name: str) -> set[int]:
    """Return the axes along which a column changes."""
    codes: dict[Any, int] = {}
    grid = np.array([codes.setdefault(plain(row[name]), len(codes)) for row in rows]).reshape(shape)
    return {i for i in range(len(shape)) if np.any(np.diff(grid, axis=i))}


def attributes(result: Any, rows: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return what is true of a whole result and all its rows: type, state, conventions, and the code that made it."""
    made, now = result.made_by(), provenance()
    said = {k: set(rows[k]) if k in rows else {plain(getattr(result, k, None))} for k in ("network", "ansatz")}
    state = {k: v for k, (v, *others) in said.items() if isinstance(v, str) and not others} if all(said.values()) else {}
    return {
        "type": type(result).__name__,
        **state,
        "conventions": CONVENTIONS,
        "version": "not kept" if made is None else made.glassy,
        "commit": "not kept" if made is None else made.commit,
        "exported_by": f"glassy {now.glassy} ({now.commit})",
    }


def dataset(xarray: Any, cube: Cube, result: Any) -> Any:
    """Return the Dataset of a Cube of a result; a column without any value is left out."""
    variables: dict[str, Any] = {}
    rows = columns(map(cells, cube.rows))
    coords: dict[str, Any] = {k: (dims, np.asarray(x), described(k)) for k, (dims, x) in cube.coords.items()}
    for name, values in rows.items():
        if name in coords or all(v is None or v == () for v in values):
            continue
        dims, array, more = stacked(name, values)
        array = array.reshape(cube.shape + array.shape[1:])
        constant = name in STATE and len(set(map(plain, values))) == 1
        if name in cube.dims:
            place = cube.dims.index(name)
            array = np.moveaxis(array, place, 0).reshape(array.shape[place], -1)[:, 0]
            coords[name] = ((name,), array, described(name))
        elif constant and name not in cube.dims:
            coords[name] = ((), array.flat[0], described(name))
        else:
            (coords if name in STATE else variables)[name] = (cube.dims + dims, array, described(name) | more)
    for name, (dims, array) in cube.arrays.items():
        variables[name] = (dims, array, {**described(name), **cube.notes.get(name, {})})
    return xarray.Dataset(variables, coords, attributes(result, rows))


def described(name: str) -> dict[str, str]:
    """Return the attributes of a variable."""
    q = quantity(name)
    return {k: v for k, v in (("units", q.unit), ("long_name", q.long_name), ("label", q.label)) if v}


def stacked(name: str, values: Sequence[Any]) -> tuple[tuple[str, ...], Array, dict[str, Any]]:
    """Return a column as an array, the names of axes it has beyond that of the rows, and what must be said of it."""
    if any(isinstance(v, tuple) for v in values):
        tuples = [v if isinstance(v, tuple) else () for v in values]
        array = np.full((len(tuples), max(map(len, tuples))), math.nan)
        for row, v in zip(array, tuples, strict=True):
            row[: len(v)] = v
        ended = len(set(map(len, tuples))) > 1
        return (quantity(name).dim or f"{name}_index",), array, {"comment": "NaN beyond the end of a tuple"} if ended else {}
    kinds = {type(v) for v in values if v is not None}
    if kinds == {bool}:
        array = np.array([-1 if v is None else int(v) for v in values], np.int8)
        return (), array, {"flag_values": np.array([-1, 0, 1], np.int8), "flag_meanings": "unknown false true"}
    if kinds and kinds <= {int, float}:
        whole = kinds == {int} and None not in values and all(abs(v) < 2**63 for v in values)
        return (), np.array([math.nan if v is None else v for v in values], np.int64 if whole else float), {}
    return (), np.array(["" if v is None else str(v) for v in values]), {}
