"""A result as rows of a table and as a tree: its fields and its numeric properties, by their names.

What a type has is read from the type: the fields of the dataclass, and the properties whose annotation is a number, an
Estimate, a word or a tuple of these. So what is added to a type is exported without another line.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.errors import InputError

STATE = ("line", "network", "N", "K", "load", "T", "ansatz", "perturbation")  # of a result and of those in it: one column each
KINDS = {
    "float", "float | None", "int", "bool", "bool | None", "str", "str | None", "Estimate", "Status", "tuple[float, ...]",
    "tuple[int, ...]", "tuple[str, ...]", "tuple[Estimate, ...]",
}  # fmt: skip
NUMBERS = {"float", "int", "bool", "Estimate"}
PLAIN = {type(None), bool, int, float, str}
Row = dict[str, Any]
State = tuple[tuple[str, Any], ...]  # what numbers are of: network, N, K, load, T, ansatz, ... as far as known, by name


@lru_cache(maxsize=256)
def properties(cls: Any) -> tuple[str, ...]:
    """Return the properties of a type that are numbers, words or tuples of them, in the order of the code."""
    found: dict[str, None] = {}
    for owner in reversed(cls.__mro__):
        for name, x in vars(owner).items():
            get = x.fget if isinstance(x, property) else x.func if isinstance(x, cached_property) else None
            if get is not None and not name.startswith("_") and get.__annotations__.get("return") in KINDS:
                found[name] = None
    return tuple(found)


def numeric(cls: Any) -> tuple[str, ...]:
    """Return the fields and properties of a type that are single numbers.

    Examples
    --------
    >>> import glassy
    >>> numeric(glassy.StatePoint)
    ('load', 'T')
    """
    found = {f.name: f.type for f in dataclasses.fields(cls)}
    for name in properties(cls):
        x = inspect.getattr_static(cls, name)
        found[name] = (x.fget if isinstance(x, property) else x.func).__annotations__["return"]
    return tuple(name for name, kind in found.items() if str(kind).removesuffix(" | None") in NUMBERS)


def state_of(result: Any, *more: str) -> State:
    """Return what a result is of, by name: those of `STATE` that it has, and more.

    Examples
    --------
    >>> import glassy
    >>> state_of(glassy.solve(glassy.DenseHebbian(P=3), load=0.1, T=0.3), "phase")
    (('network', DenseHebbian(P=3)), ('load', 0.1), ('T', 0.3), ('ansatz', RS()), ('phase', 'retrieval'))
    """
    found: Row = {}
    for name in (*STATE, *more):
        try:
            found[name] = getattr(result, name, None)
        except InputError:  # as the load of a SeparableMemory
            continue
    return tuple((name, value) for name, value in found.items() if value is not None)


def record(result: Any) -> Row:
    """Return the fields and properties of a result by name, after the state point of one that was made of another.

    A property that refuses is none of this result, and is left out.
    """
    unexported = {"provenance", "state_point", *getattr(result, "unexported", ())}
    found: Row = dict(getattr(result, "state_point", ()))
    found |= {f.name: getattr(result, f.name) for f in dataclasses.fields(result) if f.name not in unexported}
    for name in properties(type(result)):  # type: ignore[arg-type]  # a type is hashable
        if name not in unexported and name not in found:
            try:
                found[name] = getattr(result, name)
            except InputError:  # as q of a single replica
                continue
    return found


def rows_of(result: Any) -> Iterator[Row]:
    """Yield the rows of a result: one, or one for each entry of its arrays where they are columns of one length."""
    row = record(result)
    curves = {k: v for k, v in row.items() if isinstance(v, np.ndarray)}
    rest = {k: v for k, v in row.items() if k not in curves}
    if curves and {v.shape for v in curves.values()} == {(0,)}:  # no curve: its status is a row all the same
        yield row | dict.fromkeys(curves)
    elif curves and all(v.ndim == 1 for v in curves.values()) and len({len(v) for v in curves.values()}) == 1:
        for values in zip(*(v.tolist() for v in curves.values()), strict=True):
            yield row | dict(zip(curves, values, strict=True))
    else:
        yield rest


def is_estimate(value: Any) -> bool:
    """Return whether a value is a float with an error."""
    return isinstance(value, float) and hasattr(value, "error")


def cells(row: Mapping[str, Any]) -> Row:
    """Return a row in plain values: None, bool, int, float, str and tuples of floats.

    An Estimate becomes NAME and NAME_error; where its error is a bound, or the thermal part alone, `remarks` says so. A Status
    is its name. Numbers of a result inside are PREFIX_NAME, its state is that of the row. All else is written as its repr.
    """
    found: Row = {}
    estimates: dict[str, Any] = {}
    remarked = [*row.get("remarks", ())] if not isinstance(row.get("remarks"), str) else [row["remarks"]]
    measured = "remarks" in row

    def put(name: str, value: Any) -> None:
        nonlocal measured
        if type(value) in PLAIN:
            found[name] = value
        elif hasattr(value, "records") and hasattr(value, "status") and dataclasses.is_dataclass(value):
            for k, v in record(value).items():
                if k in STATE:
                    found.setdefault(k, plain(v))
                elif not isinstance(v, np.ndarray):
                    put(f"{name}_{k}", v)
        elif is_estimate(value):
            measured = True
            found[name], found[f"{name}_error"] = float(value), float(value.error)
            estimates[name] = value
        elif isinstance(value, tuple) and any(map(is_estimate, value)):
            measured = True
            estimates.update({f"{name}_{i}": x for i, x in enumerate(value) if is_estimate(x)})
            found[name] = tuple(map(float, value))
            found[f"{name}_error"] = tuple(float(getattr(x, "error", 0.0)) for x in value)
        else:
            found[name] = plain(value)

    for name, value in row.items():
        if name != "remarks":
            put(name, value)
    if measured:
        found["remarks"] = "; ".join((*remarked, *of_errors(estimates)))
    return found


def of_errors(estimates: Mapping[str, Any]) -> list[str]:
    """Return what must be known of the errors of some Estimates: which are bounds, the thermal part alone, or unknown."""
    bound = [name for name, e in estimates.items() if e.bound]
    alone = [name for name, e in estimates.items() if e.samples == 1 and e.thermal is not None and e.disorder is None]
    unknown = [name for name, e in estimates.items() if math.isnan(e.error) and math.isfinite(e)]
    said = {
        "no error but a bound, since nothing moved": bound,
        "thermal error alone, since there is one sample": alone,
        "error unknown, since there is one sample": unknown,
    }
    return [f"{what}: {', '.join(names)}" for what, names in said.items() if names]


def plain(value: Any) -> Any:
    """Return None, a bool, an int, a float, a str, or a tuple of floats; tuples of integers and of words are one str."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, enum.Enum):
        return value.name
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, tuple):
        if all(isinstance(x, float) for x in value):
            return tuple(map(float, value))
        texts = [x if isinstance(x, str) else str(plain(x)) for x in value]
        return ("; " if any(isinstance(x, str) for x in value) else " ").join(texts)
    return repr(value)


def in_order(names: Iterable[str]) -> list[str]:
    """Return the names of columns: the state first, the status and what must be known last."""
    last = ("status", "remarks")
    return sorted(names, key=lambda n: STATE.index(n) if n in STATE else len(STATE) + (1 + last.index(n) if n in last else 0))


def columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return plain rows as columns of one length, state first and status last; None where a row has none.

    A column of tuples in which other values stand, too, is one of words: an empty tuple is the empty word.

    Examples
    --------
    >>> columns([{"watch": ()}, {"watch": "1 2"}])
    {'watch': ['', '1 2']}
    """
    rows = list(rows)
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return {name: _alike([row.get(name) for row in rows]) for name in in_order(names)}


def _alike(values: list[Any]) -> list[Any]:
    if any(isinstance(v, tuple) for v in values) and any(v is not None and not isinstance(v, tuple) for v in values):
        return [v if v is None else " ".join(map(cell, v)) if isinstance(v, tuple) else cell(v) for v in values]
    return values


def flat(columns: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return columns without tuples: those of a tuple are NAME_0, NAME_1, ..., with None where a tuple has ended."""
    found: dict[str, list[Any]] = {}
    for name, values in columns.items():
        if any(isinstance(v, tuple) for v in values):
            for i in range(max(len(v) for v in values if isinstance(v, tuple))):
                found[f"{name}_{i}"] = [v[i] if isinstance(v, tuple) and i < len(v) else None for v in values]
        else:
            found[name] = values
    return found


def as_array(name: str, values: list[Any]) -> npt.NDArray[Any]:
    """Return an attribute of many points as an array: floats, text, or floats with an axis of their own for tuples."""
    values = [v.name if isinstance(v, enum.Enum) else v for v in values]
    if all(v is None or isinstance(v, str) for v in values) and any(isinstance(v, str) for v in values):
        return np.array(values, object if None in values else str)
    if all(v is None or isinstance(v, float | int | np.generic) for v in values):
        return np.array([math.nan if v is None else float(v) for v in values])
    if all(isinstance(v, tuple) and all(isinstance(x, float | int) for x in v) for v in values):
        lengths = {len(v) for v in values if not (len(v) == 1 and math.isnan(v[0]))} or {1}
        if len(lengths) == 1:
            n = lengths.pop()
            return np.array([v if len(v) == n else (math.nan,) * n for v in values], float).reshape(len(values), n)
        raise InputError(
            f"{name} must have one length to be an array, it has {sorted(lengths)} at different points. Ask "
            f"[p.{name} for p in grid], or to_xarray(), which says where a tuple has ended."
        )
    strange = next(v for v in values if not isinstance(v, float | int | str | None))
    raise InputError(
        f"values must be numbers, words or tuples of numbers, but {name} is {str(strange)[:80]!r}. "
        f"Ask [p.{name} for p in grid]."
    )


def word(x: float) -> float | str:
    """Return a float as JSON can hold it: NaN, Inf and -Inf as these words, which float() reads back."""
    return x if math.isfinite(x) else "NaN" if math.isnan(x) else "Inf" if x > 0.0 else "-Inf"


def cell(value: Any) -> str:
    """Return a plain value as it stands in a CSV: floats with every digit, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        x = word(value)
        return x if isinstance(x, str) else repr(x)
    return str(value)


def tree(value: Any) -> Any:
    """Return a value as a tree of dicts, lists, numbers, words and None that JSON can hold.

    Examples
    --------
    >>> tree((1, 0.1, math.inf, np.array([[1.0, np.nan]]), Fraction(1, 3)))
    [1, 0.1, 'Inf', [[1.0, 'NaN']], '1/3']
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, float):
        return value.to_dict() if hasattr(value, "to_dict") else word(float(value))
    if isinstance(value, np.ndarray | np.generic):
        listed = value.tolist()
        return listed if value.dtype.kind in "bui" or (value.dtype.kind == "f" and np.all(np.isfinite(value))) else tree(listed)
    if isinstance(value, tuple | list):
        return [tree(x) for x in value]
    if isinstance(value, Mapping):
        return {str(k): tree(x) for k, x in value.items()}
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        more = {name: getattr(value, name) for name in getattr(value, "exported", ())}
        parts = record(value) | more if hasattr(value, "records") else fields
        return {"type": type(value).__name__} | {k: tree(x) for k, x in parts.items()}
    return repr(value)
