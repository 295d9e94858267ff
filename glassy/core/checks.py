"""Polite checks of scalar arguments, shared by every public entry point."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.errors import InputError


def integer(name: str, value: Any, least: int, remedy: str, *, most: float = math.inf) -> int:
    """Return `value` as an int in [least, most], or raise InputError."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= int(value) <= most:
        domain = f">= {least}" if math.isinf(most) else f"in [{least}, {most}]"
        raise InputError(f"{name} must be an integer {domain}, got {value!r}. {remedy}")
    return int(value)


def number(name: str, value: Any, remedy: str, *, least: float = 0.0, most: float = math.inf, infinite: bool = False) -> float:
    """Return `value` as a float in [least, most], finite unless `infinite`, never NaN or -0.0, or raise InputError."""
    ok = isinstance(value, Real) and not isinstance(value, bool)
    if ok:
        try:
            x = float(value) + 0.0  # -0.0 becomes 0.0
        except OverflowError:  # an integer or a fraction beyond the largest float
            x = math.nan
        ok = least <= x <= most and (infinite or math.isfinite(x))
    if not ok:
        kind = "a number" if infinite else "a finite number"
        domain = f"be {kind} >= {least:g}" if math.isinf(most) else f"lie in [{least:g}, {most:g}]"
        raise InputError(f"{name} must {domain}, got {value!r}. {remedy}")
    return x


def array(name: str, value: Any, remedy: str) -> npt.NDArray[Any]:
    """Return `value` as an array, or raise InputError where nested lists make none."""
    try:
        return np.asarray(value)
    except ValueError as error:
        raise InputError(f"{name} must be one array, got lists of different lengths ({error}). {remedy}") from error


def numbers(name: str, value: Any, axes: str, remedy: str, *, least: int = 1) -> npt.NDArray[np.float64]:
    """Return finite numbers as an array with the named axes, of `least` entries or more along the first, or raise InputError.

    Examples
    --------
    >>> numbers("values", [1, 2], "[sample]", "Give one for each sample.", least=2)
    array([1., 2.])
    """
    found = array(name, value, remedy)
    real = found.dtype.kind in "biuf"
    if real and found.ndim == axes.count(",") + 1 and found.size and len(found) >= least and np.isfinite(found).all():
        return np.asarray(found, np.float64)
    came = f"shape {found.shape}" if real and np.isfinite(found).all() else repr(value)[:80]
    raise InputError(f"{name} must be finite numbers {axes}, {least} or more along the first axis, got {came}. {remedy}")


def load(value: Any) -> float:
    """Return a storage load: finite and >= 0."""
    return number("load", value, "It is K P! / (2 N^(P-1)); give a plain float.")


def temperature(value: Any, *, infinite: bool = False) -> float:
    """Return a temperature: >= 0, with T = 0 the exact limit; T = inf only where stated."""
    remedy = "T is 1/beta in the units of docs/reference/conventions.md; T=0.0 is the exact limit."
    return number("T", value, remedy, infinite=infinite)


def choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return `value` if it is one of the `allowed` words, or raise InputError."""
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}. Pick one of these.")
    return value
