"""DenseHebbian: the network, intensive. The one place that fixes the normalisation (H.1-H.4, N.1-N.3b, conventions)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import atanh, factorial, isfinite

from scipy.optimize import brentq, minimize_scalar

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.export import Exported
from glassy.core.renamed import corrects
from glassy.model.covariance import Covariance
from glassy.model.energy_table import EnergyTable
from glassy.model.family import Network
from glassy.model.trained import Trained
from glassy.numerics.integers import krawtchouk

INTERACTIONS = ("distinct", "self-interacting")
CONVENTIONS = ("albanese", "gardner", "baldi-venkatesh", "amit-gutfreund-sompolinsky", "krotov-hopfield")


@dataclass(frozen=True)
class StatePoint(Exported):
    """A load and a temperature in some convention (docs/reference/conventions.md).

    Examples
    --------
    >>> import glassy
    >>> point = glassy.DenseHebbian(P=4).to_convention("baldi-venkatesh", load=0.6, T=0.0)
    >>> round(point.load, 12), point.T
    (0.05, 0.0)
    """

    load: float
    T: float


@corrects
@dataclass(frozen=True)
class DenseHebbian(Network):
    """A dense Hebbian network: Ising spins, P-body interactions, K = (2 load/P!) N^(P-1) stored patterns (H.1).

    Parameters
    ----------
    P : int
        Interaction order, >= 2, odd or even.
    interactions : {"distinct", "self-interacting"}
        "distinct": H = -(P!/(2 N^(P-1))) sum_mu e_P(xi^mu sigma), sums over i1 < ... < iP (H.2).
        "self-interacting": H = -(N/2) sum_mu m_mu^P (H.3), the polynomial memory of Krotov and Hopfield.
        At P > 2 these are different models with different noise (N.1, N.2).

    Raises
    ------
    InputError
        If P is not an integer >= 2 or `interactions` is another word.

    Notes
    -----
    Source: docs/explanation/theory.md, section 1; conventions of the literature in docs/reference/conventions.md.

    Examples
    --------
    >>> network = DenseHebbian(P=4)
    >>> network.patterns(load=0.2, N=200)
    133333
    >>> round(network.load(K=133333, N=200), 7)
    0.1999995
    >>> network.covariance(0.5, load=0.2)                         # N.1: (load/2) q^P
    0.00625
    """

    P: int
    interactions: str = "distinct"

    has_patterns = has_load = has_signal = has_table = has_covariance = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "P", checks.integer("P", self.P, 2, "P counts the spins of one interaction."))
        checks.choice("interactions", self.interactions, INTERACTIONS)

    def __repr__(self) -> str:
        extra = "" if self.interactions == "distinct" else f", interactions={self.interactions!r}"
        return f"DenseHebbian(P={self.P}{extra})"

    @property
    def wishart(self) -> bool:
        """Whether the noise is that of a Wishart matrix, P = 2 (N.3b), and not a Gaussian process (N.3a)."""
        return self.P == 2

    @property
    def fewest(self) -> int:
        """The fewest spins it may have."""
        return self.P

    @property
    def pairwise(self) -> bool:
        """Whether spins interact in pairs, P = 2."""
        return self.P == 2

    @property
    def even(self) -> bool:
        """Whether a global flip of the spins changes no energy: even P."""
        return self.P % 2 == 0

    # ---- loads and numbers of patterns (H.1) ----

    def size(self, N: object) -> int:
        """Return N as an int, or raise InputError: the network needs at least P spins."""
        return checks.integer("N", N, self.P, f"A network with P={self.P} needs at least P spins.")

    def patterns(self, load: float, N: int) -> int:
        """Return the number of patterns K = (2 load/P!) N^(P-1), rounded to the nearest integer (H.1)."""
        load, N = checks.load(load), self.size(N)
        return round(Fraction(load) * Fraction(2 * N ** (self.P - 1), factorial(self.P)))

    def load(self, K: int, N: int) -> float:
        """Return the load of K patterns on N spins (H.1 inverted)."""
        K, N = checks.integer("K", K, 0, "K counts the stored patterns."), self.size(N)
        return float(Fraction(K * factorial(self.P), 2 * N ** (self.P - 1)))

    # ---- energies (H.2-H.4) ----

    def energy_table(self, N: int) -> EnergyTable:
        """Return the exact table F(M) with H = sum_mu F(M_mu) (H.4).

        Examples
        --------
        >>> DenseHebbian(P=3, interactions="self-interacting").energy_table(3)
        EnergyTable(values=(27, 1, -1, -27), unit=Fraction(-1, 18))
        """
        N = self.size(N)
        scale = 2 * N ** (self.P - 1)
        if self.interactions == "distinct":
            return EnergyTable(krawtchouk(self.P, N), Fraction(-factorial(self.P), scale))
        return EnergyTable(tuple((N - 2 * u) ** self.P for u in range(N + 1)), Fraction(-1, scale))

    def energy_offset(self, K: int, N: int) -> float:
        """Energy per spin that the K - 1 uncondensed patterns add on average and the theory leaves out (M.3).

        At even P > 2 the energy H.3 has a mean over the patterns, -(K-1)/2 E[m^P] per spin, that carries no physics. It
        is zero for H.2, for odd P, and for P = 2, where the theory R.3 contains it.
        """
        if self.P == 2:
            return 0.0
        return float(self.energy_table(N).mean * max(K - 1, 0) / N)

    def pattern_energy(self, load: float) -> float:
        """Energy per spin of a stored pattern itself, sigma = xi, in the limit of many spins (M.4).

        It is -1/2 without the mean M.3; H.3 at P = 2 has -(1 + load)/2, since its theory R.3 contains that mean.
        """
        return -0.5 - (0.5 * checks.load(load) if self.P == 2 and self.interactions == "self-interacting" else 0.0)

    # ---- noise (N) ----

    @cached_property
    def unit_covariance(self) -> Covariance:
        """Return the covariance xi(q) at load 1 (N.1 or N.2)."""
        return Covariance.distinct(self.P) if self.interactions == "distinct" else Covariance.self_interacting(self.P)

    # ---- learning ----

    def trained(self, examples: float, quality: float, supervised: bool = False) -> Trained:
        """Return the network that learns from noisy examples of its patterns (L.1-L.3).

        Parameters
        ----------
        examples : int or inf
            M, the examples of each ground truth.
        quality : float
            r in (0, 1], the mean overlap of an example with its ground truth.
        supervised : bool
            Whether the network is told which examples belong together, and stores their means.

        Returns
        -------
        Trained

        Examples
        --------
        >>> DenseHebbian(P=4).trained(examples=5, quality=0.8, supervised=True)
        DenseHebbian(P=4).trained(examples=5, quality=0.8, supervised=True)
        """
        return Trained(self, examples, quality, supervised)

    def unloaded_magnetization(self, T: float | None = None, *, beta: float | None = None) -> float:
        """Largest m with m = tanh((P/2) m^(P-1)/T): the retrieval phase at load 0 (R.5); 0 where there is none.

        Examples
        --------
        >>> round(DenseHebbian(P=2).unloaded_magnetization(0.5), 4), DenseHebbian(P=4).unloaded_magnetization(0.0)
        (0.9575, 1.0)
        """
        T = checks.temperature(checks.given_temperature(T, beta), infinite=True)
        if T == 0.0:
            return 1.0

        def T_of(m: float) -> float:  # rises to its maximum, the end of the phase, and falls to 0 at m = 1
            return self.P / 2.0 * m ** (self.P - 1) / atanh(m)

        end = float(minimize_scalar(lambda m: -T_of(m), bounds=(1e-9, 1.0 - 1e-12), method="bounded").x)
        if T_of(end) <= T:
            return 0.0
        return float(brentq(lambda m: T_of(m) - T if m < 1.0 else -T, end, 1.0, xtol=1e-15))

    # ---- conventions of the literature ----

    def _factors(self, name: str, N: int | None) -> tuple[float, float]:
        checks.choice("convention", name, CONVENTIONS)
        P = self.P
        if name == "amit-gutfreund-sompolinsky" and P != 2:
            raise InputError(f"the convention {name!r} exists at P=2 only, got P={P}. Pick another of {CONVENTIONS}.")
        half = 2.0 / factorial(P)
        if name == "krotov-hopfield":
            if N is None:
                raise InputError("the convention 'krotov-hopfield' has energies that grow with N: give N=.")
            return half, 2.0 * float(self.size(N)) ** (P - 1)
        return {
            "albanese": (1.0, half),
            "gardner": (1.0, 1.0),
            "baldi-venkatesh": (half, 1.0),
            "amit-gutfreund-sompolinsky": (1.0, 1.0),
        }[name]

    def to_convention(
        self, name: str, load: float, T: float | None = None, N: int | None = None, *, beta: float | None = None
    ) -> StatePoint:
        """Translate our (load, T) into another convention; the table is in docs/reference/conventions.md.

        Examples
        --------
        >>> round(DenseHebbian(P=4).to_convention("baldi-venkatesh", load=0.6, T=0.0).load, 12)       # K/N^(P-1)
        0.05
        """
        f, g = self._factors(name, N)
        return StatePoint(f * checks.load(load), g * checks.temperature(checks.given_temperature(T, beta)))

    def from_convention(
        self, name: str, load: float, T: float | None = None, N: int | None = None, *, beta: float | None = None
    ) -> StatePoint:
        """Translate (load, T) of another convention, or (load, beta = 1/T there), into ours; the inverse of `to_convention`."""
        f, g = self._factors(name, N)
        T = checks.temperature(checks.given_temperature(T, beta))
        point = StatePoint(checks.load(load) / f, T / g)
        if not isfinite(point.load) or not isfinite(point.T):
            raise InputError(f"load={load!r}, T={T!r} overflow in the convention {name!r}. Give smaller numbers.")
        return point
