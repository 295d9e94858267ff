"""Solution: what `solve` returns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core.drawing import Drawn
from glassy.core.errors import ConvergenceError, InputError, PhaseError
from glassy.core.provenance import Provenance, provenance
from glassy.core.records import state_of
from glassy.core.results import Estimate, Status
from glassy.core.storage import Placed, Saved
from glassy.model.family import Network, check_network
from glassy.theory.ansatz import DEEPEST, RS, RSB, Ansatz, FullRSB
from glassy.theory.rs.example import growth_of_difference
from glassy.theory.rsb.breaking import whole
from glassy.theory.rsb.functional import Levels, field_density


@dataclass(frozen=True)
class OverlapDistribution(Placed):
    """P(q) as atoms: the overlap of two replicas is q[i] with probability weight[i] (weight_i = x_{i+1} - x_i).

    For full RSB the atoms of the deepest level of breaking stand for a density, see `density`.

    Examples
    --------
    >>> import glassy
    >>> g = glassy.solve(glassy.DenseHebbian(P=3), load=4.0, T=0.8, phase="spin_glass", ansatz=glassy.RSB(1))
    >>> P = g.overlap_distribution
    >>> [round(q, 6) for q in P.q], [round(w, 6) for w in P.weight]
    ([0.0, 0.929223], [0.554371, 0.445629])
    """

    q: tuple[float, ...]
    weight: tuple[float, ...]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the atoms."""
        for q, weight in zip(self.q, self.weight, strict=True):
            yield {**dict(self.state_point), "q": q, "weight": weight}

    @property
    def mean(self) -> float:
        """Mean overlap, what Monte Carlo averages to."""
        return sum(q * w for q, w in zip(self.q, self.weight, strict=True))

    def density(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
        """Return (q, dx/dq, weight of the atom at q_EA): the continuous part between the levels, for full RSB.

        The slope of x(q) is taken between the midpoints of neighbouring levels, where x(q) of a smooth function is best known.
        """
        q, at = np.unique(self.q, return_inverse=True)  # merged levels are one atom
        weight = np.bincount(at, self.weight)
        x = np.cumsum(weight)[:-1]
        middle = 0.5 * (q[1:] + q[:-1])
        return (
            0.5 * (middle[1:] + middle[:-1]),
            np.diff(x) / np.diff(middle),
            float(weight[-1]),
        )


@dataclass(frozen=True)
class Solution(Drawn, Saved):
    """A saddle point of the replicated free energy.

    Where `status` is LEFT_PHASE the asked phase has no saddle and every number is NaN: another phase's numbers are never
    returned in its place. Under FullRSB the free energy, energy, entropy, m and local_susceptibility are Estimates:
    extrapolated in the number of steps, with the error of that; the levels are those of the deepest step.

    Parameters
    ----------
    network, load, T, ansatz
        The state point.
    phase : str
        The phase of these numbers: "retrieval", "example", "spin_glass" or "paramagnetic".
    m : float
        Mattis magnetization of the condensed pattern; of a trained network of the ground truth.
    q_levels : tuple of float
        Overlaps q_0 <= ... <= q_k; one under RS.
    x_levels : tuple of float
        Parisi breakpoints x_1 .. x_k; none under RS. All zero at T = 0, except 1 where a level has collapsed.
    y_levels : tuple of float
        beta x_1 .. beta x_k, finite at T = 0.
    local_susceptibility : float
        C = beta (1 - q_EA), the mean response of a spin to a field on it alone, finite at T = 0. `Samples.susceptibility` is
        another: the response of m to a field along the pattern.
    free_energy, energy, entropy : float
        Per spin, k_B = 1, in the normalisation of H.2 / H.3.
    complexity : float
        Logarithm of the number of states that dominate, per spin: zero where x_k < 1 is stationary, positive in the x_1 = 1
        form of 1RSB between T_c and T_d, and zero under RS (one state).
    replicons : tuple of float
        S.1 at every level; positive is stable; that of the deepest level is -inf at T = 0 and load > 0.
    residual : float
        Largest |right side - left side| of R.4 (R.5 under RS), the equations of the breakpoints in units of energy.
    status : Status
        Whether the numbers may be used, as a sentence. Whether the saddle is stable and wins is said by `stable` and `wins`.
    n : float or None
        Overlap with an example of a trained network, the mean over all of them, supervised with their mean (L.3); None of any
        other.
    n_first : float or None
        In the phase "example" the overlap with the one example that the state is at (L.6); None in any other.
    winner : str or None
        The phase that wins where it was asked, see `wins`: this one, the rival that it loses to, or None. No part of equality.

    Examples
    --------
    >>> import glassy
    >>> s = glassy.solve(glassy.DenseHebbian(P=3), load=0.1, T=0.4)
    >>> round(s.m, 6), round(s.q, 6), round(s.free_energy, 6), s.stable, s.status.name
    (0.992949, 0.986702, -0.501418, True, 'CONVERGED')
    """

    network: Network
    load: float
    T: float
    phase: str
    ansatz: Ansatz
    m: float
    q_levels: tuple[float, ...]
    x_levels: tuple[float, ...]
    y_levels: tuple[float, ...]
    local_susceptibility: float
    free_energy: float
    energy: float
    entropy: float
    complexity: float
    replicons: tuple[float, ...]
    residual: float
    status: Status
    n: float | None = None
    n_first: float | None = None
    winner: str | None = field(default=None, compare=False)
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)

    @property
    def q_EA(self) -> float:
        """Edwards-Anderson overlap, the largest level."""
        return self.q_levels[-1]

    @property
    def replicon(self) -> float:
        """The smallest replicon of all levels: the ansatz is stable where it is positive."""
        return min(self.replicons)

    @property
    def stable(self) -> bool | None:
        """Whether the ansatz is right here as far as its replicons say; None where there are no numbers.

        False: a replicon is negative, so a step more changes the numbers. True: none is, or the step it asks for is below
        rounding, as at small load and T = 0; or the levels have merged because fewer steps are stable (COLLAPSED). FullRSB is
        the limit, marginal and stable against nothing further: True.

        Examples
        --------
        >>> import glassy
        >>> network = glassy.DenseHebbian(P=3)
        >>> [glassy.solve(network, load=0.4, T=T).stable for T in (0.5, 0.08)]
        [True, False]
        """
        if not self.status.ok:
            return None
        if self.phase != "paramagnetic" and (self.status is Status.COLLAPSED or isinstance(self.ansatz, FullRSB)):
            return True
        return whole(*self.network.in_theory(self.load), self.T, self.local_susceptibility, self.replicons)

    @property
    def wins(self) -> bool | None:
        """Whether this phase is the equilibrium of its ansatz; None where nobody asked, or where it is unknown.

        `phases_at`, `scan(..., wins=True)` and `solve(..., "equilibrium")` ask. Phases whose free energies are equal to
        rounding (1e-12 of them) win together. It stays None where another phase was not found, and where two lie within the
        errors of FullRSB. Beyond RS the state at one of several examples (L.6) is not among them, and `remarks` say so.

        Examples
        --------
        >>> import glassy
        >>> path = glassy.scan(glassy.DenseHebbian(P=4), load=[0.3, 0.42], T=0.3, ansatz=glassy.RSB(1), wins=True)
        >>> [s.wins for s in path], path[1].remarks
        ([True, False], ('metastable: spin_glass wins',))
        """
        return None if self.winner is None else self.winner == self.phase

    @property
    def alike(self) -> bool | None:
        """Whether a retrieval state of several examples keeps equal overlaps with all of them (L.6); None of any other.

        False: a small difference between them grows, and the state goes to some of the examples, as phase="example" to one. It
        is a stability of its own, beside that against replica symmetry breaking. It is known of RS, and where all levels of
        RSB have merged to it (COLLAPSED).

        Examples
        --------
        >>> import glassy
        >>> [glassy.solve(glassy.DenseHebbian(P=3).trained(2, 0.9), load, 0.3).alike for load in (0.01, 0.05)]
        [False, True]
        """
        known = self.status.ok and self.phase == "retrieval" and self.network.has_several
        if not known or self.n is None or levels_of(self).y:
            return None
        n, q, C = float(self.n), self.q_EA, float(self.local_susceptibility)
        return growth_of_difference(self.network, self.load, self.T, n, q, C) < 1.0

    @property
    def remarks(self) -> tuple[str, ...]:
        """What must be known before the numbers are used: that the saddle is unstable, that another phase wins; often empty."""
        return tuple(filter(None, (instability(self), _difference(self), _standing(self))))

    @property
    def overlap_distribution(self) -> OverlapDistribution:
        """P(q) of infinitely many spins, which has atoms: at the levels, with weights x_{i+1} - x_i; NaN without a saddle.

        `Samples.overlap_distribution` is P(q) of N spins, in bins.
        """
        q, weight = self.q_levels, tuple(b - a for a, b in pairwise((0.0, *self.x_levels, 1.0)))
        if math.isnan(self.q_EA):
            q, weight = (math.nan,), (math.nan,)
        return OverlapDistribution(q, weight, state_point=state_of(self, "phase"))

    @property
    def q(self) -> float:
        """Mean overlap of two replicas, that of P(q): sum_i (x_{i+1} - x_i) q_i; what `Samples.q` is measured to be."""
        return self.overlap_distribution.mean

    @property
    def energy_excess(self) -> float:
        """The energy above that of the pattern (M.4), what `Samples.energy_excess` is measured to be."""
        return self.energy - self.network.pattern_energy(self.load)

    def x(self, q: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Parisi order parameter x(q): x_i on [q_{i-1}, q_i), 0 below q_0 and 1 from q_k on.

        Raises
        ------
        PhaseError, ConvergenceError
            Where there is no saddle (LEFT_PHASE), or none was found.
        """
        self._check("x(q)")
        at = np.searchsorted(np.array(self.q_levels), np.asarray(q, float), side="right")
        return np.array((0.0, *self.x_levels, 1.0))[at]

    def field_distribution(self, h: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Probability density of the local field (signal and noise, without the reaction of the spin) at the points h.

        It is P_k(h) of R.4, in which m = E tanh(beta h). A Gaussian under RS; beyond, the tilt opens a pseudogap at h = 0.

        Raises
        ------
        InputError
            Where the field has no density, because there is no noise: the paramagnet, and load 0.
        PhaseError, ConvergenceError
            Where there is no saddle (LEFT_PHASE), or none was found.

        Examples
        --------
        >>> import glassy, scipy.integrate
        >>> s = glassy.solve(glassy.DenseHebbian(P=2), load=0.05, T=0.5)
        >>> h = np.linspace(-4.0, 6.0, 2001)
        >>> p = s.field_distribution(h)
        >>> bool(abs(scipy.integrate.trapezoid(p * np.tanh(h / s.T), h) - s.m) < 1e-9)
        True
        """
        self._check("distribution of the field")
        if self.m:
            check_network(self.network, "stored")
        if self.load == 0.0 or self.q_EA == 0.0:
            signal = 0.5 * self.network.P * self.m ** (self.network.P - 1) if self.m else 0.0
            raise InputError(
                f"the field must have noise for a density, got {self!r}: every spin feels h={signal:.10g}, a delta function. "
                "Ask at load > 0, in a phase with q > 0."
            )
        return field_density(*self.network.in_theory(self.load), self.T, levels_of(self), np.asarray(h, float))

    def plot_x(self, *args: Any, **options: Any) -> Any:
        """Draw the Parisi function x(q), its steps and levels; at T = 0, y(q) = beta x(q).

        Parameters
        ----------
        *args, **options
            Those of `glassy.plots.parisi`, `ax` and `path` among them.

        Returns
        -------
        Axes

        Examples
        --------
        >>> import glassy
        >>> glassy.solve(glassy.DenseHebbian(P=3), 1.0, 0.2, "spin_glass", glassy.RSB(2)).plot_x().get_ylabel()
        'x(q)'
        """
        return self.draw("plot_x", *args, **options)

    def plot_overlaps(self, *args: Any, **options: Any) -> Any:
        """Draw P(q): an atom at each level, as high as its weight.

        Parameters
        ----------
        *args, **options
            Those of `glassy.plots.overlaps`, `ax` and `path` among them.

        Returns
        -------
        Axes

        Examples
        --------
        >>> import glassy
        >>> glassy.solve(glassy.DenseHebbian(P=3), 0.1, 0.2).plot_overlaps().get_xlabel()
        'overlap q'
        """
        return self.draw("plot_overlaps", *args, **options)

    def _check(self, what: str) -> None:
        """Raise where there are no levels."""
        if math.isnan(self.q_EA):
            error = PhaseError if self.status is Status.LEFT_PHASE else ConvergenceError
            raise error(f"no {what} at {self!r}: {self.status.words(theory=True)}.", self)

    def __repr__(self) -> str:
        where = f"{self.network!r} {self.phase} {self.ansatz!r} load={self.load:g} T={self.T:g}"
        if not self.status.ok:
            return f"Solution({where}: {self.status.name})"
        levels = f"q={self.q_EA:.6g}"
        if self.x_levels:
            name, steps = ("x", self.x_levels) if self.T > 0.0 else ("y", self.y_levels)
            levels = f"q={_row(self.q_levels)} {name}={_row(steps)}"
        free = f"{self.free_energy!r}" if hasattr(self.free_energy, "error") else f"{self.free_energy:.8g}"
        stability = "" if instability(self) else f" replicon={self.replicon:.4g}"
        if isinstance(self.ansatz, FullRSB) and self.status is Status.CONVERGED:
            stability += f" at {len(self.x_levels)} steps (marginal in the limit)"
        elif self.stable and math.isinf(self.replicon):
            stability += " (its step is below rounding)"
        mark = "" if self.status is Status.CONVERGED else f" {self.status.name}"
        example = "" if self.n is None else f" n={self.n:.6g}"
        example += "" if self.n_first is None else f" n_first={self.n_first:.6g}"
        numbers = f"m={self.m:.6g}{example} {levels} f={free}{stability} residual={self.residual:.0e}{mark}"
        return f"Solution({where}: {'; '.join((numbers, *self.remarks))})"


def instability(s: Solution) -> str:
    """Return the words for a saddle that is not stable, with what to try instead; empty for any other."""
    if s.stable is not False:
        return ""
    k = getattr(s.ansatz, "k", 0) + 1
    unknown = s.phase == "example" or (s.network.has_examples and not s.network.has_glass)
    if s.phase == "paramagnetic":
        remedy = "try phase='spin_glass'"
    elif unknown:
        remedy = "steps of it are not known here"
    elif math.isinf(s.replicon):  # T = 0: a negative replicon at every depth
        remedy = "exact only as k -> infinity, see FullRSB"
    else:
        remedy = f"try {RSB(k) if k <= DEEPEST else FullRSB()!r}"
    return f"unstable (replicon {s.replicon:.3g}): {remedy}"


def _difference(s: Solution) -> str:
    """Return the words for a state whose examples do not stay alike."""
    remedy = "try phase='example'" + ("" if isinstance(s.ansatz, RS) else " with RS()")
    return "" if s.alike is not False else f"unstable: a difference between examples grows, {remedy}"


def _standing(s: Solution) -> str:
    """Return the words for a phase that does not win. Of two saddles with m = 0 the one of smaller f is no state at all.

    Beyond RS a winner was not compared with the state at one example.
    """
    if s.wins and s.network.has_several and not isinstance(s.ansatz, RS):
        return "wins where phase='example' is left out: its steps are not known, compare with RS()"
    if s.wins is not False:
        return ""
    if {s.phase, s.winner} & {"retrieval", "example"}:
        return f"metastable: {s.winner} wins"
    return f"superseded: {s.winner} has the larger f"


def _row(values: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{v:.6g}" for v in values) + ")"


def missing(
    network: Network, load: float, T: float, phase: str, ansatz: Ansatz, status: Status = Status.LEFT_PHASE
) -> Solution:
    """Return the Solution of a phase that has no saddle: every number NaN, and a status that says so."""
    nan = math.nan
    return Solution(
        network=network, load=load, T=T, phase=phase, ansatz=ansatz, m=nan, q_levels=(nan,), x_levels=(), y_levels=(),
        local_susceptibility=nan, free_energy=nan, energy=nan, entropy=nan, complexity=nan, replicons=(nan,), residual=nan,
        status=status, n=nan if network.has_examples else None,
    )  # fmt: skip


def levels_of(solution: Solution) -> Levels:
    """Return the distinct levels of a Solution, without the padding of a collapsed one; x_1 = 1 of states is none."""
    q = solution.q_levels
    k = sum(x < 1.0 or q[i] < q[i + 1] for i, x in enumerate(solution.x_levels))
    return Levels(aligned(solution), solution.q_levels[:k], solution.local_susceptibility, solution.y_levels[:k])


def aligned(s: Solution) -> float:
    """Return E[S tanh] of a retrieval saddle, in units of its largest value (L.3): m of a stored pattern."""
    return s.m if s.n is None else s.n / s.network.signal.full


def in_units(solution: Solution, unit: float) -> Solution:
    """Return a saddle without a signal in another unit of energy: energies over `unit`, the load over its square."""
    if unit == 1.0:
        return solution
    free, energy = (_over(x, unit) for x in (solution.free_energy, solution.energy))
    return replace(
        solution, load=solution.load / unit / unit, T=solution.T / unit, y_levels=tuple(unit * y for y in solution.y_levels),
        local_susceptibility=_over(solution.local_susceptibility, 1.0 / unit), free_energy=free, energy=energy,
    )  # fmt: skip


def _over(value: float, unit: float) -> float:
    return value.divided(unit) if isinstance(value, Estimate) else value / unit
