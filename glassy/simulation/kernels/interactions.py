"""The integer couplings of a sample, of one to four spins: what chains with cached local fields share (M.17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.errors import InputError
from glassy.model.family import Network
from glassy.model.integer_couplings import IntegerCouplings, Term
from glassy.model.patterns import Int8Array, Patterns
from glassy.simulation.kernels.listed import ListedTerms
from glassy.simulation.kernels.quadruples import fill_pairs, most_collected, quadruple_layout
from glassy.simulation.kernels.sets import (
    bytes_of_pairs,
    bytes_of_quadruples,
    bytes_of_triples,
    list_terms,
    pairs_from,
    pairs_of,
    quadruples_from,
    quadruples_of,
    triples_from,
    triples_of,
)
from glassy.simulation.kernels.tables import KernelTables

IntArray = npt.NDArray[np.int64]
ORDERS = 4  # the most spins of a coupling
FULL = {2: 8, 3: 8, 4: 30}  # a table is the faster form where one set of spins in so many has a coupling
NONE = np.zeros((0, 0), np.int16)
NO_SLABS = np.zeros((0, 0, 0), np.int16)


@dataclass(frozen=True)
class Interactions:
    """Couplings of a sample of N spins: with h_i = sigma_i dE_i, a flip of spin l adds sigma_l sum_k by_k g_k / 2^shift to h.

    g_k of spin i is the sum over the couplings of k spins that hold l and i, each times the other spins.

    Parameters
    ----------
    N : int
        Number of spins.
    listed : ListedTerms
        Couplings that are too few, or too large, for these tables.
    one : array (N,) of int64
        Couplings of single spins; none of a network with patterns, whose chains know their fields.
    two, three, four : arrays
        Couplings of two spins (N, N), of three as `triples_of` and of four as `quadruples_of` give them; empty: there are none.
    by : array (5,) of int64
        Integers by_k at k = 1 to 4.
    shift : int
        2^shift divides the sum.
    """

    N: int
    by: IntArray
    shift: int = 0
    listed: ListedTerms = field(default_factory=lambda: list_terms([], 0))
    one: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    two: npt.NDArray[Any] = field(default_factory=NONE.copy)
    three: npt.NDArray[Any] = field(default_factory=NO_SLABS.copy)
    four: npt.NDArray[Any] = field(default_factory=NONE.copy)

    @property
    def pairs_alone(self) -> bool:
        """Whether a flip changes the local fields by one row of `two`."""
        return self.two.size > 0 and self.three.size == self.four.size == self.listed.values.size == self.shift == 0

    @property
    def layout(self) -> IntArray:
        """Where the couplings of four spins lie."""
        return quadruple_layout(self.N if self.four.size else 0)

    def products(self, sigma: Int8Array) -> npt.NDArray[np.int16]:
        """Return sigma_j sigma_k of all pairs, where there are couplings of four."""
        found = np.zeros(self.layout[1, self.N] if self.four.size else 0, np.int16)
        if self.four.size:
            fill_pairs(sigma, self.layout, found)
        return found

    def room(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return room for what pairs and spins collect when a spin of a coupling of four is flipped, of types that hold it."""
        if not self.four.size:
            return np.zeros(0, np.int16), np.zeros(0, np.int32)
        N, size = self.N, int(self.layout[1, self.N])
        most = most_collected(self.four, self.layout)
        field = int(self.layout[0, N]) * max(int(self.four.max()), -int(self.four.min()))  # of one spin, and of its parts
        large = self.four.dtype == np.int32 or field >= 2**31
        types = (np.int64, np.int64) if large else (np.int16 if most < 2**15 else np.int32, np.int32)
        return np.zeros(size, types[0]), np.zeros(N + 64, types[1])


def orders_of(network: Network, N: int) -> dict[int, Fraction]:
    """Return the energies c_k of e_k(xi sigma) of patterns that act through couplings of four spins or fewer, else {}."""
    if not (network.has_table and network.has_load) or network.P > ORDERS:
        return {}
    c = network.energy_table(N).multilinear(network.P)
    return {k: c[k] for k in range(network.P, 0, -1) if c[k]}


def flips(network: Network, tables: KernelTables, N: int) -> tuple[IntArray, int]:
    """Return by and shift: h_i = -2 c_k g_k in units of the tables, and a flip of spin l turns g_k by -2 sigma_l."""
    each = {k: 4 * c / tables.step for k, c in orders_of(network, N).items()}
    denominator = max(x.denominator for x in each.values())
    if denominator & (denominator - 1) or any(denominator % x.denominator for x in each.values()):
        raise InputError(f"the units of {network!r} with N={N} must be halves of each other. Give kernel='auto'.")
    by = np.zeros(ORDERS + 1, np.int64)
    for k, x in each.items():
        by[k] = int(x * denominator)
    return by, denominator.bit_length() - 1


def interactions_of(network: Network, tables: KernelTables, patterns: Patterns) -> Interactions:
    """Return the couplings of a network that stores patterns, of P <= 4.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> from glassy.simulation.kernels.tables import kernel_tables
    >>> network, patterns = DenseHebbian(P=4, interactions="self-interacting"), Patterns.drawn(np.random.default_rng(1), 9, 8)
    >>> found = interactions_of(network, kernel_tables(network, 8, 9), patterns)
    >>> found.two.shape, found.three.size, found.four.shape, found.by.tolist(), found.shift
    ((8, 8), 0, (8, 256), [0, 0, -20, 0, -6], 0)
    """
    by, shift = flips(network, tables, patterns.N)
    return Interactions(
        N=patterns.N,
        by=by,
        shift=shift,
        two=pairs_of(patterns) if by[2] else NONE,
        three=triples_of(patterns) if by[3] else NO_SLABS,
        four=quadruples_of(patterns) if by[4] else NONE,
    )


def given_interactions(couplings: IntegerCouplings) -> Interactions:
    """Return the couplings of a sample that is given by them: tables of orders with many, lists of the others.

    Examples
    --------
    >>> from glassy import SpinGlass
    >>> drawn = SpinGlass({1: 0.1, 3: 1.0}).couplings(1.0, 8, np.random.default_rng(1))
    >>> found = given_interactions(drawn)
    >>> found.one.shape, found.two.size, found.three.shape, found.by.tolist()
    ((8,), 0, (8, 8, 32), [0, 4, 0, 4, 0])
    """
    N, by = couplings.N, np.zeros(ORDERS + 1, np.int64)
    values: dict[int, IntArray] = {}
    listed: list[Term] = []
    for t in couplings.terms:
        dense = t.order == 1 or (is_dense({t.order: len(t.values)}, N) and np.abs(t.values).max(initial=0) < 2**15)
        by[t.order] = 4 * t.factor if dense else 0
        if dense:
            values[t.order] = t.everywhere(N)
        else:
            listed.append(t)
    return Interactions(
        N=N,
        by=by,
        listed=list_terms(listed, N),
        one=values.get(1, np.zeros(0, np.int64)),
        two=pairs_from(values[2], N) if 2 in values else NONE,
        three=triples_from(values[3], N) if 3 in values else NO_SLABS,
        four=quadruples_from(values[4], N) if 4 in values else NONE,
    )


def is_dense(counts: Mapping[int, int], N: int) -> bool:
    """Whether couplings of one order are so many that a table of all sets of spins is the faster form."""
    ((p, n),) = counts.items()
    return FULL[p] * n >= comb(N, p)


def bytes_of_given(counts: Mapping[int, int], N: int, replicas: int, short: bool = True) -> int:
    """Memory of so many couplings of each order, of drawing them, and of what chains keep beside them; `short`: in 16 bits."""
    total = 16 * N * replicas
    for p, n in counts.items():
        if p == 1 or not short or not is_dense({p: n}, N):
            total += 8 * N + 110 * p * n  # as measured, with what making a list takes
        else:
            table = {2: 4 * N * N, 3: bytes_of_triples(N, 1), 4: bytes_of_quadruples(N) + replicas * N * N}
            total += table[p] + 32 * comb(N, p)
    return total


def bytes_of_interactions(network: Network, N: int, K: int, replicas: int) -> int:
    """Memory of the couplings of a network and of what `replicas` chains keep beside them."""
    orders = orders_of(network, N)
    return (
        (bytes_of_pairs(N, K, replicas) if 2 in orders else 0)
        + (bytes_of_triples(N, K) if 3 in orders else 0)
        + (bytes_of_quadruples(N) + replicas * N * N if 4 in orders else 0)
        + 16 * N * replicas
    )
