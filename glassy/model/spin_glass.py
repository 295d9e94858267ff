"""SpinGlass: a mean-field Ising spin glass with any mixed covariance, solved at any order and simulated up to the fourth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.model.covariance import Covariance
from glassy.model.family import Network
from glassy.model.integer_couplings import IntegerCouplings, check_orders, drawn_couplings

MOST = 200  # the highest order
DISORDER = ("gaussian", "signs")


@dataclass(frozen=True)
class SpinGlass(Network):
    """Ising spins with a Gaussian energy of covariance N xi(Q), xi(q) = (load/2) sum_k c_k q^k, and no signal.

    The noise of a dense Hebbian network standing alone: {2: 1.0} at load = J^2 is the Sherrington-Kirkpatrick model with
    coupling variance J^2/N, {p: 1.0} at load = 1 the Ising p-spin glass in which T_c(p -> infinity) = 1/(2 sqrt(ln 2)).

    Parameters
    ----------
    terms : mapping of int to float
        Orders k >= 1 and coefficients c_k >= 0, not all zero; below 1e-300 they count as 0. A k = 1 term is a
        Gaussian random field.
    disorder : {"gaussian", "signs"}
        Couplings of a simulated sample: Gaussian, or +-1 times their standard deviation. Both have the same theory.

    Raises
    ------
    InputError
        If an order is not an integer from 1 to 200, or a coefficient is negative, above 1e200 or NaN, or all are zero.

    Notes
    -----
    A sample of N spins has couplings of variance load c_p p!/(2 N^(p-1)) (C.1); of orders up to 4 it can be simulated.

    Source: docs/explanation/theory.md, sections 2 and 3 (R.1, R.2, R.7 with m = 0); Parisi (1979), Gardner (1985).

    Examples
    --------
    >>> sk = SpinGlass({2: 1.0})
    >>> sk.covariance(0.5, load=1.0)
    0.125
    """

    terms: tuple[tuple[int, float], ...]
    disorder: str = "gaussian"

    has_load = has_covariance = has_couplings = True

    def __init__(self, terms: Mapping[int, float] | tuple[tuple[int, float], ...], disorder: str = "gaussian") -> None:
        remedy = "Give orders and coefficients, as in SpinGlass({2: 1.0}) for the Sherrington-Kirkpatrick model."
        if not isinstance(terms, Mapping | tuple) or not terms:
            raise InputError(f"terms must be a non-empty mapping, got {terms!r}. {remedy}")
        orders = [checks.integer("an order of SpinGlass", k, 1, remedy) for k in dict(terms)]
        values = [checks.number("a coefficient of SpinGlass", c, remedy, most=1e200) for c in dict(terms).values()]
        kept = tuple((k, c) for k, c in sorted(dict(zip(orders, values, strict=True)).items()) if c >= 1e-300)
        if not kept or kept[-1][0] > MOST:
            raise InputError(f"terms must have a positive coefficient and orders up to {MOST}, got {terms!r}. {remedy}")
        object.__setattr__(self, "terms", kept)
        object.__setattr__(self, "disorder", checks.choice("disorder", disorder, DISORDER))

    def __repr__(self) -> str:
        extra = "" if self.disorder == "gaussian" else f", disorder={self.disorder!r}"
        return f"SpinGlass({dict(self.terms)!r}{extra})"

    @property
    def P(self) -> int:
        """The highest order."""
        return self.terms[-1][0]

    @property
    def fewest(self) -> int:
        """The fewest spins it may have: its highest order."""
        return self.P

    @property
    def even(self) -> bool:
        """Whether a global flip of the spins changes no energy: even orders alone."""
        return all(k % 2 == 0 for k, _ in self.terms)

    @cached_property
    def unit_covariance(self) -> Covariance:
        """Return the covariance xi(q) at load 1."""
        given = dict(self.terms)
        return Covariance(tuple(Fraction(given.get(k, 0.0)) for k in range(self.P + 1)))

    def coupling_counts(self, N: int) -> dict[int, int]:
        """Return how many couplings a sample has of each order; InputError where they cannot be simulated."""
        return {k: comb(N, k) for k in check_orders([k for k, _ in self.terms])}

    def couplings(self, load: float | None, N: int, generator: np.random.Generator) -> IntegerCouplings:
        """Return the couplings of one sample at a load (C.1)."""
        return drawn_couplings(
            {k: c for k, c in self.terms if k in self.coupling_counts(N)},
            self.disorder == "signs",
            checks.load(load),
            N,
            generator,
        )
