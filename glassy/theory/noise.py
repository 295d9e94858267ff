"""The noise of P = 2 (N.3b): the two functions of a chi-square matrix that RS and k steps share."""

from __future__ import annotations

import math

from glassy.numerics.jit import shared


@shared
def wishart_work(w: float) -> float:
    """Return [ln(1+w) - w/(1+w)]/w^2, 1/2 at w = 0, for w > -1."""
    if abs(w) > 0.02:
        return (math.log1p(w) - w / (1.0 + w)) / (w * w)
    total = 0.0
    power = 1.0
    for n in range(9):
        total += power * (n + 1.0) / (n + 2.0)
        power *= -w
    return total


@shared
def wishart_log(C: float) -> float:
    """Return [-ln(1-C) - C]/C^2, 1/2 at C = 0."""
    if abs(C) > 0.02:
        return (-math.log1p(-C) - C) / (C * C)
    total = 0.0
    power = 1.0
    for n in range(9):
        total += power / (n + 2.0)
        power *= C
    return total
