"""SeparableMemory: a network given by the energy of one pattern as a table, for simulation only."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from numbers import Rational, Real
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.model.energy_table import EnergyTable
from glassy.model.family import Network

DIGITS = 40  # binary digits of its range to which a table of floats is kept,
KEPT = Fraction(1, 10**6)  # where no step from one entry to the next changes by more than this share of itself
PLAIN = 2**10  # bits of a number that is saved in decimal


@dataclass(frozen=True, eq=False)
class SeparableMemory(Network):
    """A network of N spins whose energy is H = sum_mu F(M_mu), M = sum_i xi_i sigma_i, for any F: simulation only.

    Parameters
    ----------
    energies : sequence of N + 1 numbers
        F at M = N, N - 2, ..., -N: entry u is the energy of a pattern from which u spins differ. Integers and Fractions are
        exact, at any size. Floats are the fractions they are, however far apart; but where rounding to the largest power of two
        below 2^-40 times their range changes no step between neighbours by more than a millionth of itself, they are rounded.

    Raises
    ------
    InputError
        If `energies` are not at least two finite numbers.

    Notes
    -----
    Source: docs/explanation/theory.md H.4. There is no load and no theory: `simulate` takes K, `solve` and `compare` refuse it.

    Examples
    --------
    The exponential memory exp(M) of N = 30 spins at K = 50 patterns:

    >>> import numpy as np, glassy
    >>> N = 30
    >>> memory = SeparableMemory(-np.exp(np.arange(N, -N - 1, -2.0) - N) * N)
    >>> r = glassy.simulate(memory, K=50, T=0.5, samples=2, sweeps=100, seed=1)
    >>> memory, 0.9 < r.m <= 1.0
    (SeparableMemory(N=30), True)
    """

    energies: tuple[Any, ...]

    has_patterns = has_table = True

    def __init__(self, energies: Sequence[Any] | npt.NDArray[Any]) -> None:
        object.__setattr__(self, "energies", check_energies("energies", energies))
        if len(self.energies) < 2:
            raise InputError(f"energies must be N + 1 >= 2 numbers, got {len(self.energies)}. Give F at M = N, N - 2, ..., -N.")

    def to_tree(self) -> Any:
        """Return what is saved: every number as exact text."""
        return tuple(map(as_text, self.energies))

    @classmethod
    def from_tree(cls, tree: Any) -> SeparableMemory:
        """Rebuild it from `to_tree`."""
        return cls([float.fromhex(e) if "0x" in e else _fraction(e) for e in tree])

    def __repr__(self) -> str:
        return f"SeparableMemory(N={self.N})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SeparableMemory) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """A short name of the table; floats and Fractions of the same value are not the same, as floats may be rounded."""
        floats = not all(isinstance(e, Fraction) for e in self.energies)
        text = repr(self.to_tree()) + (" exact" if floats and not self.rounded else "")
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def identity(self) -> str:
        """Its name with the digest of its table."""
        return f"{self!r} {self.digest}"

    @cached_property
    def rounded(self) -> bool:
        """Whether the table holds floats that are rounded: no step between neighbours changes by more than a millionth."""
        exact = [Fraction(e) for e in self.energies]
        unit = grain(max(exact) - min(exact))
        return not all(isinstance(e, Fraction) for e in self.energies) and _keeps(exact, unit)

    @property
    def N(self) -> int:
        """Number of spins."""
        return len(self.energies) - 1

    @property
    def fewest(self) -> int:
        """The fewest spins it may have: as many as its table says."""
        return self.N

    @property
    def even(self) -> bool:
        """Whether F(-M) = F(M): then a global flip changes nothing."""
        return self.energies == self.energies[::-1]

    def size(self, N: object) -> int:
        """Return N as an int, or raise InputError: the table fixes it."""
        if checks.integer("N", N, 1, "N counts the spins.") != self.N:
            raise InputError(
                f"N must be {self.N}, one less than the {self.N + 1} energies of the table, got N={N}. Leave it out."
            )
        return self.N

    def patterns(self, load: float, N: int) -> NoReturn:
        """Raise InputError: a load is not defined."""
        raise InputError(f"K must be given for {self!r}: it has no load. Give K=, the number of patterns, instead of load.")

    def load(self, K: int, N: int) -> NoReturn:
        """Raise InputError: a load is not defined."""
        raise InputError(f"{self!r} has no load: that belongs to a power of N. Its K={K} patterns are in .K.")

    def energy_table(self, N: int) -> EnergyTable:
        """Return the table in integers of one unit.

        Examples
        --------
        >>> SeparableMemory([0.25, 0, -0.5]).energy_table(2).unit * SeparableMemory([0.25, 0, -0.5]).energy_table(2).values[2]
        Fraction(-1, 2)
        """
        self.size(N)
        return _table(self)


def check_energies(name: str, energies: Any) -> tuple[Any, ...]:
    """Return finite numbers as a tuple of Fractions and floats, or raise InputError."""
    array = checks.array(name, energies, "Give one number for each M = N, N - 2, ..., -N.")
    if array.ndim != 1:
        raise InputError(f"{name} must be a sequence of N + 1 numbers, got shape {array.shape}. Give one for each M.")
    values = []
    numbers: list[Any] = array.tolist() if array.dtype.kind in "iuf" else list(energies)
    if array.dtype.kind == "f" and not isinstance(energies, np.ndarray) and numbers != list(energies):
        numbers = list(energies)  # integers that no float holds
    for e in numbers:
        if isinstance(e, np.generic):
            e = e.item()
        if isinstance(e, bool) or not isinstance(e, Real) or not (isinstance(e, Rational) or math.isfinite(e)):
            raise InputError(f"{name} must be finite numbers, got {e!r}. Give one for each M = N, N - 2, ..., -N.")
        values.append(Fraction(e) if isinstance(e, Rational) else float(e))
    return tuple(values)


@lru_cache(maxsize=64)
def _table(memory: SeparableMemory) -> EnergyTable:
    exact = [Fraction(e) for e in memory.energies]
    unit = grain(max(exact) - min(exact)) if memory.rounded else Fraction(1, math.lcm(*(e.denominator for e in exact)))
    return EnergyTable(tuple(round(e / unit) for e in exact), unit)


def _keeps(exact: Sequence[Fraction], unit: Fraction) -> bool:
    """Whether rounding to multiples of a unit leaves every step between neighbours as it is, to a millionth."""
    rounded = [round(e / unit) * unit for e in exact]
    return all(
        abs((d - c) - (b - a)) <= KEPT * abs(b - a) for a, b, c, d in zip(exact, exact[1:], rounded, rounded[1:], strict=False)
    )


def as_text(e: Fraction | float) -> str:
    """Return a number as exact text: a float in base 16, a Fraction in decimal, or where that is long in base 16 after a #."""
    if isinstance(e, float):
        return e.hex()
    parts = e.numerator, e.denominator
    return str(e) if max(map(abs, parts)).bit_length() <= PLAIN else f"#{parts[0]:x}/{parts[1]:x}"


def _fraction(text: str) -> Fraction:
    """Return the Fraction of `as_text`.

    Examples
    --------
    >>> _fraction(as_text(Fraction(-(3**9000), 2**5000))) == Fraction(-(3**9000), 2**5000)
    True
    """
    return Fraction(*(int(part, 16) for part in text[1:].split("/"))) if text.startswith("#") else Fraction(text)


def grain(span: Fraction) -> Fraction:
    """Return the largest power of two that is at most 2^-40 of a span; 1 for none.

    Examples
    --------
    >>> grain(Fraction(3)) == Fraction(1, 2**39)
    True
    """
    if span == 0:
        return Fraction(1)
    exponent = span.numerator.bit_length() - span.denominator.bit_length()
    return Fraction(2) ** (exponent - (span < Fraction(2) ** exponent) - DIGITS)
