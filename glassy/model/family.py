"""Network: what every model says of itself, and the one check that a model has what is asked of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.model.covariance import Covariance
from glassy.model.energy_table import EnergyTable
from glassy.model.integer_couplings import IntegerCouplings
from glassy.model.one_example import OneExample
from glassy.model.signal import Signal, uniform_signal

# What a model may have: the words for it, and where to find it.
PARTS = {
    "patterns": ("stored patterns", "Make one that has: glassy.DenseHebbian(P=4)."),
    "load": ("a load", "Give K=, the number of patterns, or a glassy.DenseHebbian."),
    "signal": ("patterns that the theory can retrieve", "Make one that has: glassy.DenseHebbian(P=4)."),
    "stored": ("patterns that it stores as they are", "Ask for the glassy.DenseHebbian that stores the ground truths."),
    "examples": ("examples of what it is to retrieve", "Make one that has: glassy.DenseHebbian(P=3).trained(10, 0.8)."),
    "alone": (
        "examples that it stores one by one",
        "Make one: glassy.DenseHebbian(P=3).trained(10, 0.8), not supervised; or ask for phase='retrieval'.",
    ),
    "table": ("a table of energies of a pattern", "Make one that has: glassy.DenseHebbian(P=4), or a glassy.SeparableMemory."),
    "couplings": ("couplings instead of patterns", "Make one that has: glassy.SpinGlass({3: 1.0})."),
    "energies": (
        "stored patterns with a table of energies, or couplings",
        "Make one: glassy.DenseHebbian(P=4).",
    ),
    "glass": (
        "a noise that the theory knows beyond replica symmetry, Gaussian or of patterns of one mode of size 1",
        "A trained network of P = 2 has other modes: ask it for solve, scan, spinodal, coexistence and at_line with RS(), "
        "or take P > 2, which has RSB(k), storage_capacity and phase_diagram.",
    ),
    "covariance": ("noise of known covariance", "The theory is that of a glassy.DenseHebbian or a glassy.SpinGlass."),
}


class Network:
    """A model of Ising spins: it says what it has, functions ask it for what they need, and none asks for its class.

    A new model derives from this class, says what it has, and overrides what belongs to that; the rest raises InputError.

    Attributes
    ----------
    has_patterns : bool
        Whether it stores patterns: a run draws K of them, or is given them.
    has_load : bool
        Whether a load says how strong its noise is, and with patterns how many they are; such a model has an order P.
    has_signal : bool
        Whether the theory knows a phase in which a pattern is retrieved.
    has_table : bool
        Whether its energy is a sum over patterns of F(M), a table: what the kernels of the simulation run.
    has_covariance : bool
        Whether its noise has a covariance xi(q), on which the theory stands.
    has_couplings : bool
        Whether its energy is couplings of few spins, drawn or given, without patterns.
    has_examples : bool
        Whether what it retrieves is known to it by examples alone.
    has_alone : bool
        Whether it stores each example by itself, and finitely many.
    has_several : bool
        Whether it stores several different examples of each, so that a state may be at one of them (L.6).
    remedies : mapping of str to str
        What to do about a part that it lacks, where that is not what PARTS says.
    """

    remedies: ClassVar[Mapping[str, str]] = {}
    has_patterns: ClassVar[bool] = False
    has_load: ClassVar[bool] = False
    has_signal: ClassVar[bool] = False
    has_table: ClassVar[bool] = False
    has_covariance: ClassVar[bool] = False
    has_couplings: ClassVar[bool] = False
    has_examples: ClassVar[bool] = False
    has_alone: ClassVar[bool] = False
    has_several: ClassVar[bool] = False

    if TYPE_CHECKING:  # fields of some models: an attribute here would become their default

        @property
        def P(self) -> int:
            """Order of the interactions, of a model with a load."""

        @property
        def interactions(self) -> str:
            """Which indices an interaction may have, of a model with a load and patterns."""

    @property
    def identity(self) -> str:
        """What tells it from every other model, as text; the descriptions of folders hold it."""
        return repr(self)

    @property
    def N(self) -> int | None:
        """Number of spins, where the model fixes it."""
        return None

    @property
    def fewest(self) -> int:
        """The fewest spins it may have."""
        return 1

    def size(self, N: object) -> int:
        """Return N as an int, or raise InputError where the model cannot have so many spins."""
        return checks.integer("N", N, self.fewest, "N counts the spins.")

    @property
    def even(self) -> bool:
        """Whether a global flip of the spins changes no energy."""
        return False

    @property
    def pairwise(self) -> bool:
        """Whether spins interact in pairs, so that local fields serve."""
        return False

    @property
    def wishart(self) -> bool:
        """Whether the noise is that of a Wishart matrix (N.3b), and not a Gaussian process (N.3a)."""
        return False

    @property
    def gaussian_part(self) -> float:
        """D/load, if a Gaussian process of covariance N D Q^2/2 is added to Wishart noise (N.3c)."""
        return 0.0

    @property
    def modes(self) -> tuple[tuple[float, int], ...]:
        """Of Wishart noise the sizes l of what one pattern stores, and how many it has of each (L.5)."""
        return ((1.0, 1),)

    @property
    def trace(self) -> float:
        """The sum of all modes."""
        return 1.0

    @property
    def has_glass(self) -> bool:
        """Whether the theory knows its spin glass in steps: not of patterns of several modes."""
        return self.has_covariance and (not self.wishart or self.modes == ((1.0, 1),))

    def patterns(self, load: float, N: int) -> int:
        """Return the number of patterns at a load."""
        raise lacks(self, "patterns")

    def load(self, K: int, N: int) -> float:
        """Return the load of K patterns on N spins."""
        raise lacks(self, "load" if self.has_patterns else "patterns")

    def energy_table(self, N: int) -> EnergyTable:
        """Return the exact table F(M) with H = sum_mu F(M_mu) (H.4)."""
        raise lacks(self, "table")

    def couplings(self, load: float | None, N: int, generator: np.random.Generator) -> IntegerCouplings:
        """Return the couplings of one sample: drawn at a load, or given."""
        raise lacks(self, "couplings")

    def stored_couplings(self, patterns: Any, generator: np.random.Generator) -> IntegerCouplings:
        """Return the couplings of one sample that stores patterns in them."""
        raise lacks(self, "couplings")

    def in_theory(self, load: float) -> tuple[Network, float]:
        """Return the network and load that the theory solves in place of this one: itself, but for imperfect synapses."""
        return self, load

    @property
    def short(self) -> bool:
        """Whether 16 bits hold its couplings."""
        return True

    def coupling_counts(self, N: int) -> dict[int, int]:
        """Return how many couplings a sample has, by the number of spins of each."""
        raise lacks(self, "couplings")

    @property
    def has_energies(self) -> bool:
        """Whether it can be simulated: it has couplings, or patterns with a table."""
        return self.has_couplings or (self.has_patterns and self.has_table)

    @property
    def signal(self) -> Signal:
        """How the condensed pattern acts on the spins: a stored one on all of them alike."""
        if not self.has_signal:
            raise lacks(self, "signal")
        return uniform_signal(self.P)

    @property
    def has_stored(self) -> bool:
        """Whether it stores the patterns that it retrieves, and not examples of them."""
        return self.has_patterns and not self.has_examples

    def stored(self, K: int) -> int:
        """Return how many patterns the kernels have to run: K, or the examples of K ground truths."""
        return K

    @property
    def one_example(self) -> OneExample:
        """How one example of a ground truth and all others act on the spins (L.6)."""
        raise lacks(self, "alone")

    def energy_offset(self, K: int, N: int) -> float:
        """Energy per spin of the uncondensed patterns that the theory leaves out (M.3)."""
        raise lacks(self, "signal")

    def pattern_energy(self, load: float) -> float:
        """Energy per spin of a stored pattern itself, in the limit of many spins (M.4)."""
        raise lacks(self, "signal")

    def unloaded_magnetization(self, T: float | None = None, *, beta: float | None = None) -> float:
        """Magnetization of the retrieval phase at load 0."""
        raise lacks(self, "signal")

    def least_overlap(self, N: int, K: int, T: float) -> float:
        """Overlap from which N spins count as being at one of K patterns (M.16); see `Samples.least_overlap`."""
        least = max(min(0.3, 4.0 / N**0.5), math.sqrt(2.0 * math.log(max(K, 1)) / N))
        return float(max(least, 0.4 * self.unloaded_magnetization(T)) if self.has_signal else least)

    @property
    def unit_covariance(self) -> Covariance:
        """The covariance xi(q) at load 1."""
        raise lacks(self, "covariance")

    def covariance(self, q: float, load: float, derivative: int = 0) -> float:
        """Return xi(q) of the noise (N.1 distinct, N.2 self-interacting), or its derivative of order 1, 2 or 3."""
        return self.unit_covariance.checked(q, load, derivative)


def lacks(network: Network, part: str) -> InputError:
    """Return the error that a model does not have a part of `PARTS`."""
    words, remedy = PARTS[part]
    return InputError(f"network must have {words}, got {network!r}. {network.remedies.get(part, remedy)}")


def check_network(network: object, *parts: str) -> Network:
    """Return the network if it has all parts of `PARTS` that are asked for, or raise InputError.

    Examples
    --------
    >>> from glassy import DenseHebbian, SpinGlass
    >>> check_network(DenseHebbian(P=4), "signal", "covariance"), lacks(SpinGlass({2: 1.0}), "signal").args[0][:55]
    (DenseHebbian(P=4), 'network must have patterns that the theory can retrieve')
    """
    if not isinstance(network, Network):
        raise InputError(
            f"network must be a glassy.DenseHebbian or another model of glassy, got {network!r}. Make one: "
            "glassy.DenseHebbian(P=4)."
        )
    for part in parts:
        if not getattr(network, "has_" + part):
            raise lacks(network, part)
    return network


def without_patterns(network: Network, load: Any, N: Any, K: Any, patterns: Any) -> tuple[Any, Any]:
    """Return load and N of a network that has couplings instead of patterns, or raise InputError."""
    if K is not None or patterns is not None:
        given = "K" if K is not None else "patterns"
        raise InputError(f"{given} must be left out: {network!r} has no patterns. Give load and N.")
    N = network.N if N is None else N
    if N is None or (load is None) == network.has_load:
        asked = "load and N" if network.has_load else "no load, and N where the couplings do not say it"
        raise InputError(f"{network!r} needs {asked}, got load={load!r}, N={N!r}.")
    return load, N
