"""Polite checks of scalar arguments, shared by every public entry point."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

from glassy.errors import InputError


def integer(name: str, value: Any, least: int, remedy: str) -> int:
    """Return `value` as an int >= `least`, or raise InputError."""
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise InputError(f"{name} must be an integer >= {least}, got {value!r}. {remedy}")
    return int(value)


def number(name: str, value: Any, remedy: str, *, least: float = 0.0, infinite: bool = False) -> float:
    """Return `value` as a float >= `least`, finite unless `infinite`, never NaN, or raise InputError."""
    ok = isinstance(value, Real) and not isinstance(value, bool)
    if ok:
        x = float(value)
        ok = x >= least and (infinite or math.isfinite(x))
    if not ok:
        kind = "a number" if infinite else "a finite number"
        raise InputError(f"{name} must be {kind} >= {least:g}, got {value!r}. {remedy}")
    return x


def load(value: Any) -> float:
    """Return a storage load: finite and >= 0."""
    return number("load", value, "It is K P! / (2 N^(P-1)); give a plain float.")


def temperature(value: Any, *, infinite: bool = False) -> float:
    """Return a temperature: >= 0, with T = 0 the exact limit; T = inf only where stated."""
    return number("T", value, "T is 1/beta in the units of docs/conventions.md; T=0.0 is the exact limit.", infinite=infinite)


def choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return `value` if it is one of the `allowed` words, or raise InputError."""
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}. Pick one of these.")
    return value
