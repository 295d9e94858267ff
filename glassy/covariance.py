"""The covariance xi(q) of the noise as a polynomial (N.1, N.2), with forms that stay accurate where q -> 1."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb, factorial

from glassy.numerics.integers import double_factorial


def _horner(coefficients: tuple[float, ...], q: float) -> float:
    total = 0.0
    for c in reversed(coefficients):
        total = total * q + c
    return total


@dataclass(frozen=True)
class Covariance:
    """Covariance xi(q) = (load/2) sum_k c_k q^k of the noise per spin, at load = 1.

    Everything is linear in the load, so the methods return values at load = 1.

    Parameters
    ----------
    coefficients : tuple of Fraction
        c_0, c_1, ..., c_P.

    Notes
    -----
    With d = 1 - q, the differences that enter free energies are evaluated without cancellation:
    xi(1) - xi(q) = d slope(q) and xi(1) - xi(q) - d xi'(q) = d^2 curvature(q).

    Source: docs/theory.md, N.1 (Gardner 1987) and N.2 (Hermite expansion of x^P).

    Examples
    --------
    >>> Covariance.self_interacting(4).coefficients
    (Fraction(0, 1), Fraction(0, 1), Fraction(3, 1), Fraction(0, 1), Fraction(1, 1))
    """

    coefficients: tuple[Fraction, ...]

    @classmethod
    def distinct(cls, P: int) -> Covariance:
        """Return xi = q^P / 2 at load 1 (N.1)."""
        return cls((Fraction(0),) * P + (Fraction(1),))

    @classmethod
    def self_interacting(cls, P: int) -> Covariance:
        """Return the Hermite form of x^P (N.2)."""
        return cls(
            tuple(
                Fraction(factorial(k) * (comb(P, k) * double_factorial(P - k - 1)) ** 2, factorial(P))
                if k >= 1 and (P - k) % 2 == 0
                else Fraction(0)
                for k in range(P + 1)
            )
        )

    @property
    def has_field(self) -> bool:
        """Whether a q^1 term is present: a Gaussian random field, so q > 0 at every T."""
        return len(self.coefficients) > 1 and self.coefficients[1] != 0

    @cached_property
    def _polynomials(self) -> tuple[tuple[float, ...], ...]:
        c = [Fraction(1, 2) * x for x in self.coefficients]
        rows = [c]
        for _ in range(3):
            c = [k * x for k, x in enumerate(c)][1:]
            rows.append(c)
        first = [sum(rows[0][j + 1 :], Fraction(0)) for j in range(len(rows[0]) - 1)]
        second = [sum(((j + 1) * x for x in rows[0][j + 2 :]), Fraction(0)) for j in range(max(len(rows[0]) - 2, 0))]
        return tuple(tuple(float(x) for x in row) for row in (*rows, first, second))

    def __call__(self, q: float, derivative: int = 0) -> float:
        """Return xi(q), or its derivative of order 1, 2 or 3."""
        return _horner(self._polynomials[derivative], q)

    def slope(self, q: float) -> float:
        """Return [xi(1) - xi(q)] / (1 - q)."""
        return _horner(self._polynomials[4], q)

    def curvature(self, q: float) -> float:
        """Return [xi(1) - xi(q) - (1-q) xi'(q)] / (1 - q)^2."""
        return _horner(self._polynomials[5], q)
