"""Chains whose energies 64 bits do not hold: integers of as many words as it takes (M.14)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from glassy.core.errors import InputError
from glassy.model.family import Network
from glassy.model.patterns import Int8Array, Patterns
from glassy.model.perturbation import Perturbation
from glassy.numerics.words import BITS, Words, words
from glassy.simulation.kernels.chains import Chain, IntArray
from glassy.simulation.kernels.extras import Extras
from glassy.simulation.kernels.tables import KernelTables
from glassy.simulation.kernels.wide_kernel import Fixed, Moving, energy_code, energy_difference, run_wide, settle

MOST_PATTERNS = 2**28  # whose sums of digits stay in 64 bits


@dataclass(frozen=True)
class Wide:
    """Exact numbers of one sample: F over u, the field, and what is added to chosen patterns, all in integers of one unit.

    Parameters
    ----------
    words : Words
        The rows that `wide_kernel` says.
    rough : array
        2^shift times every row, as the nearest double; inf beyond the largest.
    shift : int
        Changes of energy are doubles in units of 2^-shift of the integers; 0 where energies are written as integers.
    whole : bool
        Whether energies are written as integers, as by all other kernels: where those could run.
    step, base : Fraction
        Energy of one unit of what is written, and energy where it is 0.
    """

    words: Words
    rough: npt.NDArray[np.float64]
    shift: int
    whole: bool
    step: Fraction
    base: Fraction

    def fixed(self, xi: Int8Array, own: Int8Array) -> Fixed:
        """Return what all chains of a sample share; xi (N, K) and own (n, N): the patterns, and the chosen ones."""
        N, rough = len(xi), np.abs(self.rough)
        reach = np.maximum(np.append(rough[:N], 0.0), np.append(0.0, rough[:N]))
        return Fixed(xi, own, *self.words, self.rough, reach, self.shift, self.whole)


def _rows(F: Sequence[int], field: Sequence[int], added: Sequence[Sequence[int]]) -> list[int]:
    first, *others = ([b - a for a, b in pairwise(G)] + list(G) for G in (F, *added))
    return [*first, *field, *(v for rows in others for v in rows)]


def scaled(value: int, shift: int) -> float:
    """Return the double nearest to 2^shift value; inf with its sign beyond the largest.

    Examples
    --------
    >>> scaled(3, -1), scaled(-(10**400), 0)
    (1.5, -inf)
    """
    try:
        return float(value << shift) if shift > 0 else value / (1 << -shift)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def whole_numbers(tables: KernelTables, extras: Extras, K: int) -> Wide:
    """Return the numbers of the other kernels, for energies that 64 bits hold."""
    F = [extras.scale * w for w in tables.W.tolist()]
    rows = _rows(F, (extras.turn // 2).tolist(), extras.energies.tolist())
    return Wide(
        words=words(rows, _terms(F, len(extras.own), K)),
        rough=np.array(rows, np.float64),
        shift=0,
        whole=True,
        step=extras.step,
        base=extras.base,
    )


@lru_cache(maxsize=4)
def exact_numbers(network: Network, N: int, K: int, perturbation: Perturbation | None, sample: int) -> Wide:
    """Return the numbers of one sample whatever their range: floats count as the fractions they are.

    Examples
    --------
    >>> from glassy import SeparableMemory
    >>> wide = exact_numbers(SeparableMemory([Fraction(1, 3), 0, 10**400]), 2, 5, None, 0)
    >>> wide.step == Fraction(2, 3), wide.shift, wide.words.digits.shape
    (True, -1, (7, 42))
    """
    table = network.energy_table(N)
    F = [table.unit * v for v in table.values]
    field = [Fraction(h) for h in perturbation.fields(N, sample).tolist()] if perturbation else [Fraction(0)] * N
    added = perturbation.added(network, N) if perturbation else []
    flat = [*F, *field, *(g for _, table_ in added for g in table_)]
    common = math.lcm(*(v.denominator for v in flat))
    integers = [v.numerator * (common // v.denominator) for v in flat]
    divisor = math.gcd(*integers) or 1
    integers = [v // divisor for v in integers]
    step = Fraction(divisor, common)
    shift = step.numerator.bit_length() - step.denominator.bit_length()
    shift += step > Fraction(2) ** shift  # step = unit 2^shift with 1/2 < unit <= 1
    rest = [integers[i : i + N + 1] for i in range(2 * N + 1, len(integers), N + 1)]
    rows = _rows(integers[: N + 1], integers[N + 1 : 2 * N + 1], rest)
    return Wide(
        words=words(rows, _terms(F, len(added), K)),
        rough=np.array([scaled(v, shift) for v in rows]),
        shift=shift,
        whole=False,
        step=step / Fraction(2) ** shift,
        base=Fraction(0),
    )


def bytes_of_numbers(network: Network, N: int, K: int) -> int:
    """Return about the memory of `exact_numbers` without a perturbation."""
    table = network.energy_table(N)
    width = (max(map(abs, table.values)).bit_length() + K.bit_length()) // BITS + 2
    return 8 * (3 * N + 1) * width


def _terms(F: Sequence[object], chosen: int, K: int) -> int:
    """Return how many numbers the difference of two energies may add up, or raise InputError beyond what 64 bits sum."""
    if K > MOST_PATTERNS:
        raise InputError(f"K must be at most 2^28 = {MOST_PATTERNS} with kernel='wide', got {K}. Lower K.")
    return 2 * (K + chosen + len(F))


class WideChain(Chain):
    """The same chain with energies of any range: spins equal those of the other kernels bit for bit, where these run.

    Parameters
    ----------
    wide : Wide
        Numbers of the sample.
    fixed : Fixed
        `wide.fixed(patterns)`, shared by the chains of one sample.
    patterns : Patterns
        The patterns.
    sigma : array (N,) of int8
        Initial spins; copied.
    """

    def __init__(self, wide: Wide, fixed: Fixed, patterns: Patterns, sigma: Int8Array) -> None:
        N, K = patterns.N, patterns.K
        self.wide, self.fixed, self.patterns = wide, fixed, patterns
        self.unit, self.hard = float(wide.step), 0  # attempts that needed all words
        self.sigma = sigma.copy()
        u, self.own_u = self._misaligned(sigma)
        b, A, B = np.zeros(K, np.int64), np.zeros(N + 1, np.int64), np.zeros(N + 1, np.int64)
        self.moving = Moving(self.sigma, u, self.own_u, b, A, B, np.zeros(2, np.int64), np.zeros(2))
        settle(fixed.rough, fixed.reach, u, b, A, B, self.moving.sums, self.moving.scale)
        self.energy = self.count(sigma)[3]

    def _misaligned(self, sigma: Int8Array) -> tuple[npt.NDArray[np.uint32], IntArray]:
        return self.patterns.misaligned(sigma), (sigma.size - self.fixed.own.astype(np.int64) @ sigma) // 2

    def count(self, sigma: Int8Array) -> tuple[npt.NDArray[Any], int, int, int]:
        """Return u of a configuration, two numbers that are not used here, and the energy as it stands in a trace."""
        (u, own_u), f = self._misaligned(sigma), self.fixed
        return u, 0, 0, energy_code(f.digits, f.low, f.high, f.shift, f.whole, sigma, u, own_u)

    def run(self, sites: IntArray, thresholds: npt.NDArray[np.float64], spins: Int8Array, trace: IntArray) -> None:
        """Attempt the flips; write the spins and the trace of every sweep."""
        self.hard += run_wide(tuple(self.fixed), tuple(self.moving), sites, thresholds, spins, trace)
        if len(trace):
            self.energy = int(trace[-1, 1])

    def energy_above(self, other: Chain) -> float:
        """Return the energy above that of another chain of the sample, in units: exact, then rounded once."""
        f = self.fixed
        two = (*self.moving[:3], *cast(WideChain, other).moving[:3])
        return energy_difference(f.digits, f.low, f.high, f.shift, *two)

    def energy_per_spin(self, units: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Turn the energies of a trace into H/N."""
        N, x = self.patterns.N, self.wide
        return np.asarray(float(x.base / N) + (units if x.whole else units.view(np.float64)) * float(x.step / N), np.float64)
