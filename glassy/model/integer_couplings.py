"""IntegerCouplings: the energy of one sample as integers, each the coupling of some spins, in one unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, combinations
from math import comb, factorial

import numpy as np
import numpy.typing as npt

from glassy.core.errors import InputError
from glassy.numerics.hypercube import signed_sums

IntArray = npt.NDArray[np.int64]
MOST_SPINS = 4  # of one coupling


@dataclass(frozen=True)
class Term:
    """Couplings of equally many spins.

    Parameters
    ----------
    order : int
        How many spins each couples, 1 to MOST_SPINS.
    factor : int
        Units of energy in one of `values`.
    values : array of int64
        The couplings.
    members : array (n, order), optional
        The spins of each, rising; None: all sets of `order` spins in lexicographic order.
    """

    order: int
    factor: int
    values: IntArray
    members: IntArray | None = None

    def listed(self, N: int) -> IntArray:
        """Return the spins of each coupling, (n, order)."""
        return all_sets(N, self.order) if self.members is None else self.members

    def everywhere(self, N: int) -> IntArray:
        """Return the couplings of all sets of spins in lexicographic order, zero where there is none."""
        if self.members is None:
            return self.values
        found = np.zeros(comb(N, self.order), np.int64)
        found[ranks(self.members, N)] = self.values
        return found


@dataclass(frozen=True)
class IntegerCouplings:
    """H = constant + unit sum over terms of factor sum J_(i1..ip) sigma_i1 .. sigma_ip, i1 < .. < ip (C.1).

    Parameters
    ----------
    N : int
        Number of spins.
    unit : Fraction
        Energy of one unit, > 0.
    terms : tuple of Term
        The couplings by their order.
    constant : Fraction
        Energy that no spin changes.
    """

    N: int
    unit: Fraction
    terms: tuple[Term, ...]
    constant: Fraction = Fraction(0)

    @property
    def reach(self) -> int:
        """The largest energy in units that all of them can make together."""
        return sum(t.factor * int(np.abs(t.values).sum()) for t in self.terms)

    def energy(self, sigma: npt.NDArray[np.int8]) -> int:
        """Return the energy of spins in units, the constant left out: the sum as it stands."""
        return sum(t.factor * int(t.values @ np.prod(sigma[t.listed(self.N)], axis=1, dtype=np.int64)) for t in self.terms)

    def of_all_states(self) -> IntArray:
        """Return the energies of all 2^N states in units; bit i of the index is 1 where sigma_i = -1."""
        spectrum = np.zeros(2**self.N, np.int64)
        for t in self.terms:
            np.add.at(spectrum, (1 << t.listed(self.N)).sum(axis=1), t.factor * t.values)
        return signed_sums(spectrum)


def all_sets(N: int, size: int) -> IntArray:
    """Return all sets of so many of N spins in lexicographic order, (n, size).

    Examples
    --------
    >>> all_sets(4, 3).tolist()
    [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]
    """
    flat = chain.from_iterable(combinations(range(N), size))
    return np.fromiter(flat, np.int64, size * comb(N, size)).reshape(-1, size)


def binomials(N: int, size: int) -> IntArray:
    """Return n over k, [n = 0 .. N, k = 0 .. size]: sums of those with k - 1."""
    found = np.zeros((N + 1, size + 1), np.int64)
    found[:, 0] = 1
    for k in range(1, size + 1):
        np.cumsum(found[:-1, k - 1], out=found[1:, k])
    return found


def ranks(members: IntArray, N: int) -> IntArray:
    """Return where sets of rising spins, (..., size), stand among all sets of that size in lexicographic order.

    Examples
    --------
    >>> ranks(all_sets(5, 2), 5).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    size = members.shape[-1]
    choose = binomials(N, size)
    after = np.zeros(members.shape[:-1], np.int64)
    for k in range(size):
        after += choose[N - 1 - members[..., k], size - k]
    return comb(N, size) - 1 - after


def check_orders(orders: Sequence[int]) -> tuple[int, ...]:
    """Return orders of couplings that can be simulated, or raise InputError."""
    if max(orders) > MOST_SPINS:
        raise InputError(
            f"a coupling must have at most {MOST_SPINS} spins to be simulated, got order {max(orders)}. The theory takes any "
            "order; a glassy.DenseHebbian of that P can be simulated."
        )
    return tuple(orders)


def drawn_couplings(
    coefficients: dict[int, float], signs: bool, load: float, N: int, generator: np.random.Generator
) -> IntegerCouplings:
    """Return couplings of zero mean and variance load c_p p!/(2 N^(p-1)), of covariance N (load/2) sum_p c_p q^p (C.1).

    Gaussian numbers are rounded to multiples of a power of two, 2^11 to 2^12 of them in a standard deviation, 2^14/N to 2^15/N
    at p = 4: variances grow by less than 2e-8 of themselves, 3.2e-10 N^2 at p = 4. No step is finer than 2^-25 of the largest
    standard deviation of all orders: beside a much stronger order a variance grows by up to 8e-5, and more is refused. Signs
    are exact; of several orders their ratios are, to 2^-30.

    Parameters
    ----------
    coefficients : dict
        c_p by order p.
    signs : bool
        Whether couplings are +-1 times their standard deviation; else Gaussian.
    load, N, generator
        Load, number of spins, and the random numbers, which do not depend on the load.
    """
    deviations = {}
    for p, c in sorted(coefficients.items()):
        if p > N:
            raise InputError(f"N must be at least the highest order, {p}, got N={N}. Raise N.")
        deviations[p] = math.sqrt(load) * math.sqrt(c) * math.sqrt(factorial(p) / (2.0 * N ** (p - 1)))
    largest = max(deviations.values(), default=0.0)
    if not 1e-140 <= largest <= 1e140:
        raise InputError(f"couplings must have a deviation between 1e-140 and 1e140, got {largest:g}. Give another load.")
    if signs:
        unit = Fraction(largest) / (1 if len(deviations) == 1 else 2**30)
        drawn = {p: 2 * generator.integers(0, 2, comb(N, p), dtype=np.int64) - 1 for p in deviations}
        factors = {p: round(Fraction(s) / unit) for p, s in deviations.items()}
        if len(factors) > 1 and min(factors.values()) < 2**10:
            weak = min(factors, key=factors.__getitem__)
            raise InputError(
                f"orders must not be too unlike: couplings of order {weak} deviate by less than 2^-20 of the "
                f"{largest:.2g} of others. Leave the weak order out."
            )
    else:
        steps = {}
        drawn = {}
        for p, s in deviations.items():
            normal = generator.standard_normal(comb(N, p))
            step = max(_power_of_two(s * (N / 2**14 if p == MOST_SPINS else 2.0**-11)), _power_of_two(largest * 2.0**-24))
            while float(np.abs(normal).max()) * s / step >= 2**15 - 1:
                step *= 2.0
            if s < 32.0 * step:
                raise InputError(
                    f"orders must not be too unlike: couplings of order {p} deviate by {s:.2g}, others by {largest:.2g}, and "
                    "one unit holds both only if 32 of it are one deviation. Leave the weak order out."
                )
            drawn[p], steps[p] = np.rint(normal * (s / step)).astype(np.int64), step
        least = min(steps.values())
        unit, factors = Fraction(least), {p: round(step / least) for p, step in steps.items()}
    terms = tuple(Term(p, factors[p], values) for p, values in drawn.items())
    return IntegerCouplings(N, unit, terms)


def _power_of_two(x: float) -> float:
    """Return the largest power of two that is no larger."""
    return float(2.0 ** np.floor(np.log2(x)))
