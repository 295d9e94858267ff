"""Polite checks of scalar arguments, shared by every public entry point."""

from __future__ import annotations

import math
from numbers import Rational, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.errors import InputError

SEVERAL = (
    "For several call it once for each: [glassy.simulate(network, load, T, N, seed=1) for N in (50, 100)] is what "
    "glassy.compare takes to 1/N = 0; or describe all as one glassy.Ensemble(network, loads, sizes, temperatures, seed=1)."
)


def integer(name: str, value: Any, least: int, remedy: str, *, most: float = math.inf) -> int:
    """Return `value` as an int in [least, most], or raise InputError; a whole float or fraction is the integer that it is."""
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    whole = whole or (isinstance(value, Rational) and value.denominator == 1)
    if isinstance(value, bool) or not whole or not least <= int(value) <= most:
        domain = f">= {least}" if math.isinf(most) else f"in [{least}, {most}]"
        several = f" {SEVERAL}" if name in ("N", "K") and np.ndim(value) else ""
        raise InputError(f"{name} must be an integer {domain}, got {value!r}. {remedy}{several}")
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
    """Return `value` as an array, or raise InputError where nested lists make none, or mix truth with numbers."""
    try:
        found = np.asarray(value)
    except ValueError as error:
        raise InputError(f"{name} must be one array, got lists of different lengths ({error}). {remedy}") from error
    parts = np.asarray(value, object).ravel() if isinstance(value, list | tuple) and found.dtype.kind in "iufc" else ()
    if any(isinstance(x, bool | np.bool_) for x in parts):
        raise InputError(f"{name} must be numbers, got True or False among them: {str(value)[:80]}. {remedy}")
    return found


def axis(name: str, value: Any) -> tuple[list[Any], tuple[int, ...]]:
    """Return the entries of a float or a 1-d array, and its shape."""
    found = array(name, value, "Give a float or a 1-d array.")
    if found.ndim == 0:
        return [found.item()], ()
    if found.ndim != 1 or found.size == 0:
        raise InputError(f"{name} must be a float or a 1-d array with at least one entry, got shape {found.shape}.")
    return found.tolist(), (found.size,)


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


def truth(name: str, value: Any) -> bool:
    """Return `value` if it is True or False, or raise InputError: a word as "no" would be true."""
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"{name} must be True or False, got {value!r}.")
    return bool(value)


def load(value: Any) -> float:
    """Return a storage load: finite and >= 0."""
    return number("load", value, "It is K P! / (2 N^(P-1)); give a plain float.")


def temperature(value: Any, *, infinite: bool = False) -> float:
    """Return a temperature: >= 0, with T = 0 the exact limit; T = inf only where stated."""
    remedy = "T is 1/beta in units of the energy, k_B = 1 (help(glassy.DenseHebbian)); T=0.0 is the exact limit."
    return number("T", value, remedy, infinite=infinite)


def given_temperature(T: Any, beta: Any, word: str = "T") -> Any:
    """Return T as it was given, or 1/beta in its place: the two words become one here and nowhere else.

    An array stays one of its shape. beta = inf is T = 0, beta = 0 is T = inf.

    Examples
    --------
    >>> given_temperature(0.3, None), given_temperature(None, 4), given_temperature(None, [math.inf, 0]).tolist()
    (0.3, 0.25, [0.0, inf])
    """
    if (T is None) == (beta is None):
        raise InputError(f"{word} or beta = 1/T must be given, got {'neither' if T is None else 'both'}. Give one of them.")
    if beta is None:
        return T
    found = array("beta", beta, "Give a number or a 1-d array of them.")
    inverse = np.array([_inverse(b) for b in found.ravel().tolist()]).reshape(found.shape)
    return inverse if inverse.ndim else inverse.item()


def _inverse(beta: Any) -> float:
    remedy = "It is 1/T: T = 0 is beta = inf, T = inf is beta = 0."
    x = number("beta", beta, remedy, infinite=True)
    if x > 0.0 and math.isinf(1.0 / x):
        raise InputError(f"beta must be 0 or so large that 1/beta is a float, got {beta!r}. {remedy}")
    return 1.0 / x if x > 0.0 else math.inf


def choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return `value` if it is one of the `allowed` words, or raise InputError."""
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}. Pick one of these.")
    return value
