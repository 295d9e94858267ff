"""The covariance xi(q) of the noise as a polynomial (N.1, N.2), with forms that stay accurate where q -> 1."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb, factorial

from glassy.core import checks
from glassy.numerics.integers import double_factorial

Terms = tuple[tuple[int, float], ...]


def _terms(coefficients: list[Fraction]) -> Terms:
    return tuple((k, float(c)) for k, c in enumerate(coefficients) if c != 0)


def _evaluate(terms: Terms, q: float) -> float:
    total = 0.0
    for k, c in terms:
        total += c * q**k
    return total


def _row(terms: Terms) -> tuple[int, tuple[float, ...]]:
    given = dict(terms)
    lowest, highest = min(given, default=0), max(given, default=-1)
    return lowest, tuple(given.get(k, 0.0) for k in range(lowest, highest + 1))


@dataclass(frozen=True)
class Covariance:
    """Covariance xi(q) = (load/2) sum_k c_k q^k of the noise per spin, at load = 1.

    Everything is linear in the load, so the methods return values at load = 1. They are polynomials and take any number; only
    `checked` looks whether q is an overlap.

    Parameters
    ----------
    coefficients : tuple of Fraction
        c_0, c_1, ..., c_P.

    Notes
    -----
    With d = 1 - q, the differences that enter free energies are evaluated without cancellation:
    xi(1) - xi(q) = d slope(q) and xi(1) - xi(q) - d xi'(q) = d^2 curvature(q).

    Source: docs/explanation/theory.md, N.1 (Gardner 1987) and N.2 (Hermite expansion of x^P).

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
    def _derivatives(self) -> tuple[Terms, ...]:
        rows = [[Fraction(1, 2) * c for c in self.coefficients]]
        for _ in range(3):
            rows.append([k * c for k, c in enumerate(rows[-1])][1:])
        return tuple(map(_terms, rows))

    @cached_property
    def _slope(self) -> Terms:
        c = [Fraction(1, 2) * x for x in self.coefficients]
        return _terms([sum(c[j + 1 :], Fraction(0)) for j in range(len(c) - 1)])

    @cached_property
    def _curvature(self) -> Terms:
        c = [Fraction(1, 2) * x for x in self.coefficients]
        return _terms([sum(((j + 1) * x for x in c[j + 2 :]), Fraction(0)) for j in range(len(c) - 2)])

    def rows(self) -> tuple[tuple[int, tuple[float, ...]], ...]:
        """Return xi', xi'', slope and curvature, each as its lowest power and the coefficients from there on, zeros included.

        Examples
        --------
        >>> Covariance.self_interacting(4).rows()[0]
        (1, (3.0, 0.0, 2.0))
        """
        return tuple(map(_row, (*self._derivatives[1:3], self._slope, self._curvature)))

    @cached_property
    def _stiffness(self) -> tuple[Terms, Terms]:
        lowest = next(k for k, c in enumerate(self.coefficients) if k > 0 and c != 0)
        first = [k * c for k, c in enumerate(self.coefficients)][lowest:]
        second = [k * (k - 1) * c for k, c in enumerate(self.coefficients)][lowest:]
        return _terms(first), _terms(second)

    def __call__(self, q: float, derivative: int = 0) -> float:
        """Return xi(q), or its derivative of order 1, 2 or 3."""
        return _evaluate(self._derivatives[derivative], q)

    def checked(self, q: float, load: float, derivative: int) -> float:
        """Return xi(q), or its derivative, at a load; raise InputError where an argument lies outside its domain."""
        q = checks.number("q", q, "It is the overlap of two states.", least=-1.0, most=1.0)
        derivative = checks.integer("derivative", derivative, 0, "It is the order, 0 to 3.", most=3)
        return checks.load(load) * self(q, derivative)

    def stiffness(self, q: float) -> float:
        """Return q xi''(q) / xi'(q), which tends to the lowest order minus one as q -> 0 and has no 0/0 there."""
        first, second = self._stiffness
        return _evaluate(second, q) / _evaluate(first, q)

    def slope(self, q: float) -> float:
        """Return [xi(1) - xi(q)] / (1 - q)."""
        return _evaluate(self._slope, q)

    def curvature(self, q: float) -> float:
        """Return [xi(1) - xi(q) - (1-q) xi'(q)] / (1 - q)^2."""
        return _evaluate(self._curvature, q)
