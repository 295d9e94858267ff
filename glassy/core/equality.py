"""Equality of results: field by field, arrays whole, NaN equal to NaN."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal: arrays in shape and every entry, an Estimate with its errors, NaN with NaN.

    Examples
    --------
    >>> same((1.0, np.array([np.nan, 2.0])), (1.0, np.array([np.nan, 2.0]))), same(np.zeros(2), np.zeros(3))
    (True, False)
    """
    if a is b:
        return True
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        arrays = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
        return arrays and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc"))
    if isinstance(a, tuple | list):
        return isinstance(b, tuple | list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if hasattr(a, "to_tree") or hasattr(b, "to_tree"):
        return type(a) is type(b) and same(a.to_tree(), b.to_tree())
    return bool(a == b or (a != a and b != b))


def fingerprint(value: Any) -> int:
    """Return a hash that is equal where `same` is: of arrays the shape, of NaN that it is one."""
    if isinstance(value, np.ndarray):
        return hash(value.shape)
    if isinstance(value, tuple | list):
        return hash(tuple(map(fingerprint, value)))
    if isinstance(value, dict):
        return hash(frozenset((k, fingerprint(v)) for k, v in value.items()))
    return hash(value) if value == value else 0


class Equal:
    """Mixin of dataclasses whose fields may be arrays: == is a plain bool, hash agrees with it, compare=False is left out."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__eq__" not in vars(cls):  # @dataclass keeps what it finds in the class itself
            cls.__eq__, cls.__hash__ = Equal.__eq__, Equal.__hash__  # type: ignore[method-assign]

    def _compared(self) -> tuple[Any, ...]:
        return tuple(getattr(self, f.name) for f in dataclasses.fields(self) if f.compare)  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return same(self._compared(), other._compared())

    def __hash__(self) -> int:
        return hash((type(self), fingerprint(self._compared())))
