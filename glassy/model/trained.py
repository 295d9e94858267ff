"""Trained: a dense Hebbian network that learns from noisy examples of its patterns (L.1-L.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb, factorial

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.model.covariance import Covariance
from glassy.model.energy_table import EnergyTable
from glassy.model.family import Network, lacks
from glassy.model.integer_couplings import MOST_SPINS, IntArray, IntegerCouplings, Term
from glassy.model.one_example import OneExample
from glassy.model.patterns import Patterns
from glassy.model.signal import Signal

FloatArray = npt.NDArray[np.float64]
MOST = 10**4  # examples of a ground truth: all values of S are summed over
STRONGEST = 100.0  # decades of the variance of the noise
REACH = 2**53  # of all couplings together: floats hold these integers
TINY = 1e-25  # probability of a value of S that is left out


@dataclass(frozen=True)
class Trained(Network):
    """A DenseHebbian that has seen M examples of each ground truth; made by `DenseHebbian.trained`.

    Each of the K ground truths zeta is a pattern of fair signs that the network never sees. Of each it has M examples eta, in
    which every spin agrees with the ground truth with probability (1 + quality)/2. Unsupervised it stores all K M examples;
    supervised, as it is told which belong together, the K means of the examples.

    Parameters
    ----------
    network : DenseHebbian
        P and the kind of interactions.
    examples : int or inf
        M >= 1, the examples of each ground truth; inf: theory alone.
    quality : float
        r in (0, 1], the mean overlap of an example with its ground truth.
    supervised : bool
        Whether the means of the examples are stored, and not the examples.

    Raises
    ------
    InputError
        If a number lies outside its domain, or the noise of so small a quality exceeds 1e100.

    Notes
    -----
    H is that of the examples over M r^P (L.1), so that the signal of the ground truth keeps its size: energies and T compare
    with those of the network that stores the ground truths. The load counts the K ground truths (H.1). quality = 1 is that
    network.

    Source: docs/explanation/theory.md, L.1-L.5.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3).trained(examples=2, quality=0.9)
    >>> s = glassy.solve(network, load=0.05, T=0.3)
    >>> network, round(s.m, 4), round(s.n, 4), round(s.q, 4)
    (DenseHebbian(P=3).trained(examples=2, quality=0.9), 0.8998, 0.9048, 0.9432)
    """

    network: Network
    examples: float
    quality: float
    supervised: bool = False

    has_patterns = has_load = has_signal = has_covariance = has_examples = True

    def __post_init__(self) -> None:
        given = self.network
        stores = isinstance(given, Network) and given.has_table and given.has_signal and not isinstance(given, Trained)
        if not stores:
            raise InputError(f"network must be a glassy.DenseHebbian, got {self.network!r}. Call its method trained.")
        remedy = f"It counts the examples of each ground truth, at most {MOST}; inf is the limit of many."
        if isinstance(self.examples, float) and self.examples == math.inf:
            object.__setattr__(self, "examples", math.inf)
        else:
            object.__setattr__(self, "examples", checks.integer("examples", self.examples, 1, remedy, most=MOST))
        remedy = "It is the mean overlap of an example with its ground truth, above 0 and at most 1."
        object.__setattr__(self, "quality", checks.number("quality", self.quality, remedy, most=1.0))
        checks.truth("supervised", self.supervised)
        if self.quality == 0.0 or -2.0 * self.P * math.log10(self.quality) > STRONGEST:
            least = 10.0 ** (-0.5 * STRONGEST / self.P)
            raise InputError(f"quality must be at least {least:.3g} at P={self.P}, got {self.quality:g}. {remedy}")

    def __repr__(self) -> str:
        extra = ", supervised=True" if self.supervised else ""
        return f"{self.network!r}.trained(examples={self.examples!r}, quality={self.quality!r}{extra})"

    @property
    def P(self) -> int:
        """Interaction order."""
        return self.network.P

    @property
    def interactions(self) -> str:
        """Which indices an interaction may have."""
        return self.network.interactions

    @property
    def has_table(self) -> bool:  # type: ignore[override]
        """Whether H is a sum over the examples: unsupervised, and there are finitely many."""
        return not self.supervised and self.examples < math.inf

    @property
    def has_couplings(self) -> bool:  # type: ignore[override]
        """Whether H is simulated by its couplings: of the means of the examples, P <= 4 and distinct."""
        few = self.P <= MOST_SPINS and self.interactions == "distinct"
        return self.supervised and few and self.examples < math.inf

    @property
    def has_alone(self) -> bool:  # type: ignore[override]
        """Whether it stores each example by itself."""
        return self.has_table

    @property
    def has_several(self) -> bool:  # type: ignore[override]
        """Whether it stores several examples of a ground truth one by one, so that a state may be at one of them."""
        return self.has_table and self.examples > 1 and self.quality < 1.0

    @property
    def pairwise(self) -> bool:
        """Whether spins interact in pairs."""
        return self.network.pairwise

    @property
    def short(self) -> bool:
        """Whether 16 bits hold its couplings: it is not known."""
        return False

    @property
    def fewest(self) -> int:
        """The fewest spins it may have."""
        return self.P

    @property
    def even(self) -> bool:
        """Whether a global flip of the spins changes no energy."""
        return self.network.even

    def size(self, N: object) -> int:
        """Return N as an int, or raise InputError."""
        return self.network.size(N)

    def patterns(self, load: float, N: int) -> int:
        """Return the number of ground truths K at a load (H.1)."""
        return self.network.patterns(load, N)

    def stored(self, K: int) -> int:
        """Return the number of examples, K M; 0 where it is infinite."""
        return K * int(self.examples) if self.examples < math.inf else 0

    def load(self, K: int, N: int) -> float:
        """Return the load of K ground truths on N spins (H.1)."""
        return self.network.load(K, N)

    # ---- energies (L.1) ----

    def energy_table(self, N: int) -> EnergyTable:
        """Return the exact table F(M) of one example, unsupervised: that of a stored pattern over M r^P (L.1, H.4)."""
        if not self.has_table:
            raise lacks(self, "table")
        table = self.network.energy_table(N)
        return EnergyTable(table.values, table.unit / int(self.examples) / Fraction(self.quality) ** self.P)

    def coupling_counts(self, N: int) -> dict[int, int]:
        """Return how many couplings a supervised sample has, by the number of spins of each."""
        if not self.has_couplings:
            raise lacks(self, "couplings")
        return {self.P: comb(N, self.P)}

    def stored_couplings(self, patterns: Patterns, generator: np.random.Generator) -> IntegerCouplings:
        """Return the couplings of one supervised sample, of its K M examples: sums of products of P means (L.1)."""
        N, M = patterns.N, int(self.examples)
        self.coupling_counts(N)
        sums = patterns.signs.reshape(N, -1, M).sum(axis=2, dtype=np.int64)
        if sums.shape[1] * M**self.P * comb(N, self.P) > REACH:
            raise InputError(
                f"K M^P couplings must stay below {REACH:.0e} in all for 64-bit integers, got K={sums.shape[1]}, M={M}, "
                f"P={self.P}, N={N}. Lower examples or N."
            )
        unit = Fraction(factorial(self.P), 2 * N ** (self.P - 1)) / (M * Fraction(self.quality)) ** self.P
        return IntegerCouplings(N, unit, (Term(self.P, 1, -products(sums, self.P)),))

    # ---- theory (L.2, L.3) ----

    @property
    def spread(self) -> float:
        """The variance of the mean of the examples in units of its square mean: rho = (1 - r^2)/(M r^2).

        Examples
        --------
        >>> import glassy
        >>> glassy.DenseHebbian(P=3).trained(examples=4, quality=0.5).spread
        0.75
        """
        return (1.0 - self.quality**2) / self.quality**2 / self.examples

    @property
    def wishart(self) -> bool:
        """Whether the noise is that of a Wishart matrix, P = 2."""
        return self.network.wishart

    @cached_property
    def modes(self) -> tuple[tuple[float, int], ...]:
        """At P = 2 the sizes of the modes of one ground truth, and how many it has of each (L.5).

        Its M examples span its own direction, and M - 1 in which they differ; infinitely many small ones are no noise.

        Examples
        --------
        >>> import glassy
        >>> glassy.DenseHebbian(P=2).trained(examples=4, quality=0.5).modes
        ((1.75, 1), (0.75, 3))
        """
        if self.supervised or self.examples == math.inf:
            return ((1.0 + self.spread, 1),)
        found = ((1.0 / self.examples + (1.0 - 1.0 / self.examples) * self.quality**2) / self.quality**2, 1)
        rest = (self.spread, int(self.examples) - 1)
        return (found, rest) if rest[0] * rest[1] > 0.0 else (found,)

    @property
    def trace(self) -> float:
        """At P = 2 the sum of all modes: minus twice the mean energy of H.3 per spin and load, without an overlap."""
        return 1.0 + self.spread if self.supervised else 1.0 / self.quality**2

    @cached_property
    def unit_covariance(self) -> Covariance:
        """Return the covariance xi(q) at load 1 (L.2): of all examples, or of their means."""
        r2, P = Fraction(self.quality) ** 2, self.P
        share = Fraction(0) if self.examples == math.inf else Fraction(1, int(self.examples))

        def factor(k: int) -> Fraction:
            return (1 + share * (1 / r2 - 1)) ** P if self.supervised else (share + (1 - share) * r2**k) / r2**P

        return Covariance(tuple(c * factor(k) for k, c in enumerate(self.network.unit_covariance.coefficients)))

    @cached_property
    def signal(self) -> Signal:
        """How a ground truth acts on the spins: through the mean of its examples (L.3)."""
        return learned_signal(self.P, self.examples, self.quality)

    @cached_property
    def one_example(self) -> OneExample:
        """How one example of a ground truth and all others act on the spins (L.6)."""
        if not self.has_several:
            raise lacks(self, "alone")
        return OneExample(self.P, int(self.examples), self.quality)

    def energy_offset(self, K: int, N: int) -> float:
        """Energy per spin of the uncondensed examples that the theory leaves out (M.3)."""
        if self.supervised and self.interactions != "distinct":
            raise lacks(self, "energies")
        return self.network.energy_offset(K, N) / self.quality**self.P

    def pattern_energy(self, load: float) -> float:
        """Energy per spin of a ground truth itself, in the limit of many spins (M.4)."""
        return -0.5 + (self.network.pattern_energy(load) + 0.5) * self.trace

    def unloaded_magnetization(self, T: float | None = None, *, beta: float | None = None) -> float:
        """Magnetization of the retrieval phase at load 0; 0 where there is none.

        Examples
        --------
        >>> import glassy
        >>> round(glassy.DenseHebbian(P=3).trained(examples=1, quality=0.9).unloaded_magnetization(0.0), 12)
        0.9
        """
        T = checks.temperature(checks.given_temperature(T, beta), infinite=True)
        if T == 0.0:
            return math.fsum(self.signal.aligned)
        return self.signal.magnetization(self.signal.ends(T)[0]) if self.signal.end[1] > T else 0.0


def products(sums: IntArray, order: int) -> IntArray:
    """Return the sums over columns of the products of each set of rows of an array (N, K), in lexicographic order of the sets.

    Examples
    --------
    >>> products(np.array([[1, 2], [3, 4], [5, 6]]), 2).tolist(), products(np.array([[1, 2], [3, 4], [5, 6]]), 3).tolist()
    ([11, 17, 39], [63])
    """
    exact = sums.astype(np.float64)  # fast products: the integers are below 2^53

    def with_(weight: FloatArray, first: int, order: int) -> FloatArray:
        rest = exact[first:]
        if order == 2:
            return np.asarray((weight * rest @ rest.T)[np.triu_indices(len(rest), 1)])
        return np.concatenate([with_(weight * exact[i], i + 1, order - 1) for i in range(first, len(exact) - order + 1)])

    return np.rint(with_(np.ones(exact.shape[1]), 0, order)).astype(np.int64)


def learned_signal(P: int, examples: float, quality: float) -> Signal:
    """Return the signal of the mean of M examples: S has M + 1 values with binomial weights (L.3).

    Examples
    --------
    >>> s = learned_signal(3, 2, 0.5)                       # |S| is 0 or 1, and E|S| = 0.625
    >>> [round(float(x), 12) for x in (*s.sizes, *s.weights, *s.aligned, s.full)]
    [0.0, 1.6, 0.375, 0.625, 0.0, 0.5, 0.625]
    """
    if quality == 1.0 or examples == math.inf:
        return Signal(P, full=quality)
    from scipy.stats import binom  # at first use: it takes a sixth of the import of glassy

    M = int(examples)
    half = np.arange((M + 1) // 2, M + 1)  # agreeing examples, where they are the majority; the others mirror them
    for_, against = (binom(M, 0.5 * (1.0 + quality)).pmf(k) for k in (half, M - half))
    twice = np.where(2 * half == M, 0.5, 1.0)
    weight, aligned, S = twice * (for_ + against), twice * (for_ - against), (2 * half - M) / M
    kept = weight > TINY
    weight, aligned, S = (x[kept] for x in (weight, aligned, S))
    weight, aligned = weight / weight.sum(), aligned / weight.sum()
    full = float(weight @ S)
    return Signal(
        P=P, strength=(full / quality) ** P, sizes=tuple((S / full).tolist()), weights=tuple(weight.tolist()),
        aligned=tuple(aligned.tolist()), full=full,
    )  # fmt: skip
