"""MessagePassing: what `message_passing` returns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassy.analysis.control_variates import mean_of_samples
from glassy.core.cubes import Cube
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.provenance import Provenance, provenance
from glassy.core.results import Estimate, Status
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.model.patterns import Int8Array
from glassy.model.perturbation import Perturbation
from glassy.passing.fixed_point import FixedPoint
from glassy.passing.kernels import FloatArray

STATE = ("network", "N", "K", "load", "T", "perturbation")
EXAMPLES = ("n", "n_first")
EACH = ("m", "q", "energy", "energy_excess", "free_energy", "entropy", "pattern_energy", "replicon", "iterations", "change")
ASKED = ("start", "start_overlap", "damping", "tolerance", "max_iterations", "seed")


@dataclass(frozen=True)
class MessagePassing(Drawn, Saved):
    """The mean-field equations of one network at one state point, on each sample of its patterns or couplings (T.1-T.6).

    Averages are those of all samples, whatever their status, with the scatter of the samples as their error; with one sample it
    is unknown (NaN). The numbers of a sample have no noise; they differ from the thermal averages of N spins by about 1/N.

    Parameters
    ----------
    network, N, K, T
        The network and state point.
    seed, start, start_overlap, damping, tolerance, max_iterations, perturbation
        Arguments of the call; start is "given" where it was an array.
    patterns_drawn : bool
        Whether the patterns were drawn from the seed.
    points : tuple of FixedPoint
        Where each sample ended, and how it went there.
    first_pattern : array (N,) of +-1, optional
        Pattern 0 of the first sample: it tells runs of the same patterns from others.
    given_load : float, optional
        The load of a network that has couplings instead of patterns. K is 0 then, and what is said of pattern 0 is of the state
        with all spins up: m is the magnetization. None where K says the load.

    Examples
    --------
    >>> import glassy
    >>> r = glassy.message_passing(glassy.DenseHebbian(P=2), load=0.05, T=0.3, N=200, samples=3, seed=1)
    >>> [point.status.name for point in r.points], r.m, r.status.ok
    (['CONVERGED', 'CONVERGED', 'CONVERGED'], 0.9917(12), True)
    >>> bool(abs(r.energy - r.T * r.entropy - r.free_energy) < 1e-12)
    True
    """

    network: Network
    N: int
    K: int
    T: float
    seed: int
    start: str
    start_overlap: float
    damping: float
    tolerance: float
    max_iterations: int
    patterns_drawn: bool
    points: tuple[FixedPoint, ...]
    perturbation: Perturbation | None = None
    first_pattern: Int8Array | None = None
    given_load: float | None = None
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)

    axis = "sample"
    unexported = ("first_pattern", "given_load")

    @property
    def load(self) -> float:
        """Load of the integer K (H.1), or of the couplings; given couplings have none."""
        return self.given_load if self.given_load is not None else self.network.load(self.K, self.N)

    @property
    def samples(self) -> int:
        """Number of independent samples of the patterns or couplings."""
        return len(self.points)

    @property
    def magnetizations(self) -> FloatArray:
        """Magnetization of every spin, [sample, spin]."""
        return np.array([point.magnetizations for point in self.points])

    @property
    def names(self) -> tuple[str, ...]:
        """What is known of every sample, n and n_first of a trained network alone."""
        return EACH + EXAMPLES if self.network.has_examples else EACH

    def each(self, name: str) -> FloatArray:
        """Return a number of every sample by its name, as "m" or "free_energy", [sample].

        Examples
        --------
        >>> import glassy
        >>> glassy.message_passing(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=60, samples=2, seed=1).each("q").shape
        (2,)
        """
        if name not in self.names:
            raise InputError(f"name must be one of {', '.join(self.names)}, got {name!r}.")
        return np.array([getattr(point, name) for point in self.points], np.float64)

    def _mean(self, name: str) -> Estimate:
        each = self.each(name)
        if not np.isfinite(each).all():  # as `FixedPoint.status` says
            return Estimate(math.nan, math.nan, samples=len(each))
        return mean_of_samples(each) if len(each) > 1 else Estimate(float(each[0]), math.nan)

    @property
    def m(self) -> Estimate:
        """Magnetization x.xi^0/N of pattern 0; without patterns the mean of x."""
        return self._mean("m")

    @property
    def q(self) -> Estimate:
        """x.x/N, the overlap of two replicas in the state."""
        return self._mean("q")

    @property
    def n(self) -> Estimate:
        """Overlap of x with the examples of ground truth 0, the mean over them, in a trained network (L.3)."""
        return self._mean("n")

    @property
    def n_first(self) -> Estimate:
        """Overlap of x with the first example alone."""
        return self._mean("n_first")

    @property
    def energy(self) -> Estimate:
        """H/N, as of `Samples.energy` (T.2, T.6)."""
        return self._mean("energy")

    @property
    def energy_excess(self) -> Estimate:
        """Energy per spin above that of pattern 0 itself (M.4)."""
        return self._mean("energy_excess")

    @property
    def free_energy(self) -> Estimate:
        """Free energy per spin of the state, f of T.2 or T.6."""
        return self._mean("free_energy")

    @property
    def entropy(self) -> Estimate:
        """Entropy per spin of the state, (e - f)/T."""
        return self._mean("entropy")

    @property
    def replicon(self) -> Estimate:
        """S.1 with the mean over the N spins of each sample; of couplings that of their own (T.7)."""
        return self._mean("replicon")

    @property
    def iterations(self) -> tuple[int, ...]:
        """How many iterations each sample made."""
        return tuple(point.iterations for point in self.points)

    @property
    def converged(self) -> float:
        """Share of the samples that settled at a stable state, at pattern 0 or elsewhere."""
        return sum(point.status is not Status.DIVERGED for point in self.points) / self.samples

    @property
    def status(self) -> Status:
        """DIVERGED if a sample found no stable state, else LEFT_PHASE if one began at pattern 0 and left it, else CONVERGED."""
        found = {point.status for point in self.points}
        return next((s for s in (Status.DIVERGED, Status.LEFT_PHASE) if s in found), Status.CONVERGED)

    @property
    def _state(self) -> list[str]:
        return [name for name in STATE if name != "load" or self.network.has_load]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each sample."""
        state = {name: getattr(self, name) for name in (*self._state, *ASKED)}
        for i, point in enumerate(self.points):
            yield state | {"sample": i} | next(point.records())

    def cube(self) -> Cube:
        """Return the numbers of each sample along (sample,), magnetizations along (sample, spin), histories by iteration.

        Histories are NaN after the last iteration of their sample; iteration 0 is the start.
        """
        arrays: dict[str, Any] = {"magnetizations": (("sample", "spin"), self.magnetizations)}
        for name in ("m_history", "q_history", "change_history"):
            table = np.full((self.samples, 1 + max(self.iterations)), math.nan)
            for row, point in zip(table, self.points, strict=True):
                found = getattr(point, name)
                first = 1 + point.iterations - len(found)  # the start has no change
                row[first : first + len(found)] = found
            arrays[name] = (("sample", "iteration"), table)
        arrays |= {name: (("sample",), self.each(name)) for name in self.names}
        state = {name: getattr(self, name) for name in (*self._state, *ASKED, "status")}
        return Cube(dims=(), shape=(), rows=[state], arrays=arrays)

    def __repr__(self) -> str:
        load = f"load={self.load:.6g} " if self.network.has_load else ""
        added = f" {self.perturbation!r}" if self.perturbation else ""
        return (
            f"MessagePassing({self.network!r} N={self.N} K={self.K} {load}T={self.T:g}{added}: m={self.m} "
            f"q={self.q} free_energy={self.free_energy} samples={self.samples} iterations={max(self.iterations)} "
            f"{self.status.name})"
        )
