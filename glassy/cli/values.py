"""From the words of a command line to values: numbers, ranges, terms, and what has a name in glassy."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from glassy.core.spelling import read

Wrong = argparse.ArgumentTypeError


def whole(text: str) -> int:
    """Return an integer, also of 1e4.

    Examples
    --------
    >>> whole("300"), whole("1e4")
    (300, 10000)
    """
    try:
        return int(text)
    except ValueError:
        x = number(text)
        if x % 1.0:  # NaN of infinity as well
            raise Wrong(f"must be an integer, got {text!r}") from None
        return int(x)


def number(text: str) -> float:
    """Return a number."""
    try:
        return float(text)
    except ValueError:
        raise Wrong(f"must be a number, got {text!r}") from None


def correction(text: str) -> float | str:
    """Return a power of 1/N, or a logarithm as it stands: ln(N)/N.

    Examples
    --------
    >>> correction("2"), correction("ln(N)/N")
    (2.0, 'ln(N)/N')
    """
    return text if text.startswith("ln") else number(text)


def axis(text: str) -> list[float]:
    """Return the numbers of one word: itself, or FIRST:LAST:COUNT evenly spaced, both ends included.

    Examples
    --------
    >>> axis("0.3"), axis("0.1:0.5:5")
    ([0.3], [0.1, 0.2, 0.3, 0.4, 0.5])
    """
    parts = text.split(":")
    if len(parts) == 1:
        return [number(text)]
    if len(parts) != 3 or not parts[2].isdecimal() or int(parts[2]) < 2:
        raise Wrong(f"must be a number, or a range FIRST:LAST:COUNT as 0.1:0.5:9, got {text!r}")
    import numpy as np

    return [float(f"{x:.15g}") for x in np.linspace(number(parts[0]), number(parts[1]), int(parts[2]))]


def several(kind: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """Return what makes a list of one word: values between commas, each of a kind, or as many as the kind makes of it.

    Examples
    --------
    >>> several(axis)("0.1,0.2:0.4:3"), several(whole)("20,")
    ([0.1, 0.2, 0.3, 0.4], [20])
    """

    def make(text: str) -> list[Any]:
        found = [kind(word) for word in [word for word in text.split(",") if word.strip()] or [text]]
        return [x for one in found for x in (one if isinstance(one, list) else [one])]

    return make


def terms(text: str) -> dict[int, float]:
    """Return orders and coefficients of a spin glass.

    Examples
    --------
    >>> terms("2:1.0 3:.5")
    {2: 1.0, 3: 0.5}
    """
    found = {}
    for word in text.replace(",", " ").split():
        order, _, coefficient = word.partition(":")
        if not order.isdecimal() or not coefficient:
            raise Wrong(f"must be ORDER:COEFFICIENT, several between quotes as '2:1.0 3:.5', got {text!r}")
        if int(order) in found:
            raise Wrong(f"must name each order once, got {order} twice in {text!r}")
        found[int(order)] = number(coefficient)
    return found


def made(classes: Sequence[type]) -> Callable[[str], Any]:
    """Return what makes an object of some classes from its text, as the functions do: RS, RSB(2), FullRSB(steps=6)."""

    def make(text: str) -> Any:
        try:
            return read(text, classes)
        except ValueError as error:
            raise Wrong(f"{error} (between quotes)" if str(error).startswith("must be") else str(error)) from None

    return make


def target(text: str) -> str:
    """Return the path of a file that can be written, or -."""
    path = Path(text)
    there = next((p for p in (path, *path.absolute().parents) if p.exists()), path)
    if text != "-" and (path.is_dir() or (there != path and not there.is_dir()) or not os.access(there, os.W_OK)):
        raise Wrong(f"must be a file that can be written, got {text!r}")
    return text
