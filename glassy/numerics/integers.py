"""Exact integer tables: Krawtchouk polynomials, double factorials, binomial moments."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb


@lru_cache(maxsize=256)
def krawtchouk(P: int, N: int) -> tuple[int, ...]:
    """Elementary symmetric polynomial e_P of N signs of which u are negative, for u = 0..N (H.4).

    Examples
    --------
    >>> krawtchouk(2, 4)       # sum over i < j of x_i x_j = (M^2 - N)/2 at M = 4, 2, 0, -2, -4
    (6, 0, -2, 0, 6)
    """
    return tuple(sum((-1) ** j * comb(u, j) * comb(N - u, P - j) for j in range(min(u, P) + 1)) for u in range(N + 1))


def double_factorial(n: int) -> int:
    """Return n!! with (-1)!! = 1.

    Examples
    --------
    >>> [double_factorial(n) for n in (-1, 1, 3, 5)]
    [1, 1, 3, 15]
    """
    product = 1
    for k in range(n, 1, -2):
        product *= k
    return product


def binomial_mean(values: tuple[int, ...]) -> Fraction:
    """Mean of values[u] with u binomial(N, 1/2), N = len(values) - 1, exactly.

    Examples
    --------
    >>> binomial_mean((4, 0, 4))     # M^2 of N = 2 fair signs has mean N
    Fraction(2, 1)
    """
    N = len(values) - 1
    return Fraction(sum(comb(N, u) * v for u, v in enumerate(values)), 2**N)
