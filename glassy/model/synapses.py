"""ImperfectSynapses: a network of patterns whose couplings are noisy, diluted or clipped."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial
from types import MappingProxyType

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.model.family import Network
from glassy.model.integer_couplings import MOST_SPINS, IntegerCouplings, Term
from glassy.model.network import DenseHebbian
from glassy.model.patterns import Patterns
from glassy.numerics.bits import product_sums

REMEDY = "Give one of noise, kept and clipped."


@dataclass(frozen=True)
class PartlyGaussian(DenseHebbian):
    """What the theory solves in place of imperfect synapses at P = 2: r = load [q/(1-C)^2 + gaussian_part q] at RS (N.3c).

    Examples
    --------
    >>> import glassy
    >>> ImperfectSynapses(glassy.DenseHebbian(P=2), kept=0.5).in_theory(0.1)
    (DenseHebbian(P=2) and a Gaussian part 1 load, 0.1)
    """

    gaussian_part: float = 0.0

    def __repr__(self) -> str:
        return f"DenseHebbian(P={self.P}) and a Gaussian part {self.gaussian_part:.6g} load"


@dataclass(frozen=True)
class ImperfectSynapses(Network):
    """A DenseHebbian of P = 2, 3 or 4, distinct interactions, whose couplings J = sum_mu xi .. xi are not perfect (C.3).

    Parameters
    ----------
    network : DenseHebbian
        The network with perfect synapses.
    noise : float
        Delta >= 0: to each coupling of H a Gaussian number of variance Delta^2 P!/(2 N^(P-1)) is added, in the units of H.2.
    kept : float
        c in (0, 1]: each coupling is kept with probability c and divided by c, else zero.
    clipped : bool
        Whether each coupling becomes sqrt(pi K/2) times its sign; the sign of zero is drawn.

    Raises
    ------
    InputError
        If the network is another, a number lies outside its domain, or none or more than one of the three is given.

    Notes
    -----
    The signal of a stored pattern keeps its size (clipped, for many patterns; of one it is sqrt(pi/2) times as large), so that
    T has the units of the perfect network. Of a `Perturbation` it takes the field alone. `solve`, `scan` and `compare` know its
    theory: for P > 2 that of the perfect network at `effective_load`; at P = 2 a Gaussian part is added to the noise, which
    is no load (C.3). Boundaries for P > 2 are those of the perfect network, their loads turned back by `stored_load`.

    Source: docs/explanation/monte-carlo.md, C.3, and theory.md, N.3c; clipping and dilution at P = 2: Sompolinsky (1986).

    Examples
    --------
    >>> import glassy
    >>> diluted = ImperfectSynapses(glassy.DenseHebbian(P=3), kept=0.5)
    >>> diluted, diluted.effective_load(0.1)
    (ImperfectSynapses(DenseHebbian(P=3), kept=0.5), 0.2)
    >>> r = glassy.simulate(diluted, load=0.05, T=0.3, N=60, samples=4, sweeps=200, seed=1)
    >>> s = glassy.solve(diluted, load=0.05, T=0.3)
    >>> abs(r.m - s.m) < 0.01, abs(glassy.compare(s, r).rows[0].z) < 4.0
    (True, True)
    """

    network: DenseHebbian
    noise: float = 0.0
    kept: float = 1.0
    clipped: bool = False

    has_patterns = has_load = has_signal = has_couplings = True
    remedies = MappingProxyType({
        "covariance": "solve and scan know it; for P > 2 a boundary is that of its .network, with loads that its .stored_load "
        "turns into those of this one."
    })  # fmt: skip

    def __post_init__(self) -> None:
        if not isinstance(self.network, DenseHebbian) or self.network.P > MOST_SPINS or self.network.interactions != "distinct":
            raise InputError(
                f"network must be a DenseHebbian of distinct interactions with P <= {MOST_SPINS}, got {self.network!r}: others "
                "have no couplings of so few spins, or of several orders."
            )
        object.__setattr__(self, "noise", checks.number("noise", self.noise, REMEDY, most=1e9))
        object.__setattr__(self, "kept", checks.number("kept", self.kept, REMEDY, most=1.0))
        checks.truth("clipped", self.clipped)
        if self.kept == 0.0:
            raise InputError(f"kept must be > 0, got 0: no coupling would be left. {REMEDY}")
        if (self.noise > 0.0) + (self.kept < 1.0) + self.clipped != 1:
            raise InputError(f"exactly one of noise > 0, kept < 1 and clipped must be given, got {self!r}. {REMEDY}")

    def __repr__(self) -> str:
        what = f"noise={self.noise!r}" if self.noise else "clipped=True" if self.clipped else f"kept={self.kept!r}"
        return f"ImperfectSynapses({self.network!r}, {what})"

    @property
    def P(self) -> int:
        """Interaction order."""
        return self.network.P

    @property
    def interactions(self) -> str:
        """Distinct."""
        return self.network.interactions

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
        """Return the number of patterns K at a load (H.1)."""
        return self.network.patterns(load, N)

    def load(self, K: int, N: int) -> float:
        """Return the load of K patterns on N spins (H.1), whatever the synapses."""
        return self.network.load(K, N)

    def effective_load(self, load: float) -> float:
        """Return the load at which the perfect network has the same theory, P > 2: load + Delta^2, load/c, (pi/2) load (C.3).

        Examples
        --------
        >>> from glassy import DenseHebbian
        >>> round(ImperfectSynapses(DenseHebbian(P=4), clipped=True).effective_load(0.2), 6)
        0.314159
        """
        if self.P == 2:
            raise InputError("P must be > 2 for an effective load, got P=2, where a Gaussian part is added to the noise (C.3).")
        load = checks.load(load)
        return load + self.noise**2 if self.noise else load / self.kept if not self.clipped else 0.5 * math.pi * load

    def stored_load(self, effective_load: float) -> float:
        """Return the load of this network at which the perfect one has `effective_load`: of boundaries, P > 2 (C.3).

        Raises
        ------
        InputError
            If P = 2, or the noise alone is more than that.

        Examples
        --------
        >>> import glassy
        >>> diluted = ImperfectSynapses(glassy.DenseHebbian(P=3), kept=0.5)
        >>> edge = glassy.spinodal(diluted.network, T=0.3)
        >>> load = diluted.stored_load(float(edge.load))
        >>> glassy.solve(diluted, 0.999 * load, 0.3, strict=False).status.ok, round(load / float(edge.load), 12)
        (True, 0.5)
        """
        least, one = self.effective_load(0.0), self.effective_load(1.0)
        effective_load = checks.load(effective_load)
        if effective_load < least:
            raise InputError(
                f"effective_load must be >= {least:g}, which the noise has with no pattern, got {effective_load:g}. Lower the "
                "noise: with it the perfect network has no such boundary."
            )
        return (effective_load - least) / (one - least)

    def in_theory(self, load: float) -> tuple[Network, float]:
        """Return the network and load that the theory solves in place of this one (C.3)."""
        if self.P > 2:
            return self.network, self.effective_load(load)
        load = checks.load(load)
        if self.noise and load == 0.0:
            raise InputError(f"load must be > 0 for the theory of {self!r}, got 0: its noise is said as a part of the load.")
        part = self.noise**2 / load if self.noise else 1.0 / self.kept - 1.0 if not self.clipped else 0.5 * math.pi - 1.0
        return PartlyGaussian(2, gaussian_part=part), load

    def energy_offset(self, K: int, N: int) -> float:
        """Energy per spin of the uncondensed patterns that the theory leaves out: none (M.3)."""
        return self.network.energy_offset(K, N)

    def pattern_energy(self, load: float) -> float:
        """Energy per spin of a stored pattern itself, in the limit of many spins (M.4)."""
        return self.network.pattern_energy(load)

    def unloaded_magnetization(self, T: float | None = None, *, beta: float | None = None) -> float:
        """Magnetization of the retrieval phase at load 0."""
        return self.network.unloaded_magnetization(T, beta=beta)

    def coupling_counts(self, N: int) -> dict[int, int]:
        """Return how many couplings a sample has, by the number of spins of each."""
        return {self.P: comb(N, self.P)}

    def stored_couplings(self, patterns: Patterns, generator: np.random.Generator) -> IntegerCouplings:
        """Return the couplings of one sample: those of its patterns, made imperfect."""
        P, N, K = self.P, patterns.N, patterns.K
        J = np.empty(comb(N, P), np.int64)
        product_sums(patterns.bits.view(np.uint64), K, P, J)
        unit = Fraction(factorial(P), 2 * N ** (P - 1))
        if self.clipped:
            J = np.where(J == 0, 2 * generator.integers(0, 2, J.size) - 1, np.sign(J))
            unit *= Fraction(math.sqrt(0.5 * math.pi * K))
        elif self.noise:
            added = generator.standard_normal(J.size) * (self.noise * math.sqrt(2.0 * N ** (P - 1) / factorial(P)))
            scale = 2.0 ** math.floor(math.log2((2**15 - 1) / float(np.abs(J + added).max())))
            J = np.rint((J + added) * scale).astype(np.int64)
            unit /= Fraction(scale)
        else:
            J = np.where(generator.random(J.size) < self.kept, J, 0)
            unit /= Fraction(self.kept)
        return IntegerCouplings(N, unit, (Term(P, 1, -J),))
